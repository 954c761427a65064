//! Chunks octet by octet, and the table of what frames a request.

use crate::figure::figure;
use dissect::{Kind, dissect, text};
use http1::{
    Limits,
    framing::{self, Framing},
    head::parse_request,
};
use std::fmt::Write as _;

#[test]
fn a_chunked_response_octet_by_octet() {
    let response = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n\
        7\r\nHello, \r\n9;note=x\r\nWirebook.\r\n0\r\nServer-Timing: db;dur=53\r\n\r\n";
    figure("chunked", &text(&dissect(Kind::Http1Response, response)));
}

#[test]
fn what_frames_a_request() {
    let mut table = format!("{:<62}content ends\n", "fields of POST / HTTP/1.1");
    for fields in [
        &[][..],
        &["Content-Length: 5"],
        &["Transfer-Encoding: chunked"],
        &["Content-Length: 5", "Transfer-Encoding: chunked"],
        &["Content-Length: 5", "Content-Length: 6"],
        &["Content-Length: 5, 5"],
        &["Content-Length: 0x5"],
        &["Transfer-Encoding: gzip, chunked"],
        &["Transfer-Encoding: chunked, gzip"],
        &["Transfer-Encoding: chunked, chunked"],
        &["Transfer-Encoding: xchunked"],
        &["Transfer-Encoding: identity"],
    ] {
        let lines: String = fields.iter().map(|field| format!("{field}\r\n")).collect();
        let head = format!("POST / HTTP/1.1\r\nHost: a\r\n{lines}\r\n");
        let limits = Limits::default();
        let (head, _) = parse_request(head.as_bytes(), &limits).unwrap().unwrap();
        let end = match framing::request(head.request.version, &head.facts, limits.lenient) {
            Ok(Framing::None) => "there is none".to_owned(),
            Ok(Framing::Length(length)) => format!("after {length} octets"),
            Ok(Framing::Chunked) => "with the chunk of size 0".to_owned(),
            Ok(other) => panic!("{other:?}"),
            Err(error) => format!("{} {:?}", error.status().as_u16(), error.violation),
        };
        let shown = if fields.is_empty() { "none".to_owned() } else { fields.join(" + ") };
        writeln!(table, "{shown:<62}{end}").unwrap();
    }
    figure("framing", &table);
}
