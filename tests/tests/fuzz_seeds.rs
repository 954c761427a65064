//! Every seed and every crash of the fuzz targets, replayed on stable through the same functions.
//!
//! ```text
//!   fuzz/seeds/TARGET/*     one file for each state or rule worth starting from
//!   fuzz/crashes/TARGET/*   inputs that failed once
//! ```
//!
//! Each file is checked whole and cut short after every octet: most of what a network does to a
//! message is to deliver half of it. That the table names every target, the house rules see to.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

use std::panic::catch_unwind;
use std::path::{Path, PathBuf};

#[path = "../../fuzz/src/against_fluke.rs"]
#[allow(unreachable_pub, reason = "it is public in the fuzz workspace")]
mod against_fluke;
#[path = "../../fuzz/src/against_httparse.rs"]
#[allow(unreachable_pub, reason = "it is public in the fuzz workspace")]
mod against_httparse;
#[path = "../../fuzz/src/against_tungstenite.rs"]
#[allow(unreachable_pub, reason = "it is public in the fuzz workspace")]
mod against_tungstenite;
#[path = "../../fuzz/src/against_webpki.rs"]
#[allow(unreachable_pub, reason = "it is public in the fuzz workspace")]
mod against_webpki;
#[path = "../../fuzz/src/against_zlib.rs"]
#[allow(unreachable_pub, reason = "it is public in the fuzz workspace")]
mod against_zlib;

type Check = fn(&[u8]);

/// The targets, as `fuzz/fuzz_targets` has them.
const TARGETS: &[(&str, Check)] = &[
    ("accept", http::fuzzing::check_accept),
    ("base64", wire::fuzzing::check_base64),
    ("certificate", x509::fuzzing::check_certificate),
    ("certificate_chain", x509::fuzzing::check_chain),
    ("certificate_paths", x509::fuzzing::check_paths),
    ("challenge", http::fuzzing::check_challenge),
    ("chunked", http1::fuzzing::check_chunked),
    ("client_connection", http1::fuzzing::check_client_connection),
    ("control", sockets::fuzzing::check_control),
    ("cookie", http::fuzzing::check_cookie),
    ("date", http::fuzzing::check_date),
    ("deflate_round_trip", deflate::fuzzing::check_round_trip),
    ("der", x509::fuzzing::check_der),
    ("digest_challenge", client::fuzzing::check_challenge),
    ("dissect_quic", dissect::fuzzing::check_quic),
    ("field_section", http1::fuzzing::check_field_section),
    ("field_values", http::fuzzing::check_field_values),
    ("gzip", deflate::fuzzing::check_gzip),
    ("hex", wire::fuzzing::check_hex),
    ("hpack_decode", hpack::fuzzing::check_decode),
    ("hpack_huffman", hpack::fuzzing::check_huffman),
    ("hpack_integer", hpack::fuzzing::check_integer),
    ("hpack_peers", against_fluke::check),
    ("hpack_round_trip", hpack::fuzzing::check_round_trip),
    ("http2_client", http2::fuzzing::check_client),
    ("http2_frames", http2::fuzzing::check_frames),
    ("http2_operations", http2::fuzzing::check_operations),
    ("http2_server", http2::fuzzing::check_server),
    ("http3_connection", http3::fuzzing::check_connection),
    ("http3_frames", http3::fuzzing::check_frames),
    ("http3_operations", http3::fuzzing::check_operations),
    ("httparse", against_httparse::check),
    ("inflate", deflate::fuzzing::check_inflate),
    ("inflate_peers", against_zlib::check),
    ("location", client::fuzzing::check_location),
    ("media_type", http::fuzzing::check_media_type),
    ("owner_table", sockets::fuzzing::check_owner_table),
    ("pem", x509::fuzzing::check_pem),
    ("private_key", x509::fuzzing::check_key),
    ("proxy", client::fuzzing::check_proxy),
    ("webpki", against_webpki::check),
    ("websocket_url", client::fuzzing::check_websocket_url),
    ("qpack_acknowledgments", qpack::fuzzing::check_acknowledgments),
    ("qpack_decode", qpack::fuzzing::check_decode),
    ("qpack_operations", qpack::fuzzing::check_operations),
    ("quic_assembler", quic::fuzzing::check_assembler),
    ("quic_bookkeeping", quic::fuzzing::check_bookkeeping),
    ("quic_connection", quic::fuzzing::check_connection),
    ("quic_frames", quic::fuzzing::check_frames),
    ("quic_packet_reencrypted", quic::fuzzing::check_forged),
    ("quic_packets", quic::fuzzing::check_packets),
    ("quic_parameters", quic::fuzzing::check_parameters),
    ("quic_protected", quic::fuzzing::check_protected),
    ("quic_recovery", quic::fuzzing::check_recovery),
    ("quic_stream", quic::fuzzing::check_stream),
    ("quic_streams", quic::fuzzing::check_streams),
    ("quic_token", quic::fuzzing::check_token),
    ("ranges", http::fuzzing::check_ranges),
    ("request", http1::fuzzing::check_request_head),
    ("request_target", http::fuzzing::check_target),
    ("response", http1::fuzzing::check_response_head),
    ("server_connection", http1::fuzzing::check_server_connection),
    ("tcp_endpoint", sim::fuzzing::check_tcp),
    ("tcp_transfer", sim::fuzzing::check_tcp_transfer),
    ("tls_connection", tls::fuzzing::check_connection),
    ("tls_handshake", tls::fuzzing::check_handshake),
    ("tls_messages", tls::fuzzing::check_message),
    ("tls_operations", tls::fuzzing::check_operations),
    ("tungstenite", against_tungstenite::check),
    ("uri", http::fuzzing::check_uri),
    ("varint", wire::fuzzing::check_varint),
    ("websocket_connection", websocket::fuzzing::check_connection),
    ("websocket_extensions", websocket::fuzzing::check_extensions),
    ("websocket_handshake", websocket::fuzzing::check_handshake),
    ("websocket_head", websocket::fuzzing::check_head),
    ("websocket_operations", websocket::fuzzing::check_operations),
    ("zlib", deflate::fuzzing::check_zlib),
];

/// Long inputs are cut only in their first octets; the rest is more of the same.
const CUT: usize = 1024;

fn files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn replay(target: &str, check: Check) -> usize {
    let fuzz = Path::new(env!("CARGO_MANIFEST_DIR")).join("../fuzz");
    let kinds = [fuzz.join("seeds").join(target), fuzz.join("crashes").join(target)];
    let files: Vec<PathBuf> = kinds.iter().flat_map(|folder| files(folder)).collect();
    for file in &files {
        let octets = std::fs::read(file).unwrap();
        let cuts = (0..octets.len().min(CUT)).chain([octets.len()]);
        for length in cuts {
            let result = catch_unwind(|| check(&octets[..length]));
            assert!(result.is_ok(), "{target}: {} fails at {length} octets", file.display());
        }
    }
    files.len()
}

#[test]
fn every_seed_and_every_crash_passes() {
    for &(target, check) in TARGETS {
        assert!(replay(target, check) > 0, "{target} has seeds");
    }
}
