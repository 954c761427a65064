//! The rules of RFC 9112 §6 and §7: where content ends, one test each.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{Seen, fetch_split, serve_split};
use http::Method;
use http1::{Content, Limits, Violation, Violation as V};

fn post_under(
    fields: &str,
    content: &str,
    limits: &Limits,
) -> Result<Seen<http::Request>, Violation> {
    let input = format!("POST / HTTP/1.1\r\nHost: a\r\n{fields}\r\n{content}");
    let mut story = serve_split(input.as_bytes(), true, limits);
    if let Some(error) = story.violation {
        let status = format!("HTTP/1.1 {} ", error.status());
        assert!(story.text().contains(&status), "{input:?}: {}", story.text());
        return Err(error.violation);
    }
    Ok(story.messages.remove(0))
}

fn post(fields: &str, content: &str) -> Result<Seen<http::Request>, Violation> {
    post_under(fields, content, &Limits::default())
}

fn lenient() -> Limits {
    Limits { lenient: true, ..Limits::default() }
}

fn chunked(content: &str) -> Result<String, Violation> {
    post("Transfer-Encoding: chunked\r\n", content).map(|seen| {
        assert!(seen.complete);
        String::from_utf8(seen.data).unwrap()
    })
}

#[test]
fn a_request_with_neither_field_has_no_content() {
    assert_eq!(post("", "").unwrap().content, Content::None);
}

#[test]
fn content_length_counts_octets() {
    let seen = post("Content-Length: 5\r\n", "hello").unwrap();
    assert_eq!((seen.content, seen.data.as_slice()), (Content::Length(5), &b"hello"[..]));
    assert!(seen.complete);
    assert_eq!(post("Content-Length: 0\r\n", "").unwrap().content, Content::None);
    assert_eq!(post("Content-Length: 000005\r\n", "hello").unwrap().data, b"hello");
}

#[test]
fn content_length_is_digits_alone() {
    for bad in ["", "+5", "-5", "5 5", "0x5", "5a", "5.0", "\u{ff15}", "5;"] {
        let result = post(&format!("Content-Length: {bad}\r\n"), "hello");
        assert_eq!(result.unwrap_err(), V::LengthInvalid, "{bad}");
    }
}

#[test]
fn content_length_does_not_overflow() {
    let limits = Limits { content: u64::MAX, ..Limits::default() };
    for bad in ["18446744073709551616", "99999999999999999999999999999999"] {
        let result = post_under(&format!("Content-Length: {bad}\r\n"), "", &limits);
        assert_eq!(result.unwrap_err(), V::LengthOverflow, "{bad}");
    }
    let result = post_under("Content-Length: 18446744073709551615\r\n", "abc", &limits);
    assert_eq!(result.unwrap_err(), V::EndInContent { missing: u64::MAX - 3 });
}

#[test]
fn repeated_content_length_is_400_and_equal_values_pass_leniency() {
    let equal = ["Content-Length: 5\r\nContent-Length: 5\r\n", "Content-Length: 5, 5\r\n"];
    for fields in equal {
        assert_eq!(post(fields, "hello").unwrap_err(), V::LengthRepeated);
        assert_eq!(post_under(fields, "hello", &lenient()).unwrap().data, b"hello");
    }
    for fields in ["Content-Length: 5\r\nContent-Length: 6\r\n", "Content-Length: 5,6\r\n"] {
        assert_eq!(post(fields, "hello").unwrap_err(), V::LengthRepeated);
        assert_eq!(post_under(fields, "hello", &lenient()).unwrap_err(), V::LengthRepeated);
    }
}

#[test]
fn transfer_encoding_beside_content_length_is_400() {
    for fields in [
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: no\r\n",
    ] {
        assert_eq!(post(fields, "0\r\n\r\n").unwrap_err(), V::LengthAndCoding);
    }
}

#[test]
fn with_leniency_transfer_encoding_wins_and_the_connection_closes() {
    let input = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n\
        Transfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n";
    let story = serve_split(input.as_bytes(), false, &lenient());
    assert_eq!(story.messages.len(), 1);
    assert!(story.text().contains("Connection: close\r\n"));
}

#[test]
fn a_final_coding_other_than_chunked_is_400_in_a_request() {
    for coding in ["gzip", "chunked, gzip", "x", "chunkedchunked", "xchunked"] {
        let result = post(&format!("Transfer-Encoding: {coding}\r\n"), "");
        assert_eq!(result.unwrap_err(), V::ChunkedNotFinal, "{coding}");
    }
}

#[test]
fn chunked_twice_is_400() {
    for fields in [
        "Transfer-Encoding: chunked, chunked\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
        "Transfer-Encoding: gzip, chunked, chunked\r\n",
    ] {
        assert_eq!(post(fields, "0\r\n\r\n").unwrap_err(), V::ChunkedRepeated);
    }
}

#[test]
fn identity_and_empty_codings_are_400() {
    for coding in
        ["identity", "", ",", "chunked,", ", chunked", "chunked;a=b", "\"chunked\"", "chunked x"]
    {
        let result = post(&format!("Transfer-Encoding: {coding}\r\n"), "0\r\n\r\n");
        assert_eq!(result.unwrap_err(), V::CodingInvalid, "{coding}");
    }
}

#[test]
fn a_coding_that_nobody_here_undoes_is_501() {
    for coding in ["gzip, chunked", "x;a=b, chunked"] {
        let result = post(&format!("Transfer-Encoding: {coding}\r\n"), "0\r\n\r\n");
        assert_eq!(result.unwrap_err(), V::CodingUnknown, "{coding}");
    }
}

#[test]
fn the_name_of_a_coding_ignores_case_and_space() {
    for fields in [
        "Transfer-Encoding: CHUNKED\r\n",
        "transfer-encoding:\tChunked \r\n",
        "TRANSFER-ENCODING:chunked\r\n",
    ] {
        assert_eq!(post(fields, "1\r\na\r\n0\r\n\r\n").unwrap().data, b"a");
    }
}

#[test]
fn transfer_encoding_in_http_1_0_is_400_and_closes() {
    let input = b"POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n";
    let story = serve_split(input, false, &Limits::default());
    assert_eq!(story.violation.unwrap().violation, V::CodingInHttp10);
}

#[test]
fn content_past_the_limit_is_413() {
    let limits = Limits { content: 4, ..Limits::default() };
    let result = post_under("Content-Length: 5\r\n", "", &limits);
    assert_eq!(result.unwrap_err(), V::ContentTooLarge);
    let fields = "Transfer-Encoding: chunked\r\n";
    let result = post_under(fields, "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n", &limits);
    assert_eq!(result.unwrap_err(), V::ContentTooLarge);
    assert_eq!(
        post_under(fields, "3\r\nabc\r\n1\r\nd\r\n0\r\n\r\n", &limits).unwrap().data,
        b"abcd"
    );
}

#[test]
fn an_early_end_says_how_much_is_missing() {
    let result = post("Content-Length: 10\r\n", "hello");
    assert_eq!(result.unwrap_err(), V::EndInContent { missing: 5 });
    for cut in
        ["", "5", "5\r\n", "5\r\nhel", "5\r\nhello\r\n", "5\r\nhello\r\n0\r\n", "0\r\nA: b\r\n"]
    {
        assert_eq!(chunked(cut).unwrap_err(), V::EndInChunks, "{cut:?}");
    }
}

#[test]
fn chunks_join_to_content() {
    let wiki = "4\r\nWiki\r\n6\r\npedia \r\nE\r\nin \r\n\r\nchunks.\r\n0\r\n\r\n";
    assert_eq!(chunked(wiki).unwrap(), "Wikipedia in \r\n\r\nchunks.");
    assert_eq!(chunked("0\r\n\r\n").unwrap(), "");
    assert_eq!(chunked("00000a\r\n0123456789\r\n000\r\n\r\n").unwrap(), "0123456789");
    assert_eq!(chunked("A\r\n0123456789\r\n0\r\n\r\n").unwrap(), "0123456789");
}

#[test]
fn a_chunk_size_is_hexadecimal_digits() {
    for bad in
        ["\r\n\r\n", "g\r\n", "0x5\r\nhello\r\n", "-1\r\n", "+5\r\nhello\r\n", "5_\r\n", " 5\r\n"]
    {
        assert_eq!(chunked(bad).unwrap_err(), V::ChunkSizeInvalid, "{bad:?}");
    }
}

#[test]
fn a_chunk_size_does_not_overflow() {
    assert_eq!(chunked("10000000000000000\r\n").unwrap_err(), V::ChunkSizeOverflow);
    assert_eq!(chunked("ffffffffffffffffff\r\n").unwrap_err(), V::ChunkSizeOverflow);
    assert_eq!(chunked("ffffffffffffffff\r\n").unwrap_err(), V::ContentTooLarge);
}

#[test]
fn a_chunk_ends_in_exactly_crlf() {
    for bad in
        ["5\r\nhello0\r\n\r\n", "5\r\nhello\n0\r\n\r\n", "5\r\nhello\r0\r\n\r\n", "5\r\nhello!\r\n"]
    {
        assert_eq!(chunked(bad).unwrap_err(), V::ChunkEndInvalid, "{bad:?}");
    }
    let bad = "5\nhello\r\n0\r\n\r\n";
    assert_eq!(chunked(bad).unwrap_err(), V::BareLf);
    let fields = "Transfer-Encoding: chunked\r\n";
    assert_eq!(post_under(fields, bad, &lenient()).unwrap_err(), V::BareLf, "even leniently");
}

#[test]
fn chunk_extensions_are_validated_and_ignored() {
    for good in [";a", ";a=b", ";a=\"b;c\\\"\"", ";a;b=c", " ; a = b", "\t;\ta=\"\""] {
        assert_eq!(chunked(&format!("1{good}\r\nx\r\n0{good}\r\n\r\n")).unwrap(), "x", "{good:?}");
    }
    for bad in [";", ";=b", ";a=", ";a=b c", ";a=\"b", ";a=\"\u{1}\"", ";a b", " ", ";a ", ";a;\r"]
    {
        let result = chunked(&format!("1{bad}\r\nx\r\n0\r\n\r\n"));
        assert_eq!(result.unwrap_err(), V::ChunkExtensionInvalid, "{bad:?}");
    }
}

#[test]
fn chunk_extensions_are_capped_by_line_and_in_all() {
    let limits = Limits { chunk_line: 20, extensions: 30, ..Limits::default() };
    let fields = "Transfer-Encoding: chunked\r\n";
    let long = format!("1;{}\r\nx\r\n0\r\n\r\n", "a".repeat(30));
    assert_eq!(post_under(fields, &long, &limits).unwrap_err(), V::ChunkLineTooLong);
    let many = "1;aaaaaaaaa\r\nx\r\n".repeat(4);
    assert_eq!(post_under(fields, &many, &limits).unwrap_err(), V::ExtensionsTooLarge);
}

#[test]
fn trailers_are_kept_apart() {
    let seen =
        post("Transfer-Encoding: chunked\r\n", "1\r\nx\r\n0\r\nA: 1\r\nB: 2\r\n\r\n").unwrap();
    let trailers = seen.trailers.unwrap();
    let names: Vec<_> = trailers.iter().map(|(name, value)| format!("{name}={value}")).collect();
    assert_eq!(names, ["A=1", "B=2"]);
    assert!(!seen.head.headers.iter().any(|(name, _)| name.as_str() == "A"));
}

#[test]
fn fields_that_frame_or_route_are_no_trailers() {
    let fields = "Transfer-Encoding: chunked\r\n";
    for bad in
        ["Content-Length: 1", "Transfer-Encoding: chunked", "host: b", "Connection: close", "TE: x"]
    {
        let content = format!("0\r\n{bad}\r\nA: 1\r\n\r\n");
        assert_eq!(post(fields, &content).unwrap_err(), V::TrailerForbidden, "{bad}");
        let trailers = post_under(fields, &content, &lenient()).unwrap().trailers.unwrap();
        assert_eq!(trailers.len(), 1, "leniency drops it");
    }
}

#[test]
fn trailers_are_capped_and_obey_the_rules_of_fields() {
    let limits = Limits { trailers: 40, fields: 3, ..Limits::default() };
    let fields = "Transfer-Encoding: chunked\r\n";
    let result = |content: &str| post_under(fields, content, &limits).unwrap_err();
    assert_eq!(result(&format!("0\r\nA: {}\r\n\r\n", "x".repeat(50))), V::HeadTooLarge);
    assert_eq!(result("0\r\nA:\r\nB:\r\nC:\r\nD:\r\n\r\n"), V::TooManyFields);
    assert_eq!(result("0\r\nA : b\r\n\r\n"), V::SpaceBeforeColon);
    assert_eq!(result("0\r\nA: b\n\r\n"), V::BareLf);
    assert_eq!(result("0\r\nA: b\r\n c\r\n\r\n"), V::ObsFold);
}

/// A response to `method`; `end` is whether the connection then ends.
fn response(method: Method, input: &str, end: bool) -> Result<Seen<http::Response>, Violation> {
    let mut story = fetch_split(&[method], input.as_bytes(), end, &Limits::default());
    match story.violation {
        Some(error) => Err(error.violation),
        None => Ok(story.messages.remove(0)),
    }
}

#[test]
fn responses_to_head_and_204_and_304_have_no_content_whatever_they_say() {
    for (method, status) in [(Method::Head, 200), (Method::Get, 204), (Method::Get, 304)] {
        for field in ["Content-Length: 5", "Transfer-Encoding: chunked", "Transfer-Encoding: x"] {
            let input = format!("HTTP/1.1 {status} x\r\n{field}\r\n\r\n");
            let seen = response(method.clone(), &input, false).unwrap();
            assert_eq!(seen.content, Content::None);
        }
    }
}

#[test]
fn a_response_without_length_reads_to_the_end() {
    let seen = response(Method::Get, "HTTP/1.1 200 OK\r\n\r\nhello", true).unwrap();
    assert_eq!((seen.content, seen.data.as_slice()), (Content::UntilClose, &b"hello"[..]));
    assert!(seen.complete);
    let seen = response(Method::Get, "HTTP/1.1 200 OK\r\n\r\nhello", false).unwrap();
    assert!(!seen.complete);
}

#[test]
fn a_response_whose_final_coding_is_not_chunked_reads_to_the_end() {
    let input = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked, gzip\r\n\r\n0\r\n\r\n";
    let seen = response(Method::Get, input, true).unwrap();
    assert_eq!((seen.content, seen.data.len()), (Content::UntilClose, 5));
}

#[test]
fn a_response_is_held_to_the_same_rules_of_length() {
    let get = |fields: &str| {
        response(Method::Get, &format!("HTTP/1.1 200 OK\r\n{fields}\r\n\r\nhello"), true)
            .unwrap_err()
    };
    assert_eq!(get("Content-Length: 5\r\nTransfer-Encoding: chunked"), V::LengthAndCoding);
    assert_eq!(get("Content-Length: 5, 6"), V::LengthRepeated);
    assert_eq!(get("Content-Length: x"), V::LengthInvalid);
    assert_eq!(get("Content-Length: 9"), V::EndInContent { missing: 4 });
    assert_eq!(get("Transfer-Encoding: gzip, chunked"), V::CodingUnknown);
}
