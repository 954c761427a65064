//! What this floor tells a listener: each handshake message, each record, and what was wrong.
//!
//! Nothing here runs when nobody listens.

use crate::{
    Error, Level,
    message::{ClientHello, HandshakeType, Message, ServerHello},
    suite::NamedGroup,
};
use std::time::Instant;
use wire::{
    hex,
    trace::{Direction, Field, Layer, Trace, Value},
};

/// The event's name for a message.
const fn event(kind: HandshakeType) -> &'static str {
    match kind {
        HandshakeType::ClientHello => "client_hello",
        HandshakeType::ServerHello => "server_hello",
        HandshakeType::NewSessionTicket => "new_session_ticket",
        HandshakeType::EndOfEarlyData => "end_of_early_data",
        HandshakeType::EncryptedExtensions => "encrypted_extensions",
        HandshakeType::Certificate => "certificate",
        HandshakeType::CertificateRequest => "certificate_request",
        HandshakeType::CertificateVerify => "certificate_verify",
        HandshakeType::Finished => "finished",
        HandshakeType::KeyUpdate => "key_update",
    }
}

/// A handshake message, by name, with its main fields.
#[inline]
pub(crate) fn message(
    trace: &Trace,
    now: Instant,
    direction: Direction,
    level: Level,
    length: usize,
    message: &Message,
) {
    if trace.is_on() {
        tell_message(trace, now, direction, level, length, message);
    }
}

/// A message that is encoded already.
pub(crate) fn octets(
    trace: &Trace,
    now: Instant,
    direction: Direction,
    level: Level,
    octets: &[u8],
) {
    if !trace.is_on() {
        return;
    }
    let read = crate::message::dissect(&mut wire::Reader::new(octets), usize::MAX);
    for message in read.into_iter().flatten() {
        tell_message(trace, now, direction, level, octets.len(), &message);
    }
}

/// Apart, so that where nobody listens a message costs one branch and no call.
#[cold]
fn tell_message(
    trace: &Trace,
    now: Instant,
    direction: Direction,
    level: Level,
    length: usize,
    message: &Message,
) {
    let details = details(message);
    let mut fields = vec![
        Field { name: "level", value: Value::Text(level.name()) },
        Field { name: "length", value: Value::Number(length as u64) },
    ];
    for (name, value) in &details {
        fields.push(Field { name, value: Value::Text(value) });
    }
    trace.emit_slice(now, Layer::Tls, direction, event(message.kind()), None, &fields);
}

fn details(message: &Message) -> Vec<(&'static str, String)> {
    match message {
        Message::ClientHello(hello) => client_hello(hello),
        Message::ServerHello(hello) => server_hello(hello),
        Message::EncryptedExtensions(message) => {
            let alpn = message.extensions.alpn().and_then(<[_]>::first);
            let mut details = vec![("extensions", list(message.extensions.kinds()))];
            details.extend(alpn.map(|name| ("alpn", name.escape_ascii().to_string())));
            details
        }
        Message::Certificate(message) => {
            vec![("certificates", message.certificate_list.len().to_string())]
        }
        Message::CertificateRequest(message) => {
            vec![("extensions", list(message.extensions.kinds()))]
        }
        Message::CertificateVerify(verify) => vec![("algorithm", verify.algorithm.to_string())],
        Message::Finished(finished) => vec![("verify_data", hex::encode(&finished.verify_data))],
        Message::NewSessionTicket(ticket) => vec![
            ("ticket_lifetime", ticket.ticket_lifetime.to_string()),
            ("early_data", ticket.extensions.early_data_size().unwrap_or(0).to_string()),
        ],
        Message::KeyUpdate(update) => vec![("request_update", update.request.to_string())],
        Message::EndOfEarlyData => Vec::new(),
    }
}

fn client_hello(hello: &ClientHello) -> Vec<(&'static str, String)> {
    let suites = hello.cipher_suites.iter().map(|number| crate::message::suite_name(*number));
    let shares = hello.extensions.key_shares().unwrap_or_default();
    let alpn = hello.extensions.alpn().unwrap_or_default();
    let mut details = vec![("cipher_suites", list(suites))];
    let name = hello.extensions.server_name();
    details.extend(name.map(|name| ("server_name", name.escape_ascii().to_string())));
    details.push(("key_shares", list(shares.iter().map(|share| share.group))));
    details.push(("alpn", list(alpn.iter().map(|name| name.escape_ascii()))));
    details.push(("extensions", list(hello.extensions.kinds())));
    details
}

fn server_hello(hello: &ServerHello) -> Vec<(&'static str, String)> {
    let group: Option<NamedGroup> = hello
        .extensions
        .key_share()
        .map(|share| share.group)
        .or_else(|| hello.extensions.key_share_group());
    let mut details = vec![
        ("retry", hello.is_retry().to_string()),
        ("cipher_suite", crate::message::suite_name(hello.cipher_suite)),
    ];
    details.extend(group.map(|group| ("key_share", group.to_string())));
    details.push(("extensions", list(hello.extensions.kinds())));
    details
}

fn list<T: ToString>(items: impl Iterator<Item = T>) -> String {
    items.map(|item| item.to_string()).collect::<Vec<_>>().join(", ")
}

/// A record, either way: its outer type is told, and what was inside.
#[inline]
pub(crate) fn record(
    trace: &Trace,
    now: Instant,
    direction: Direction,
    kind: &'static str,
    length: usize,
    level: Level,
) {
    trace.emit(now, Layer::Tls, direction, "record", None, || {
        [
            Field { name: "type", value: Value::Text(kind) },
            Field { name: "length", value: Value::Number(length as u64) },
            Field { name: "level", value: Value::Text(level.name()) },
        ]
    });
}

pub(crate) fn violation(trace: &Trace, now: Instant, error: &Error) {
    if !trace.is_on() {
        return;
    }
    let text = error.to_string();
    trace.emit(now, Layer::Tls, Direction::Local, "violation", None, || {
        [
            Field { name: "violation", value: Value::Text(error.name()) },
            Field { name: "text", value: Value::Text(&text) },
            Field { name: "rule", value: Value::Text(error.rule()) },
            Field { name: "alert", value: Value::Text(error.alert().name()) },
        ]
    });
}
