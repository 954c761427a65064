//! The handshake octet by octet, as `dissect` explains it: sealed, and opened.

use super::{Cast, Talk, leaf};
use crate::figure::figure;
use dissect::{KeyLog, Kind, dissect, dissect_opened, text};
use std::fmt::Write as _;

fn talk() -> (Talk, KeyLog) {
    let cast = Cast::new();
    let mut talk = cast.meet(1);
    talk.ask();
    let log = KeyLog::read(&cast.keys.text()).unwrap();
    (talk, log)
}

/// Lines as wide as a page: what is longer goes on below, where its last column began.
pub(super) fn narrow(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines() {
        let mut line = line.to_owned();
        while line.chars().count() > 86 {
            let column = line.rfind("  ").map_or(0, |at| at + 2).max(4);
            // A single long word stays as it is, and a page scrolls.
            let Some(cut) = line[..86].rfind(' ').filter(|cut| *cut > column) else { break };
            let rest = line.split_off(cut);
            writeln!(out, "{line}").unwrap();
            let rest = rest.trim_start();
            let column = column.min(86_usize.saturating_sub(rest.len())).max(4);
            line = format!("{:column$}{rest}", "");
        }
        writeln!(out, "{line}").unwrap();
    }
    out
}

/// The dissection from the line that begins with `from` on, to the one before `to`.
fn part<'a>(text: &'a str, from: &str, to: &str) -> &'a str {
    let start = text.find(from).unwrap();
    let end = text[start..].find(to).map_or(text.len(), |end| start + end);
    &text[start..end]
}

#[test]
fn the_first_flight() {
    let (talk, _) = talk();
    figure("tls-hello", &narrow(&text(&dissect(Kind::TlsRecord, &talk.flights[0].1))));
}

#[test]
fn the_answer_as_a_listener_sees_it() {
    let (talk, _) = talk();
    let server = text(&dissect(Kind::TlsRecord, &talk.side(false)));
    let client = text(&dissect(Kind::TlsRecord, &talk.side(true)));
    let behind = client.find("record, RFC 8446 §5\n  00d6").unwrap();
    let story =
        format!("# the server\n{server}\n# the client, behind its hello\n{}", &client[behind..]);
    figure("tls-listener", &narrow(&story));
}

/// Certificates have a figure of their own.
fn without_certificates(text: &str) -> String {
    let (mut out, mut inside) = (String::new(), false);
    for line in text.split_inclusive('\n') {
        if line.starts_with("      Certificate, RFC 5280") {
            inside = true;
            out += "        … a certificate\n";
        }
        if line.contains("0 octets of extensions") {
            inside = false;
        }
        if !inside {
            out += line;
        }
    }
    out
}

#[test]
fn the_answer_as_the_client_sees_it() {
    let (talk, log) = talk();
    let whole = text(&dissect_opened(Kind::TlsRecord, &talk.side(false), &log));
    let opened = part(&whole, "record, RFC 8446 §5\n  0085", "record, RFC 8446 §5\n  03fb");
    figure("tls-opened", &narrow(&without_certificates(opened)));
}

#[test]
fn a_certificate() {
    let whole = text(&dissect(Kind::Certificate, leaf().der()));
    let lines = whole.split_inclusive('\n').filter(|line| !line.contains("tag, length"));
    figure("tls-certificate", &narrow(&lines.collect::<String>()));
}
