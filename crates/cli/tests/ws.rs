//! `ws` as a person or a pipe uses it: against our own server, and against peers that follow a
//! script.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{Ended, Site, answering, fails, program, switching, ws};
use http::HeaderName;
use server::{Endpoint, Message, Router, Socket, WebSocket};
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    process::{Command, Stdio},
    sync::mpsc,
};
use testkit::TempDir;

fn echo(socket: &mut Socket<'_>, message: Message) {
    let _ = socket.send(message);
}

/// Our server: an echo, and an echo that speaks a subprotocol and wants a field.
fn site() -> Site {
    let plain = WebSocket::new(|_| Ok(Box::new(echo) as Box<dyn Endpoint>));
    let chat = WebSocket::new(|request| {
        assert_eq!(request.headers.get(HeaderName::new("X-Who").unwrap()).unwrap(), "me");
        assert_eq!(request.headers.get(HeaderName::ORIGIN).unwrap(), "http://page.example");
        Ok(Box::new(echo) as Box<dyn Endpoint>)
    });
    let chat = chat.protocols(["chat"]).origins(server::Origins::Any);
    Site::over(Router::new().websocket("/echo", plain).websocket("/chat", chat))
}

fn at(site: &Site, path: &str) -> String {
    site.at(path).replacen("http", "ws", 1)
}

/// The payload of the client's next frame, unmasked, and its first octet.
fn frame(stream: &mut TcpStream) -> (u8, Vec<u8>) {
    let mut head = [0; 6];
    stream.read_exact(&mut head).unwrap();
    let mut payload = vec![0; usize::from(head[1] & 0x7f)];
    stream.read_exact(&mut payload).unwrap();
    payload.iter_mut().zip(head[2..].iter().cycle()).for_each(|(octet, key)| *octet ^= key);
    (head[0], payload)
}

/// Answers the client's Close, whatever comes before it, and ends the stream.
fn answer_close(stream: &mut TcpStream) -> Vec<u8> {
    loop {
        if let (0x88, payload) = frame(stream) {
            stream
                .write_all(&[&[0x88, u8::try_from(payload.len()).unwrap()][..], &payload].concat())
                .unwrap();
            return payload;
        }
    }
}

#[test]
fn a_pipe_gets_its_echo_and_ends() {
    let site = site();
    for (input, expected) in [
        ("hi\n", "hi\n"),
        ("no end of line", "no end of line\n"),
        ("one\r\n\n한국\n/ping\n", "one\n\n한국\n/ping\n"),
        ("", ""),
    ] {
        let ended = ws(input.as_bytes(), &[&at(&site, "/echo")]);
        assert_eq!((ended.code, ended.out.as_str(), ended.err.as_str()), (0, expected, ""));
    }
    // Without a scheme.
    let ended = ws(b"hi\n", &[at(&site, "/echo").trim_start_matches("ws://")]);
    assert_eq!(ended.out, "hi\n");
}

#[test]
fn many_lines_come_back_in_order_compressed_or_not() {
    let site = site();
    let lines: String = (0..20_000).map(|n| format!("{n} {}\n", "x".repeat(n % 300))).collect();
    for flags in [&[][..], &["--no-compression"]] {
        let url = at(&site, "/echo");
        let ended = ws(lines.as_bytes(), &[flags, &[url.as_str()]].concat());
        assert_eq!((ended.code, ended.err.as_str()), (0, ""));
        assert!(ended.out == lines);
    }
}

#[test]
fn frames_are_shown_in_the_order_in_which_they_passed() {
    let site = site();
    let ended = ws(b"hi\n", &["--frames", &at(&site, "/echo")]);
    let rows: Vec<Vec<&str>> =
        ended.err.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(rows[0], ["ms", "frame", "flags", "mask", "length", "payload"]);
    let sent = |row: &[&str]| {
        assert_eq!(row[4].len(), 8, "a mask is shown: {row:?}");
        assert!(row[0].parse::<f64>().is_ok());
        [row[1], row[2], row[3], row[5], row[6]].map(str::to_owned)
    };
    assert_eq!(sent(&rows[1]), [">", "text", "FIN", "2", "\"hi\""]);
    assert!(rows.iter().any(|row| row[1..] == ["<", "text", "FIN", "none", "2", "\"hi\""]));
    assert_eq!(rows.last().unwrap()[1..], ["<", "close", "FIN", "none", "2", "1000", "done"]);
    let at = |mark: &str, kind: &str| rows.iter().position(|row| row[1..3] == [mark, kind]);
    assert!(at(">", "text") < at("<", "text") && at(">", "close") < at("<", "close"));
}

#[test]
fn compressed_frames_and_long_ones_are_shown_by_what_they_are() {
    let site = site();
    let ended = ws(&[b'a'; 500], &["--frames", &at(&site, "/echo")]);
    assert!(ended.err.contains("text          FIN RSV1"), "{}", ended.err);
    assert!(ended.err.contains("compressed"), "{}", ended.err);
    let ended = ws(&[b'a'; 500], &["--frames", "--no-compression", &at(&site, "/echo")]);
    let shown = format!("500  \"{}\"…", "a".repeat(48));
    assert!(ended.err.contains(&shown), "{}", ended.err);
}

#[test]
fn frames_are_json_where_a_machine_reads() {
    let site = site();
    let ended = ws(b"hi\n", &["--frames", "--format", "json", &at(&site, "/echo")]);
    let told: Vec<serde_json::Value> =
        ended.err.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let texts: Vec<_> = told.iter().filter(|e| e["fields"]["opcode"] == "text").collect();
    assert_eq!(texts.len(), 2, "{}", ended.err);
    assert_eq!((&texts[0]["direction"], &texts[0]["layer"]), (&"sent".into(), &"websocket".into()));
    assert_eq!(texts[1]["fields"]["length"], 2);
}

#[test]
fn verbose_shows_the_handshake() {
    let site = site();
    let ended = ws(b"hi\n", &["-v", "-A", "test", "-b", "a=1", &at(&site, "/echo")]);
    for line in [
        "> GET /echo HTTP/1.1\n",
        "> User-Agent: test\n",
        "> Cookie: a=1\n",
        "> Upgrade: websocket\n",
        "> Sec-WebSocket-Version: 13\n",
        "> Sec-WebSocket-Extensions: permessage-deflate",
        "< HTTP/1.1 101 Switching Protocols\n",
        "< Sec-WebSocket-Accept: ",
        "* the server answers our Close: 1000 done\n",
        "* connection 1 is closed\n* closed\n",
    ] {
        assert!(ended.err.contains(line), "{line}: {}", ended.err);
    }
    assert_eq!(ended.out, "hi\n");
    let ended = ws(b"hi\n", &["-vvv", "--no-compression", &at(&site, "/echo")]);
    assert!(ended.err.contains("81 02 68 69"), "{}", ended.err);
}

#[test]
fn a_subprotocol_an_origin_and_fields_are_sent() {
    let site = site();
    let url = at(&site, "/chat");
    let origin = ["--origin", "http://page.example", "-H", "X-Who: me"];
    let ended = ws(b"hi\n", &[&origin[..], &["-v", "--protocol", "chat", &url]].concat());
    assert_eq!((ended.code, ended.out.as_str()), (0, "hi\n"), "{}", ended.err);
    assert!(ended.err.contains(", speaking chat"), "{}", ended.err);
    let field = ["-v", "-H", "Sec-WebSocket-Protocol: x, chat", &url];
    let ended = ws(b"hi\n", &[&origin[..], &field].concat());
    assert!(ended.err.contains("> Sec-WebSocket-Protocol: x, chat\n"), "{}", ended.err);
    assert_eq!(ended.out, "hi\n", "{}", ended.err);
    let ended = ws(b"", &["--protocol", "a,b", &url]);
    fails(&ended, 43, "is no token");
    let ended = ws(b"", &["-H", "Upgrade: h2c", &url]);
    fails(&ended, 43, "made by the handshake");
}

#[test]
fn commands_are_typed_lines_that_begin_with_a_slash() {
    let folder = TempDir::new("ws");
    let file = folder.path().join("octets");
    fs::write(&file, [0, 1, 2, 0xff]).unwrap();
    let script = switching(|stream| {
        assert_eq!(frame(stream), (0x89, b"a b".to_vec()));
        stream.write_all(b"\x8a\x03a b").unwrap();
        assert_eq!(frame(stream), (0x8a, b"".to_vec()));
        assert_eq!(frame(stream), (0x81, b"/slash".to_vec()));
        assert_eq!(frame(stream), (0x82, vec![0, 1, 2, 0xff]));
        stream.write_all(b"\x89\x02\x1b!\x82\x02\x00\x01").unwrap();
        assert_eq!(frame(stream), (0x8a, b"\x1b!".to_vec()));
        stream.write_all(b"\x88\x02\x0f\xa0").unwrap();
    });
    let input = format!(
        "/ping a b\n/pong\n//slash\n/nothing\n/close 1005\n/binary /no/such/file\n/help\n/binary {}\n",
        file.display()
    );
    let ended = ws(input.as_bytes(), &["-v", "-n", "--commands", &script.url]);
    for line in [
        "* pong \"a b\" after ",
        "* there is no command /nothing; //nothing sends it as text",
        "* close code 1005 must not be sent\n",
        "* /no/such/file: No such file",
        "* sending 4 octets\n",
        "    /binary FILE ",
        "* ping \"\\u{1b}!\"\n",
        "* binary, 2 octets\n    0000  00 01",
        "(56) the server closed with 4000",
    ] {
        assert!(ended.err.contains(line), "{line}: {}", ended.err);
    }
    assert_eq!((ended.code, ended.out.as_str()), (56, ""));
    script.head();
}

#[test]
fn a_typed_close_is_a_good_end() {
    let script = switching(|stream| assert_eq!(answer_close(stream), b"\x0f\xa0bye now"));
    let ended = ws(b"/close 4000 bye now\nnever sent\n", &["--commands", &script.url]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    script.head();
}

#[test]
fn one_message_is_enough_if_asked() {
    let script = switching(|stream| {
        stream.write_all(b"\x81\x01a\x81\x01b\x81\x01c").unwrap();
        answer_close(stream);
    });
    let ended = ws(b"", &["-1", &script.url]);
    assert_eq!((ended.code, ended.out.as_str(), ended.err.as_str()), (0, "a\n", ""));
    script.head();
}

#[test]
fn an_answer_that_takes_its_time_can_be_waited_for() {
    for flags in [&["-n"][..], &["-1"], &["--wait", "600"]] {
        let script = switching(|stream| {
            // All of the input is here, and nothing behind it.
            assert_eq!(frame(stream), (0x81, b"question".to_vec()));
            stream.write_all(b"\x81\x06answer\x88\x02\x03\xe8").unwrap();
        });
        let ended = ws(b"question\n", &[flags, &[script.url.as_str()]].concat());
        assert_eq!((ended.code, ended.out.as_str()), (0, "answer\n"), "{}", ended.err);
        script.head();
    }
}

#[test]
fn binary_goes_through_as_it_is() {
    let site = site();
    let octets: Vec<u8> = (0..100_000_u32).flat_map(u32::to_le_bytes).collect();
    let ended = ws(&octets, &["--binary", &at(&site, "/echo")]);
    assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    assert!(ended.octets == octets);
}

#[test]
fn binary_messages_go_to_a_file_or_are_shown() {
    let messages = b"\x82\x02\x00\x01\x81\x04text\x82\x02\x02\x03\x88\x02\x03\xe8";
    let script = || switching(|stream| stream.write_all(messages).unwrap());
    let folder = TempDir::new("ws");
    let file = folder.path().join("out");
    let ended = ws(b"", &["-n", "-o", file.to_str().unwrap(), &script().url]);
    assert_eq!((ended.code, ended.out.as_str(), ended.err.as_str()), (0, "text\n", ""));
    assert_eq!(fs::read(&file).unwrap(), [0, 1, 2, 3]);
    let ended = ws(b"", &["-n", "-o", "-", &script().url]);
    assert_eq!(ended.octets, b"\x00\x01text\n\x02\x03");
    let ended = ws(b"", &["-n", &script().url]);
    assert_eq!((ended.code, ended.out.as_str()), (0, "text\n"));
    assert_eq!(ended.err.matches("* binary, 2 octets\n    0000  0").count(), 2, "{}", ended.err);
    fails(&ws(b"", &["-o", "/no/such/folder/x", &script().url]), 23, "/no/such/folder/x");
}

#[test]
fn a_server_that_does_not_switch_is_22() {
    let site = site();
    fails(&ws(b"", &[&at(&site, "/none")]), 22, "it answered 404 Not Found");
    let page =
        answering(b"HTTP/1.1 403 Forbidden\r\nContent-Length: 17\r\n\r\n\n\x1b[31mnot you\nno");
    fails(&ws(b"", &[&page.url]), 22, "it answered 403 Forbidden: [31mnot you");
    let moved = answering(b"HTTP/1.1 301 Moved\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n");
    fails(&ws(b"", &[&moved.url]), 22, "301");
}

#[test]
fn what_cannot_be_reached_fails_as_in_get() {
    fails(&ws(b"", &["ftp://a/"]), 1, "ftp");
    fails(&ws(b"", &["gopher://a/"]), 1, "only ws and wss are");
    fails(&ws(b"", &["ws://[::1/"]), 3, "RFC 3986");
    fails(&ws(b"", &["ws://a/#part"]), 3, "no fragment");
    fails(&ws(b"", &["ws://nowhere.invalid/"]), 6, "nowhere.invalid");
    fails(&ws(b"", &[&common::nobody()]), 7, "refused");
    assert_eq!(ws(b"", &["-s", &common::nobody()]).err, "");
    let liar = answering(
        b"HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: upgrade\r\n\
          Sec-WebSocket-Accept: abc\r\n\r\n",
    );
    fails(&ws(b"", &[&liar.url]), 8, "Sec-WebSocket-Accept");
}

#[test]
fn how_it_ended_is_the_exit_code() {
    let by = |octets: &'static [u8]| {
        let script = switching(move |stream| {
            stream.write_all(octets).unwrap();
            // Whatever the client still says is read, so that nothing is reset.
            let _ = stream.shutdown(std::net::Shutdown::Write);
            let _ = stream.read_to_end(&mut Vec::new());
        });
        ws(b"", &["-n", &script.url])
    };
    for good in [&b"\x88\x00"[..], b"\x88\x02\x03\xe8", b"\x88\x05\x03\xe9bye"] {
        assert_eq!((by(good).code, by(good).err), (0, String::new()));
    }
    fails(&by(b"\x88\x06\x03\xf3oops"), 56, "closed with 1011 the other end met something");
    fails(&by(b"\x88\x06\x03\xf3oops"), 56, "\"oops\"");
    fails(&by(b"\x81\x05hel"), 56, "ended without a Close frame");
    fails(
        &by(b"\x81\x81\x00\x00\x00\x00a"),
        56,
        "the server broke a rule: a server's frame is masked",
    );
    fails(&by(b"\x81\x01\xff"), 56, "not UTF-8");
}

#[test]
fn an_error_that_crosses_our_close_is_still_one() {
    let script = switching(|stream| {
        assert_eq!(frame(stream), (0x81, b"too much".to_vec()));
        stream.write_all(b"\x88\x02\x03\xf1").unwrap();
        answer_close(stream);
    });
    fails(&ws(b"too much\n", &[&script.url]), 56, "closed with 1009 too big to process");
    script.head();
}

#[test]
fn input_that_is_no_text_is_26() {
    let site = site();
    let ended = ws(b"good\n\xff\nmore\n", &[&at(&site, "/echo")]);
    fails(&ended, 26, "line 2 is not UTF-8");
    assert_eq!(ended.out, "good\n");
}

#[test]
fn time_that_runs_out_is_28() {
    let (done, waits) = mpsc::channel::<()>();
    let script = switching(move |_| {
        let _ = waits.recv();
    });
    fails(&ws(b"", &["-n", "-m", "0.2", &script.url]), 28, "timed out");
    drop(done);
    script.head();
}

#[test]
fn interrupted_it_closes_in_good_order() {
    let script = switching(|stream| {
        stream.write_all(b"\x81\x05ready").unwrap();
        assert_eq!(answer_close(stream), b"\x03\xe8");
    });
    let mut command = program();
    command.args(["ws", "-n", &script.url]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut out = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    out.read_line(&mut line).unwrap();
    assert_eq!(line, "ready\n");
    let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    script.head();
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), ended.stderr.as_slice()), (Some(0), &b""[..]));
}

#[test]
fn a_reader_that_goes_ends_it_without_a_word() {
    let script = switching(|stream| while stream.write_all(b"\x81\x04more").is_ok() {});
    let mut command = program();
    command.args(["ws", "-n", &script.url]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    child.stdout.take().unwrap().read_exact(&mut [0]).unwrap();
    let ended = Ended::from(child.wait_with_output().unwrap());
    assert_eq!((ended.code, ended.err.as_str()), (23, ""));
    script.head();
}

#[test]
fn redirects_are_followed_if_asked() {
    let site = site();
    let to = at(&site, "/echo");
    let moved = || {
        let to = to.clone();
        common::peer(move |stream| {
            let answer =
                format!("HTTP/1.1 302 Found\r\nLocation: {to}\r\nContent-Length: 0\r\n\r\n");
            stream.write_all(answer.as_bytes()).unwrap();
        })
    };
    let ended = ws(b"hi\n", &["-L", &moved().url]);
    assert_eq!((ended.code, ended.out.as_str()), (0, "hi\n"), "{}", ended.err);
    fails(&ws(b"hi\n", &[&moved().url]), 22, "302");
}
