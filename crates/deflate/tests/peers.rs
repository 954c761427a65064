//! What we deflate, miniz_oxide inflates, and the other way round: every level, every window.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

mod common;

use common::{corpora, inflate_all};
use deflate::{Deflate, Flush, Inflate, Level, Status, WindowBits};

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
