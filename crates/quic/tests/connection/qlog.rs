//! qlog files of real connections, held against the drafts member by member.

use crate::{
    pair::{Pair, Setup},
    told::heard_over,
};
use quic::stream::Direction;
use serde_json::Value;
use sim::Link;
use std::{collections::BTreeSet, time::Duration};
use view::{
    Record,
    qlog::{Kind, Writer},
};
use wire::trace::Sink;

/// What quic-events has: the event, the members that it must have, those that it may have besides.
/// Of these, what we never write is left out.
const EVENTS: &[(&str, &str, &str)] = &[
    ("connection_started", "local remote", ""),
    (
        "connection_closed",
        "",
        "initiator connection_error application_error error_code reason trigger",
    ),
    ("connection_state_updated", "new", ""),
    ("version_information", "", "chosen_version"),
    (
        "parameters_set",
        "",
        "initiator original_destination_connection_id initial_source_connection_id \
         retry_source_connection_id disable_active_migration max_idle_timeout \
         max_udp_payload_size ack_delay_exponent max_ack_delay active_connection_id_limit \
         initial_max_data initial_max_stream_data_bidi_local initial_max_stream_data_bidi_remote \
         initial_max_stream_data_uni initial_max_streams_bidi initial_max_streams_uni \
         max_datagram_frame_size grease_quic_bit",
    ),
    ("packet_sent", "header", "frames raw"),
    ("packet_received", "header", "frames raw"),
    ("packet_dropped", "", "header raw details trigger"),
    ("packet_buffered", "", "header raw trigger"),
    ("packet_lost", "", "header frames"),
    ("udp_datagrams_sent", "", "count raw ecn"),
    ("udp_datagrams_received", "", "count raw ecn"),
    ("migration_state_updated", "new", "tuple_remote tuple_local"),
    ("mtu_updated", "new", "old"),
    ("timer_updated", "event_type", "timer_type packet_number_space"),
    ("key_updated", "key_type", "key_phase trigger"),
    ("key_discarded", "key_type", "key_phase trigger"),
    (
        "recovery_metrics_updated",
        "",
        "min_rtt smoothed_rtt latest_rtt rtt_variance pto_count congestion_window \
         bytes_in_flight ssthresh",
    ),
    ("congestion_state_updated", "new", "old"),
];

/// The same of frames.
const FRAMES: &[(&str, &str, &str)] = &[
    ("padding", "", "raw"),
    ("ping", "", ""),
    ("ack", "", "ack_delay acked_ranges ect0 ect1 ce"),
    ("reset_stream", "stream_id error final_size", "error_code"),
    ("stop_sending", "stream_id error", "error_code"),
    ("crypto", "offset raw", ""),
    ("new_token", "token", ""),
    ("stream", "stream_id", "offset fin raw"),
    ("max_data", "maximum", ""),
    ("max_stream_data", "stream_id maximum", ""),
    ("max_streams", "stream_type maximum", ""),
    ("data_blocked", "limit", ""),
    ("stream_data_blocked", "stream_id limit", ""),
    ("streams_blocked", "stream_type limit", ""),
    ("new_connection_id", "sequence_number retire_prior_to connection_id", "connection_id_length"),
    ("retire_connection_id", "sequence_number", ""),
    ("path_challenge", "", "data"),
    ("path_response", "", "data"),
    ("connection_close", "", "error_space error error_code reason trigger_frame_type"),
    ("handshake_done", "", ""),
    ("datagram", "", "raw"),
];

const HEADER: (&str, &str) =
    ("packet_type", "packet_number key_phase_bit spin_bit version dcil scil dcid scid token");

#[track_caller]
fn members(object: &Value, required: &str, optional: &str) {
    let there: BTreeSet<&str> = object.as_object().unwrap().keys().map(String::as_str).collect();
    let required: BTreeSet<&str> = required.split_whitespace().collect();
    assert!(required.is_subset(&there), "{object}");
    let known: BTreeSet<&str> = optional.split_whitespace().chain(required).collect();
    assert!(there.is_subset(&known), "{object}");
}

#[track_caller]
fn line_of<'a>(table: &'a [(&str, &str, &str)], name: &str) -> (&'a str, &'a str) {
    let line = table.iter().find(|(known, ..)| *known == name);
    let (_, required, optional) = line.unwrap_or_else(|| panic!("{name} is not in the draft"));
    (required, optional)
}

fn written(records: &[Record], kind: Kind) -> String {
    let mut file = Vec::new();
    let writer = Writer::new(kind, &mut file, &[0x83, 0x94, 0xc8, 0xf0]);
    records.iter().for_each(|record| record.lend(|event| writer.event(event)));
    writer.finish().unwrap();
    drop(writer);
    String::from_utf8(file).unwrap()
}

/// Everything that there is to tell: loss, a new address, new keys, resets, the end.
fn eventful() -> Vec<Vec<Record>> {
    let link = Link::new().delay(Duration::from_millis(15)).rate(4_000_000).loss_rate(0.05);
    let mut setup = Setup { seed: 11, ..Setup::default() };
    setup.client.bidirectional_streams = 3;
    setup.server.max_datagram_frame_size = 1000;
    let (mut pair, client, server) = heard_over(setup, link);
    pair.behind_nat();
    pair.connect();
    let stream = pair.client.say(Direction::Bidirectional, &[7; 300_000]);
    pair.run(Duration::from_millis(300));
    pair.rebind_address();
    pair.client.quic().send_datagram(b"neither ordered nor sent again".to_vec()).unwrap();
    let other = pair.client.quic().open(Direction::Bidirectional).unwrap();
    pair.client.quic().send(other, b"x").unwrap();
    pair.run(Duration::from_millis(50));
    pair.client.quic().reset(other, 5).unwrap();
    assert!(pair.until(Duration::from_secs(30), |pair| pair.echoed(stream)));
    pair.run(Duration::from_secs(1));
    pair.client.quic().update_keys().unwrap();
    pair.client.quic().ping();
    pair.run(Duration::from_secs(1));
    pair.server.quic().close(1 << 60, "\"끝\"\u{1e}\n".as_bytes());
    pair.run(Duration::from_secs(3));
    vec![client.records(), server.records()]
}

// ANCHOR: sequential
#[test]
fn a_sequential_file_has_what_the_drafts_require() {
    for records in eventful() {
        let file = written(&records, Kind::Sequential);
        assert!(!file.contains('\0') && file.starts_with('\u{1e}') && file.ends_with('\n'));
        let mut texts = file.split('\u{1e}').skip(1);
        let head: Value = serde_json::from_str(texts.next().unwrap()).unwrap();
        assert_eq!(head["file_schema"], "urn:ietf:params:qlog:file:sequential");
        assert_eq!(head["serialization_format"], "application/qlog+json-seq");
        assert!(file.find("serialization_format").unwrap() < 256);
        members(&head["trace"], "event_schemas", "common_fields vantage_point");
        assert_eq!(head["trace"]["event_schemas"][0], "urn:ietf:params:qlog:events:quic");
        let role = head["trace"]["vantage_point"]["type"].as_str().unwrap();
        assert!(["client", "server"].contains(&role));
        let mut last = 0.0;
        for text in texts {
            assert_eq!(text.matches('\n').count(), 1);
            let event: Value = serde_json::from_str(text).unwrap();
            members(&event, "time name data", "");
            let time = event["time"].as_f64().unwrap();
            assert!(time >= last, "{event}");
            last = time;
            let name = event["name"].as_str().unwrap().strip_prefix("quic:").unwrap();
            let (required, optional) = line_of(EVENTS, name);
            members(&event["data"], required, optional);
            check_packet(&event["data"]);
        }
    }
}
// ANCHOR_END: sequential

fn check_packet(data: &Value) {
    if let Some(header) = data.get("header") {
        members(header, HEADER.0, HEADER.1);
        let known = ["initial", "handshake", "0RTT", "1RTT", "retry", "version_negotiation"];
        assert!(known.contains(&header["packet_type"].as_str().unwrap()), "{header}");
    }
    for frame in data.get("frames").and_then(Value::as_array).into_iter().flatten() {
        let (required, optional) = line_of(FRAMES, frame["frame_type"].as_str().unwrap());
        members(frame, &format!("frame_type {required}"), optional);
    }
}

#[test]
fn an_eventful_connection_shows_all_that_there_is_to_show() {
    let mut seen = BTreeSet::new();
    for records in eventful() {
        for text in written(&records, Kind::Sequential).split('\u{1e}').skip(2) {
            let event: Value = serde_json::from_str(text).unwrap();
            let name = event["name"].as_str().unwrap().to_owned();
            if name == "quic:connection_closed" {
                assert_eq!(event["data"]["error_code"], (1_u64 << 60).to_string());
            }
            if let Some(reason) = event["data"].get("reason")
                && event["data"]["initiator"] == "remote"
            {
                assert_eq!(reason, "\"끝\"\u{1e}\n");
            }
            seen.insert(name);
        }
    }
    for (name, ..) in EVENTS {
        // These want a worse network, or two versions.
        if !["version_information", "packet_buffered", "packet_dropped"].contains(name) {
            assert!(seen.contains(&format!("quic:{name}")), "{name} was not seen: {seen:?}");
        }
    }
}

#[test]
fn the_older_form_is_one_object_with_the_older_names() {
    let mut names = BTreeSet::new();
    for records in eventful() {
        let file: Value = serde_json::from_str(&written(&records, Kind::Version03)).unwrap();
        assert_eq!((&file["qlog_version"], &file["qlog_format"]), (&"0.3".into(), &"JSON".into()));
        let trace = &file["traces"][0];
        assert_eq!(trace["common_fields"]["ODCID"], "8394c8f0");
        assert_eq!(trace["common_fields"]["time_format"], "relative");
        for event in trace["events"].as_array().unwrap() {
            members(event, "time name data", "");
            let (name, data) = (event["name"].as_str().unwrap(), &event["data"]);
            names.insert(name.to_owned());
            if ["transport:packet_sent", "transport:packet_received"].contains(&name) {
                assert!(data["header"]["packet_number"].is_u64(), "{event}");
                assert!(data["raw"]["length"].is_u64(), "{event}");
            }
            for frame in data.get("frames").and_then(Value::as_array).into_iter().flatten() {
                let kind = frame["frame_type"].as_str().unwrap();
                line_of(FRAMES, kind);
                let long = ["crypto", "stream", "padding", "datagram"].contains(&kind);
                assert!(!long || frame["length"].is_u64(), "{frame}");
            }
        }
    }
    for name in [
        "connectivity:connection_started",
        "connectivity:connection_closed",
        "transport:parameters_set",
        "transport:datagrams_sent",
        "security:key_updated",
        "recovery:metrics_updated",
        "recovery:congestion_state_updated",
        "recovery:packet_lost",
    ] {
        assert!(names.contains(name), "{name}: {names:?}");
    }
}

#[test]
fn what_was_never_finished_is_finished_when_dropped() {
    let (mut pair, client, _) = crate::told::heard(Setup::default());
    Pair::connect(&mut pair);
    let mut file = Vec::new();
    let writer = Writer::new(Kind::Version03, &mut file, &[]);
    client.records().iter().for_each(|record| record.lend(|event| writer.event(event)));
    drop(writer);
    assert!(serde_json::from_slice::<Value>(&file).is_ok());
}
