//! What we deflate, miniz_oxide inflates, and the other way round: every level, every window; gzip
//! and zlib by flate2.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

mod common;

use common::{corpora, inflate_all};
use deflate::{Deflate, Flush, Inflate, Level, Status, WindowBits, gzip, zlib};
use flate2::{Compression, bufread};
use std::io::Read;

#[test]
fn what_we_deflate_miniz_inflates() {
    for (name, octets) in corpora() {
        for level in 0..=9 {
            for bits in 8..=15 {
                let window = WindowBits::new(bits).unwrap();
                let mut deflate = Deflate::new(Level::new(level).unwrap(), window);
                let mut out = Vec::new();
                deflate.deflate(&octets, &mut out, Flush::Finish);
                let back = miniz_oxide::inflate::decompress_to_vec(&out);
                assert!(
                    back.is_ok_and(|back| back == octets),
                    "{name} at level {level}, window {bits}"
                );
                assert!(inflate_all(&out, window) == Ok(octets.clone()), "{name} {level} {bits}");
                assert!(out.len() <= octets.len() + octets.len() / 1000 + 16, "{name} {level}");
            }
        }
    }
}

#[test]
fn what_miniz_deflates_we_inflate() {
    for (name, octets) in corpora() {
        for level in 0..=10 {
            let deflated = miniz_oxide::deflate::compress_to_vec(&octets, level);
            assert!(
                inflate_all(&deflated, WindowBits::MAX) == Ok(octets.clone()),
                "{name} {level}"
            );
        }
    }
}

#[test]
fn a_stream_of_messages_with_the_window_kept() {
    for (name, octets) in corpora() {
        for level in 0..=9 {
            let mut deflate = Deflate::new(Level::new(level).unwrap(), WindowBits::MAX);
            let mut inflate = Inflate::new(WindowBits::MAX);
            for message in octets.chunks(256).take(600) {
                let mut out = Vec::new();
                deflate.deflate(message, &mut out, Flush::Sync);
                assert!(out.ends_with(&[0, 0, 0xff, 0xff]));
                let (mut input, mut back) = (out.as_slice(), Vec::new());
                let status = inflate.inflate(&mut input, &mut back, usize::MAX);
                assert_eq!(status, Ok(Status::Starved), "{name} at level {level}");
                assert!(back == message, "{name} at level {level}");
            }
        }
    }
}

fn read_all(mut reader: impl Read) -> Vec<u8> {
    let mut out = Vec::new();
    reader.read_to_end(&mut out).unwrap();
    out
}

#[test]
fn gzip_and_zlib_by_flate2_both_ways() {
    for (name, octets) in corpora() {
        for level in [0, 1, 6, 9] {
            let (mut gzipped, mut zlibbed) = (Vec::new(), Vec::new());
            let ours = Level::new(level).unwrap();
            gzip::Encoder::new(ours).encode(&octets, &mut gzipped, Flush::Finish);
            let mut encoder = zlib::Encoder::new(ours, WindowBits::MAX);
            encoder.encode(&octets, &mut zlibbed, Flush::Finish);
            assert!(read_all(bufread::GzDecoder::new(&gzipped[..])) == octets, "{name} {level}");
            assert!(read_all(bufread::ZlibDecoder::new(&zlibbed[..])) == octets, "{name} {level}");

            let theirs = Compression::new(level.into());
            let gzipped = read_all(bufread::GzEncoder::new(&octets[..], theirs));
            let zlibbed = read_all(bufread::ZlibEncoder::new(&octets[..], theirs));
            let (mut input, mut out) = (&gzipped[..], Vec::new());
            let status = gzip::Decoder::default().decode(&mut input, &mut out, usize::MAX);
            assert!(status == Ok(Status::Ended) && out == octets, "{name} {level}");
            let (mut input, mut out) = (&zlibbed[..], Vec::new());
            let mut decoder = zlib::Decoder::new(WindowBits::MAX);
            let status = decoder.decode(&mut input, &mut out, usize::MAX);
            assert!(status == Ok(Status::Ended) && out == octets, "{name} {level}");
        }
    }
}
