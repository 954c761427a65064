//! Each flag of `get`, seen from the server's side and from the reader's.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{Site, answering, get, get_in, peer};
use std::{fs, io::Write};
use testkit::TempDir;

/// What `/echo` saw of a request made with these flags.
fn echoed(flags: &[&str]) -> String {
    let site = Site::new();
    let url = site.at("/echo");
    let ended = get(&[flags, &[&url]].concat());
    assert_eq!((ended.code, ended.err.as_str()), (0, ""), "{flags:?}");
    ended.out.replace(site.url.trim_start_matches("http://"), "HOST")
}

#[test]
fn a_plain_get_prints_the_body_and_nothing_else() {
    let site = Site::new();
    let ended = get(&[&site.at("/hello")]);
    assert_eq!((ended.code, ended.out.as_str(), ended.err.as_str()), (0, "hello\n", ""));
    let agent = concat!("wirebook/", env!("CARGO_PKG_VERSION"));
    assert_eq!(
        echoed(&[]),
        format!("GET /echo HTTP/1.1\nHost: HOST\nUser-Agent: {agent}\nAccept: */*\n\n")
    );
}

#[test]
fn fields_can_be_set_replaced_and_left_out() {
    let text = echoed(&["-H", "X-A: 1", "-H", "accept:", "-H", "X-E;", "-A", "me", "-e", "from"]);
    for line in ["X-A: 1\n", "X-E: \n", "User-Agent: me\n", "Referer: from\n"] {
        assert!(text.contains(line), "{line} in {text}");
    }
    assert!(!text.contains("Accept"));
    assert!(!echoed(&["-A", ""]).contains("User-Agent"));
    let folder = TempDir::new("fields");
    let file = folder.path().join("fields");
    fs::write(&file, "X-A: 1\n\nX-B: 2\n").unwrap();
    let text = echoed(&["-H", &format!("@{}", file.display())]);
    assert!(text.contains("X-A: 1\nX-B: 2\n"), "{text}");
}

#[test]
fn a_host_field_may_be_another() {
    assert!(echoed(&["-H", "Host: other.example"]).contains("\nHost: other.example\n"));
}

#[test]
fn the_method_follows_from_the_flags_or_is_said() {
    for (flags, method) in [
        (&["-X", "DELETE"][..], "DELETE"),
        (&["-d", "a"], "POST"),
        (&["-X", "PATCH", "-d", "a"], "PATCH"),
        (&["-F", "a=b"], "POST"),
        (&["-G", "-d", "a"], "GET"),
        (&["--json", "{}"], "POST"),
    ] {
        assert!(echoed(flags).starts_with(method), "{flags:?}");
    }
}

#[test]
fn data_is_sent_as_a_form() {
    let text = echoed(&["-d", "a=1", "--data-urlencode", "b=c d", "--data-raw", "@e"]);
    assert!(text.contains("Content-Type: application/x-www-form-urlencoded\nContent-Length: 12\n"));
    assert!(text.ends_with("\n\na=1&b=c+d&@e"), "{text}");
    let text = echoed(&["-d", "x", "-H", "Content-Type: text/x"]);
    assert!(text.contains("Content-Type: text/x\n") && !text.contains("urlencoded"), "{text}");
    assert!(echoed(&["-d", "x", "-H", "Content-Type:"]).find("Content-Type").is_none());
}

#[test]
fn json_says_so_and_asks_for_it() {
    let text = echoed(&["--json", "{\"a\":", "--json", "1}"]);
    assert!(text.contains("Accept: application/json\nContent-Type: application/json\n"), "{text}");
    assert!(text.ends_with("{\"a\":1}") && text.matches("Accept:").count() == 1, "{text}");
}

#[test]
fn data_may_go_into_the_query() {
    assert!(echoed(&["-G", "-d", "a=1", "-d", "b=2"]).starts_with("GET /echo?a=1&b=2 HTTP/1.1"));
}

#[test]
fn data_may_come_from_a_file_or_standard_input() {
    let (site, folder) = (Site::new(), TempDir::new("data"));
    fs::write(folder.path().join("lines"), "a\nb\n").unwrap();
    let sent = |flags: &[&str]| {
        let ended = get_in(folder.path(), b"in\nput", &[flags, &[&site.at("/echo")]].concat());
        assert_eq!(ended.code, 0, "{}", ended.err);
        ended.out.split_once("\n\n").unwrap().1.to_owned()
    };
    assert_eq!(sent(&["-d", "@lines"]), "ab");
    assert_eq!(sent(&["--data-binary", "@lines"]), "a\nb\n");
    assert_eq!(sent(&["--data-binary", "@-"]), "in\nput");
}

#[test]
fn a_form_with_a_file_is_multipart() {
    let (site, folder) = (Site::new(), TempDir::new("form"));
    fs::write(folder.path().join("길.txt"), "path\n").unwrap();
    let ended = get_in(folder.path(), b"", &["-F", "a=1", "-F", "f=@길.txt", &site.at("/echo")]);
    let (head, body) = ended.out.split_once("\n\n").unwrap();
    let boundary = head.split_once("boundary=").unwrap().1.lines().next().unwrap();
    let length = head.split_once("Content-Length: ").unwrap().1.lines().next().unwrap();
    assert_eq!(length.parse::<usize>().unwrap(), body.len());
    assert!(
        body.contains("name=\"f\"; filename=\"길.txt\"\r\nContent-Type: text/plain\r\n\r\npath\n")
    );
    assert!(body.ends_with(&format!("--{boundary}--\r\n")), "{body}");
}

#[test]
fn files_are_uploaded_with_put() {
    let (site, folder) = (Site::new(), TempDir::new("upload"));
    fs::write(folder.path().join("a b"), "content").unwrap();
    let upload = |flags: &[&str]| get_in(folder.path(), b"from stdin", flags).out;
    let text = upload(&["-T", "a b", &site.at("/up/")]);
    assert!(text.starts_with("PUT /up/a%20b HTTP/1.1"), "{text}");
    assert!(text.contains("Content-Length: 7\n") && text.ends_with("\n\ncontent"), "{text}");
    let text = upload(&["-T", "-", &site.at("/up/x")]);
    assert!(text.contains("Transfer-Encoding: chunked\n"), "{text}");
    assert!(text.ends_with("\n\nfrom stdin"), "{text}");
    let text = upload(&["-H", "Transfer-Encoding: chunked", "-T", "a b", &site.at("/up/x")]);
    assert!(text.contains("chunked\n") && text.ends_with("content"), "{text}");
}

#[test]
fn the_head_can_be_printed_with_or_without_the_body() {
    let site = Site::new();
    let with = get(&["-i", &site.at("/hello")]).out;
    assert!(with.starts_with("HTTP/1.1 200 OK\r\n") && with.ends_with("\r\n\r\nhello\n"), "{with}");
    let without = get(&["-I", &site.at("/hello")]).out;
    assert!(without.contains("Content-Length: 6\r\n") && without.ends_with("\r\n\r\n"));
    let folder = TempDir::new("head");
    let file = folder.path().join("head");
    let ended = get(&["-D", file.to_str().unwrap(), &site.at("/hello")]);
    assert_eq!(ended.out, "hello\n");
    assert_eq!(fs::read_to_string(&file).unwrap().lines().next(), Some("HTTP/1.1 200 OK"));
}

#[test]
fn heads_are_printed_as_they_came() {
    let heads = b"HTTP/1.1 103 Soon\r\nLink: </a>\r\n\r\nHTTP/1.1 200 Just fine\r\nX:1\r\n\r\n";
    let page = peer(move |stream| stream.write_all(&[heads, b"body".as_slice()].concat()).unwrap());
    let ended = get(&["-i", &page.url]);
    assert_eq!(ended.octets, [heads, b"body".as_slice()].concat());
}

#[test]
fn redirects_are_followed_if_asked() {
    let site = Site::new();
    let stays = get(&["-w", "%{http_code} %{redirect_url}", &site.at("/redirect/2")]);
    assert_eq!(stays.out, format!("302 {}", site.at("/redirect/1")));
    let format = "%{num_redirects} %{num_connects} %{url_effective}\\n";
    let follows = get(&["-s", "-L", "-o", "/dev/null", "-w", format, &site.at("/redirect/2")]);
    assert_eq!(follows.out, format!("3 1 {}\n", site.at("/echo")));
    let heads = get(&["-L", "-i", &site.at("/redirect/1")]).out;
    assert_eq!(heads.matches("HTTP/1.1 302 Found\r\n").count(), 2, "{heads}");
    assert_eq!(heads.matches("HTTP/1.1 200 OK\r\n").count(), 1, "{heads}");
}

#[test]
fn bodies_go_to_the_files_that_were_named() {
    let (site, folder) = (Site::new(), TempDir::new("files"));
    let (one, two) = (site.at("/hello"), site.at("/status/200?x#y"));
    let ended = get_in(folder.path(), b"", &["-o", "first", &one, "-O", &two, &one]);
    assert_eq!((ended.code, ended.out.as_str()), (0, "hello\n"), "{}", ended.err);
    assert_eq!(fs::read(folder.path().join("first")).unwrap(), b"hello\n");
    assert_eq!(fs::read(folder.path().join("200")).unwrap(), b"status 200\n");
    // An empty body leaves an empty file.
    let empty = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
    get_in(folder.path(), b"", &["-o", "empty", &empty.url]);
    assert_eq!(fs::read(folder.path().join("empty")).unwrap(), b"");
}

#[test]
fn ranges_and_the_rest_of_a_file() {
    let (folder, here) = (TempDir::new("served"), TempDir::new("here"));
    fs::write(folder.path().join("ten"), "0123456789").unwrap();
    let site = Site::with_files(folder.path());
    assert_eq!(get(&["-r", "2-4", &site.at("/ten")]).out, "234");
    assert_eq!(get(&["-r", "-3", &site.at("/ten")]).out, "789");
    let file = here.path().join("ten");
    let go_on = || get_in(here.path(), b"", &["-C", "-", "-O", &site.at("/ten")]);
    fs::write(&file, "0123").unwrap();
    for _ in 0..2 {
        // The second time nothing is missing.
        let ended = go_on();
        assert_eq!(ended.code, 0, "{}", ended.err);
        assert_eq!(fs::read(&file).unwrap(), b"0123456789");
    }
    fs::remove_file(&file).unwrap();
    assert_eq!(go_on().code, 0);
    assert_eq!(fs::read(&file).unwrap(), b"0123456789");
    assert_eq!(get(&["-C", "7", &site.at("/ten")]).out, "789");
    // Where ranges are not served, what is there stays as it is.
    let ended = get_in(here.path(), b"", &["-C", "-", "-o", "ten", &site.at("/hello")]);
    assert_eq!((ended.code, fs::read(&file).unwrap()), (33, b"0123456789".to_vec()));
}

#[test]
fn the_rest_of_a_file_is_not_asked_for_compressed() {
    // What is there is plain: its length says nothing about octets of another form.
    for (flags, asked) in [
        (["-s", "-C", "5"], None),
        (["-HAccept-Encoding: gzip", "-C", "5"], Some("Accept-Encoding: gzip")),
    ] {
        let rest = answering(
            b"HTTP/1.1 206 Partial Content\r\nContent-Range: bytes 5-9/10\r\n\
              Content-Length: 5\r\n\r\n56789",
        );
        let ended = get(&[flags[0], flags[1], flags[2], "--compressed", &rest.url]);
        assert_eq!((ended.code, ended.out.as_str()), (0, "56789"), "{}", ended.err);
        let head = rest.head();
        assert_eq!(head.lines().find(|line| line.starts_with("Accept-Encoding")), asked, "{head}");
    }
}

#[test]
fn cookies_are_sent_kept_and_read_again() {
    let (site, folder) = (Site::new(), TempDir::new("cookies"));
    assert!(echoed(&["-b", "a=1; b=2"]).contains("\nCookie: a=1; b=2\n"));
    let run = |flags: &[&str], path: &str| {
        get_in(folder.path(), b"", &[flags, &[&site.at(path)]].concat()).out
    };
    run(&["-c", "jar"], "/cookies");
    let jar = fs::read_to_string(folder.path().join("jar")).unwrap();
    assert!(jar.starts_with("# Netscape HTTP Cookie File"), "{jar}");
    assert!(run(&["-b", "jar"], "/echo").contains("kept=2"));
    // Nobody asked to keep cookies: none are sent on.
    assert!(!run(&["-L"], "/redirect/0").contains("Cookie"));
    assert!(run(&["-L", "-b", ""], "/redirect/0").contains("Cookie: hop=1"));
    assert!(run(&["-b", "jar", "-b", "c=3"], "/echo").contains("c=3"));
}

#[test]
fn who_asks_is_said() {
    assert!(echoed(&["-u", "a:b"]).contains("\nAuthorization: Basic YTpi\n"));
    assert!(echoed(&["--oauth2-bearer", "t"]).contains("\nAuthorization: Bearer t\n"));
    assert!(!echoed(&["--digest", "-u", "a:b"]).contains("Authorization"));
}

#[test]
fn versions_and_ways() {
    let site = Site::new();
    assert!(echoed(&["-0"]).starts_with("GET /echo HTTP/1.0\n"));
    assert!(echoed(&["--http1.1", "-4"]).starts_with("GET /echo HTTP/1.1\n"));
    let port = site.url.rsplit(':').next().unwrap();
    let url = format!("http://name.test:{port}/echo");
    let ended = get(&["--resolve", &format!("name.test:{port}:127.0.0.1"), &url]);
    assert!(ended.out.contains(&format!("\nHost: name.test:{port}\n")), "{}", ended.err);
    let proxied = get(&["-x", &site.url, "http://elsewhere.test/hello"]);
    assert_eq!(proxied.out, "hello\n", "{}", proxied.err);
    let direct = get(&["-x", "http://127.0.0.1:1", "--noproxy", "127.0.0.1", &site.at("/hello")]);
    assert_eq!(direct.out, "hello\n", "{}", direct.err);
}

#[test]
fn the_environment_names_a_proxy() {
    let site = Site::new();
    let run = |flags: &[&str]| {
        let mut command = common::program();
        command.arg("get").args(flags).arg("http://elsewhere.test/hello");
        common::Ended::from(command.env("http_proxy", &site.url).output().unwrap())
    };
    assert_eq!(run(&[]).out, "hello\n");
    assert_eq!(run(&["-x", "", "--resolve", "elsewhere.test:80:0.0.0.0"]).code, 7);
}

#[test]
fn a_unix_socket_carries_requests_as_well() {
    let folder = TempDir::new("unix");
    let path = folder.path().join("socket");
    let listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let server = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").unwrap();
        stream
    });
    let ended = get(&["--unix-socket", path.to_str().unwrap(), "http://any.test/"]);
    assert_eq!(ended.out, "ok", "{}", ended.err);
    drop(server.join().unwrap());
}

#[test]
fn hosts_and_paths_may_be_korean() {
    let site = Site::new();
    let port = site.url.rsplit(':').next().unwrap();
    let url = format!("http://한국.test:{port}/없다");
    let name = format!("xn--3e0b707e.test:{port}:127.0.0.1");
    let ended = get(&["-v", "--resolve", &name, &url]);
    assert!(ended.err.contains("> GET /%EC%97%86%EB%8B%A4 HTTP/1.1\n"), "{}", ended.err);
    assert!(ended.err.contains(&format!("> Host: xn--3e0b707e.test:{port}\n")), "{}", ended.err);
}

#[test]
fn many_urls_share_a_connection() {
    let site = Site::new();
    let (url, format) = (site.at("/hello"), "%{urlnum}:%{num_connects} ");
    let ended = get(&["-w", format, &url, &url, &url]);
    assert_eq!(ended.out, "hello\n0:1 hello\n1:0 hello\n2:0 ");
}

#[test]
fn write_out_tells_what_is_known() {
    let site = Site::new();
    let ended = get(&[
        "-w",
        "%{http_code} %{http_version} %{size_download} %{content_type} %{method} %{remote_ip} \
         %{scheme} %{exitcode} %header{content-length} %{nonsense}|\\n",
        &site.at("/hello"),
    ]);
    let expected = "hello\n200 1.1 6 text/plain; charset=utf-8 GET 127.0.0.1 http 0 6 |\n";
    assert_eq!((ended.out.as_str(), ended.code), (expected, 0));
    assert_eq!(ended.err, "wirebook: -w knows no %{nonsense}\n");
    let times = "%{time_namelookup} %{time_connect} %{time_starttransfer} %{time_total}";
    let ended = get(&["-s", "-o", "/dev/null", "-w", times, &site.at("/hello")]);
    let times: Vec<f64> = ended.out.split(' ').map(|time| time.parse().unwrap()).collect();
    assert!(times.is_sorted(), "{times:?}");
}

#[test]
fn json_tells_the_same_to_a_machine() {
    let site = Site::new();
    let ended = get(&["--format", "json", "--trace", &site.at("/hello"), &site.at("/status/404")]);
    assert_eq!(ended.out, "hello\nstatus 404\n");
    let lines: Vec<serde_json::Value> =
        ended.err.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let ends: Vec<_> = lines.iter().filter(|line| line.get("http_code").is_some()).collect();
    assert_eq!((&ends[0]["http_code"], &ends[1]["http_code"]), (&200.into(), &404.into()));
    assert!(lines.iter().any(|line| line["event"] == "sockets.dial"));
    let failed = get(&["--format", "json", &common::nobody()]);
    let line: serde_json::Value = serde_json::from_str(&failed.err).unwrap();
    assert_eq!((failed.code, &line["exitcode"]), (7, &7.into()));
    assert!(line["errormsg"].as_str().unwrap().contains("refused"));
}

#[test]
fn a_peer_that_is_not_ready_is_asked_again() {
    let mut answers = vec![b"503 Later\r\n".as_slice(), b"200 OK\r\n"].into_iter();
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    let server = std::thread::spawn(move || {
        for answer in answers.by_ref() {
            let (mut stream, _) = listener.accept().unwrap();
            std::io::Read::read(&mut stream, &mut [0; 1024]).unwrap();
            let fields = b"Retry-After: 0\r\nConnection: close\r\nContent-Length: 2\r\n\r\nok";
            stream.write_all(&[b"HTTP/1.1 ", answer, fields].concat()).unwrap();
        }
    });
    let ended = get(&["--retry", "2", "--retry-delay", "0.01", &url]);
    assert_eq!((ended.code, ended.out.as_str()), (0, "ok"), "{}", ended.err);
    assert!(ended.err.contains("503") && ended.err.contains("trying again"), "{}", ended.err);
    server.join().unwrap();
}

#[test]
fn what_a_peer_sends_cannot_command_the_terminal() {
    let script = peer(|stream| {
        stream
            .write_all(b"HTTP/1.1 200 OK\r\nX: a\xc2\x9b31mb\r\nContent-Length: 0\r\n\r\n")
            .unwrap();
    });
    let ended = get(&["-v", &script.url]);
    assert!(ended.err.contains("< X: a\\u{9b}31mb\n"), "{:?}", ended.err);
}
