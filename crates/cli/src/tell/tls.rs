//! TLS in words: with `-v` what was agreed on and whom the server is believed to be, with `-vv`
//! each handshake message, with `-vvv` each record and each step of the key schedule.
//!
//! ```text
//! * TLSv1.3, TLS_AES_128_GCM_SHA256, x25519, http/1.1
//! * certificate of CN=localhost by CN=Our CA, valid …: believed
//! * TLS > client_hello, 225 octets, initial: server_name localhost, key_shares x25519, …
//! * TLS < server_hello, 122 octets, initial: cipher_suite TLS_AES_128_GCM_SHA256, …
//! * TLS key schedule: Derive-Secret(handshake, "c hs traffic", transcript 12ab…) = 34cd…
//! ```
//!
//! The words are RFC 8446's: names of messages and fields as they stand there, and the labels of
//! its §7.1.

use client::trace::{BELIEVED, SECURED};
use wire::{
    hex,
    trace::{Direction, Event, Layer, Value},
};

/// What `-v` says of it.
pub(super) fn summary(event: &Event<'_>) -> Option<String> {
    let get = |name: &str| text(event, name);
    let is = |name| flag(event, name);
    if event.name == SECURED.name {
        let mut words = vec![get("version"), get("suite"), get("group"), get("alpn")];
        words.retain(|word| !word.is_empty());
        words.extend(is("resumed").then(|| "by a ticket from before".to_owned()));
        words.extend(is("early").then(|| "early data accepted".to_owned()));
        return Some(words.join(", "));
    }
    (event.name == BELIEVED.name).then(|| {
        let verdict = if is("verified") { "believed" } else { "not asked about" };
        let (subject, issuer, valid) = (get("subject"), get("issuer"), get("valid"));
        format!("certificate of {subject} by {issuer}, valid {valid}: {verdict}")
    })
}

/// What `-vv` says besides: each message of the handshake.
pub(super) fn messages(event: &Event<'_>) -> Option<String> {
    if event.layer != Layer::Tls {
        return None;
    }
    let mark = match event.direction {
        Direction::Sent => '>',
        Direction::Received => '<',
        Direction::Local if event.name == "violation" => {
            return Some(format!("TLS: {} ({})", text(event, "text"), text(event, "rule")));
        }
        Direction::Local => return None,
    };
    if event.name == "record" {
        return None;
    }
    let (length, level) = (text(event, "length"), text(event, "level"));
    let mut words = format!("TLS {mark} {}, {length} octets, {level}", event.name);
    let others = event.fields.iter().filter(|field| !matches!(field.name, "length" | "level"));
    let others = others.map(|field| (field.name, shown(&field.value)));
    let others = others.filter(|(_, value)| !value.is_empty());
    let others: Vec<String> = others.map(|(name, value)| format!("{name} {value}")).collect();
    if !others.is_empty() {
        words += &format!(": {}", others.join("; "));
    }
    Some(words)
}

/// What `-vvv` says besides: each record, and the key schedule with all that goes in and comes out.
pub(super) fn schedule(event: &Event<'_>) -> Option<String> {
    if event.layer != Layer::Tls {
        return None;
    }
    let get = |name: &str| text(event, name);
    Some(match (event.name, event.direction) {
        ("record", direction) => {
            let mark = if direction == Direction::Sent { '>' } else { '<' };
            let (kind, length, level) = (get("type"), get("length"), get("level"));
            format!("TLS {mark} record of {kind}, {length} octets, {level}")
        }
        ("extract", _) => {
            let (secret, salt) = (get("secret"), get("salt"));
            let (input, output) = (get("input"), get("output"));
            format!(
                "TLS key schedule: HKDF-Extract for the {secret} secret: salt {salt}, input \
                 {input} = {output}"
            )
        }
        ("secret", _) => {
            let (label, transcript, output) = (get("label"), get("transcript"), get("output"));
            format!(
                "TLS key schedule: Derive-Secret({label:?}, transcript {transcript}) = {output}"
            )
        }
        _ => return messages(event),
    })
}

fn text(event: &Event<'_>, name: &str) -> String {
    let field = event.fields.iter().find(|field| field.name == name);
    field.map(|field| shown(&field.value)).unwrap_or_default()
}

fn shown(value: &Value<'_>) -> String {
    match value {
        Value::Octets(octets) => hex::encode(octets),
        value => value.to_string(),
    }
}

fn flag(event: &Event<'_>, name: &str) -> bool {
    event.fields.iter().any(|field| field.name == name && field.value == Value::Flag(true))
}
