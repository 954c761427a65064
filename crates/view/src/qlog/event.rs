//! What is neither packet nor frame nor figure, as qlog has it.
//!
//! quic-events; older names in `Kind::full_name`

use super::{Kind, frame, number, octets, put, text, value};
use crate::json::Object;
use wire::{
    hex,
    trace::{Direction, Event, Value},
};

/// The drafts' name of a type of packet.
fn packet_type(name: &str) -> &'static str {
    match name {
        "Initial" => "initial",
        "Handshake" => "handshake",
        "0-RTT" => "0RTT",
        "1-RTT" | "Application Data" => "1RTT",
        "Retry" => "retry",
        "Version Negotiation" => "version_negotiation",
        _ => "unknown",
    }
}

/// A packet's header.
pub(super) fn header(event: &Event<'_>) -> String {
    let mut header = Object::default();
    header.text("packet_type", packet_type(text(event, "type").unwrap_or_default()));
    if value(event, "number").is_some() {
        put(&mut header, "packet_number", number(event, "number"));
    }
    for (heard, written) in [("key_phase", "key_phase_bit"), ("spin", "spin_bit")] {
        if let Some(Value::Flag(flag)) = value(event, heard) {
            header.flag(written, flag);
        }
    }
    if let Some(version) = octets(event, "version") {
        header.text("version", &hex::encode(version));
    }
    let ids = [("destination", "dcil", "dcid"), ("source", "scil", "scid")];
    for (heard, length, id) in ids {
        if let Some(octets) = octets(event, heard) {
            header.number(length, octets.len() as u64).text(id, &hex::encode(octets));
        }
    }
    if value(event, "token").is_some() {
        header.object("token", |token| {
            token.object("raw", |raw| put(raw, "length", number(event, "token")));
        });
    }
    header.finish()
}

/// The events that one heard event is worth, mostly one.
pub(super) fn json(event: &Event<'_>, kind: Kind) -> Vec<(&'static str, Object)> {
    let mut data = Object::default();
    let name = match event.name {
        "started" => started(event, &mut data, kind),
        "version" => {
            let chosen = octets(event, "chosen").unwrap_or_default();
            data.text("chosen_version", &hex::encode(chosen));
            "version_information"
        }
        "parameters" => parameters(event, &mut data, kind),
        "datagram" => match datagram(event, &mut data) {
            Some(name) => name,
            None => return Vec::new(),
        },
        "packet_dropped" => dropped(event, &mut data, kind),
        "packet_buffered" => {
            data.raw("header", &of_type(text(event, "type"), None));
            data.object("raw", |raw| put(raw, "length", number(event, "length")));
            data.text("trigger", "keys_unavailable");
            "packet_buffered"
        }
        "packet_lost" => {
            let lost = Some(number(event, "number"));
            data.raw("header", &of_type(text(event, "space"), lost));
            "packet_lost"
        }
        "probe_timeout" => {
            let space = match packet_type(text(event, "space").unwrap_or_default()) {
                "1RTT" => "application_data",
                space => space,
            };
            data.text("timer_type", "pto").text("packet_number_space", space);
            data.text("event_type", "expired");
            "timer_updated"
        }
        "key_updated" | "key_discarded" => return keys(event, kind),
        "state" => {
            let new = text(event, "new").unwrap_or_default();
            let older = kind == Kind::Version03 && new == "handshake_complete";
            data.text("new", if older { "handshake_completed" } else { new });
            "connection_state_updated"
        }
        "path" if kind == Kind::Sequential => path(event, &mut data),
        "closed" => closed(event, &mut data, kind),
        _ => return Vec::new(),
    };
    vec![(name, data)]
}

/// A header of which only the type is known, and perhaps the number.
fn of_type(name: Option<&str>, number: Option<u64>) -> String {
    let mut header = Object::default();
    header.text("packet_type", packet_type(name.unwrap_or_default()));
    if let Some(number) = number {
        put(&mut header, "packet_number", number);
    }
    header.finish()
}

/// One half of a four-tuple: `127.0.0.1:443` or `[::1]:443`.
fn half(object: &mut Object, address: &str, id: Option<&[u8]>) {
    if let Some((ip, port)) = address.rsplit_once(':') {
        let six = ip.starts_with('[');
        let ip = ip.trim_matches(['[', ']']);
        object.text(if six { "ip_v6" } else { "ip_v4" }, ip);
        object.number(if six { "port_v6" } else { "port_v4" }, port.parse().unwrap_or(0));
    }
    if let Some(id) = id {
        object.array("connection_ids", |ids| {
            ids.text(&hex::encode(id));
        });
    }
}

fn started(event: &Event<'_>, data: &mut Object, kind: Kind) -> &'static str {
    let (local, remote) = (text(event, "local"), text(event, "remote"));
    let (source, destination) = (octets(event, "source"), octets(event, "destination"));
    match kind {
        Kind::Sequential => {
            data.object("local", |side| half(side, local.unwrap_or_default(), source));
            data.object("remote", |side| half(side, remote.unwrap_or_default(), destination));
        }
        Kind::Version03 => {
            let parts = |address: &str| {
                let (ip, port) = address.rsplit_once(':').unwrap_or((address, "0"));
                (ip.trim_matches(['[', ']']).to_owned(), port.parse().unwrap_or(0))
            };
            let (from, from_port) = parts(local.unwrap_or_default());
            let (to, to_port) = parts(remote.unwrap_or_default());
            data.text("ip_version", if to.contains(':') { "v6" } else { "v4" });
            data.text("src_ip", &from).text("dst_ip", &to).text("protocol", "QUIC");
            data.number("src_port", from_port).number("dst_port", to_port);
            data.text("src_cid", &hex::encode(source.unwrap_or_default()));
            data.text("dst_cid", &hex::encode(destination.unwrap_or_default()));
        }
    }
    "connection_started"
}

fn parameters(event: &Event<'_>, data: &mut Object, kind: Kind) -> &'static str {
    let who = if kind == Kind::Sequential { "initiator" } else { "owner" };
    data.text(who, if event.direction == Direction::Sent { "local" } else { "remote" });
    for field in event.fields {
        match field.value {
            Value::Number(number) => put(data, field.name, number),
            Value::Flag(flag) => {
                data.flag(field.name, flag);
            }
            // As on the wire, in whole milliseconds.
            Value::Micros(micros) => put(data, field.name, micros / 1000),
            Value::Octets(octets) => {
                data.text(field.name, &hex::encode(octets));
            }
            _ => {}
        }
    }
    "parameters_set"
}

/// A packet that waited was in a datagram that was told before.
fn datagram(event: &Event<'_>, data: &mut Object) -> Option<&'static str> {
    if value(event, "kept") == Some(Value::Flag(true)) {
        return None;
    }
    data.number("count", 1);
    data.array("raw", |raw| {
        raw.object(|raw| put(raw, "length", number(event, "length")));
    });
    data.array("ecn", |marks| {
        marks.text(text(event, "ecn").unwrap_or("Not-ECT"));
    });
    let sent = event.direction == Direction::Sent;
    Some(if sent { "udp_datagrams_sent" } else { "udp_datagrams_received" })
}

fn dropped(event: &Event<'_>, data: &mut Object, kind: Kind) -> &'static str {
    if let Some(kind) = text(event, "type") {
        let known = value(event, "number").map(|_| number(event, "number"));
        data.raw("header", &of_type(Some(kind), known));
    }
    data.text("trigger", text(event, "trigger").unwrap_or("general"));
    match (kind, text(event, "reason")) {
        (Kind::Sequential, Some(reason)) => {
            data.object("details", |details| {
                details.text("reason", reason);
            });
        }
        (Kind::Version03, Some(reason)) => {
            data.text("details", reason);
        }
        (_, None) => {}
    }
    "packet_dropped"
}

/// Keys of one end where TLS made them; else of both.
fn keys(event: &Event<'_>, kind: Kind) -> Vec<(&'static str, Object)> {
    let name = if event.name == "key_updated" { "key_updated" } else { "key_discarded" };
    let level = text(event, "level").unwrap_or_default();
    let senders = match text(event, "sender") {
        Some("client") => &["client"][..],
        Some(_) => &["server"],
        None => &["client", "server"],
    };
    let one = |sender: &&str| {
        let mut data = Object::default();
        data.text("key_type", &format!("{sender}_{level}_secret"));
        if value(event, "generation").is_some() {
            put(&mut data, "key_phase", number(event, "generation"));
        }
        if kind == Kind::Version03 && name == "key_updated" {
            // Required there; but a secret belongs in a key log, and not here.
            data.text("new", "");
        }
        data.text("trigger", text(event, "trigger").unwrap_or("tls"));
        (name, data)
    };
    senders.iter().map(one).collect()
}

fn path(event: &Event<'_>, data: &mut Object) -> &'static str {
    let new = match text(event, "new") {
        Some("validated") => "probing_successful",
        Some("failed") => "probing_abandoned",
        _ => "migration_complete",
    };
    data.text("new", new);
    for (heard, written) in [("remote", "tuple_remote"), ("local", "tuple_local")] {
        let address = text(event, heard).unwrap_or_default();
        data.object(written, |side| half(side, address, None));
    }
    "migration_state_updated"
}

fn closed(event: &Event<'_>, data: &mut Object, kind: Kind) -> &'static str {
    let who = if kind == Kind::Sequential { "initiator" } else { "owner" };
    data.text(who, text(event, "initiator").unwrap_or("local"));
    if let Some(space) = text(event, "space") {
        let code = number(event, "code");
        let error = frame::error_name(code).filter(|_| space == "transport");
        match (kind, error) {
            (Kind::Sequential, Some(error)) => {
                data.text("connection_error", &error);
            }
            (Kind::Sequential, None) => {
                let member = if space == "transport" { "connection" } else { "application" };
                data.text(&format!("{member}_error"), "unknown");
                put(data, "error_code", code);
            }
            (Kind::Version03, Some(error)) => {
                data.text("connection_code", &error);
            }
            (Kind::Version03, None) => {
                data.number("application_code", code);
            }
        }
    }
    if let Some(reason) = octets(event, "reason") {
        data.text("reason", &String::from_utf8_lossy(reason));
    }
    data.text("trigger", text(event, "trigger").unwrap_or("unspecified"));
    "connection_closed"
}
