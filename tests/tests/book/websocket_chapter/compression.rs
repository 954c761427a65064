//! DEFLATE under the lens, and what it is worth to messages.

use crate::figure::figure;
use deflate::{Deflate, Flush, Inflate, Level, WindowBits, oracle};
use dissect::Dissection;
use std::fmt::Write as _;
use wire::{Note, Notes, Reader, hex};

/// What every synchronised piece ends with; RFC 7692 §7.2.1 strikes it out.
const TAIL: [u8; 4] = [0x00, 0x00, 0xff, 0xff];

fn piece(compressor: &mut Deflate, message: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    compressor.deflate(message, &mut out, Flush::Sync);
    out
}

#[test]
fn hello_in_bits() {
    let mut compressor = Deflate::new(Level::DEFAULT, WindowBits::MAX);
    let first = piece(&mut compressor, b"Hello");
    let second = piece(&mut compressor, b"Hello");
    // RFC 7692 §7.2.3.1 and §7.2.3.2.
    assert_eq!(hex::encode(&first), "f248cdc9c907000000ffff");
    let mut story = String::new();
    for (title, octets) in [("Hello", &first), ("Hello, once more", &second)] {
        assert!(octets.ends_with(&TAIL));
        writeln!(story, "# {title}: {} octets, without the last four", octets.len() - 4).unwrap();
    }
    let both = [first, second].concat();
    let notes = Notes::default();
    let mut reader = Reader::observed(&both, &notes);
    let (out, _) = oracle::inflate(&mut reader, WindowBits::MAX, 100);
    assert_eq!(out, b"HelloHello");
    let read = reader.offset();
    let mut notes = notes.take();
    // The next message's block has not come.
    notes.pop_if(|note| matches!(note, Note::Section { .. }));
    story += &dissect::text(&Dissection { notes, read, error: None });
    figure("hello-deflate", &story);
}

#[test]
fn alone_and_with_what_came_before() {
    let texts = lab::realtime::texts(300, 256);
    let plain: usize = texts.iter().map(String::len).sum();
    let mut table = format!(
        "{:<28}{:>8}{:>13}{:>14}{:>14}\n",
        "300 messages of 256 octets", "octets", "per message", "of the plain", "memory"
    );
    let mut row = |name: &str, octets: usize, held: usize| {
        let each = octets / texts.len();
        let (percent, held) = (octets * 100 / plain, held.div_ceil(1024));
        writeln!(table, "{name:<28}{octets:>8}{each:>13}{percent:>12} %{held:>10} KiB").unwrap();
    };
    row("plain", plain, 0);
    for (name, level, bits, takeover) in [
        ("each alone", Level::FAST, 15, false),
        ("each alone, level 9", Level::BEST, 15, false),
        ("takeover, window 512", Level::FAST, 9, true),
        ("takeover, window 4,096", Level::FAST, 12, true),
        ("takeover, window 32,768", Level::FAST, 15, true),
        ("the same, level 9", Level::BEST, 15, true),
    ] {
        let mut compressor = Deflate::new(level, WindowBits::new(bits).unwrap());
        let mut octets = 0;
        for text in &texts {
            octets += piece(&mut compressor, text.as_bytes()).len() - TAIL.len();
            if !takeover {
                compressor.release();
            }
        }
        row(name, octets, compressor.held());
    }
    figure("takeover", &table);
}

#[test]
fn a_bomb_and_where_it_stops() {
    let zeros = vec![0; 16 << 20];
    let mut compressed = Vec::new();
    Deflate::new(Level::DEFAULT, WindowBits::MAX).deflate(&zeros, &mut compressed, Flush::Finish);
    let mut story = String::new();
    writeln!(story, "{:<38}{:>10} octets", "zeros", zeros.len()).unwrap();
    writeln!(story, "{:<38}{:>10} octets", "compressed", compressed.len()).unwrap();
    let (mut inflate, mut out) = (Inflate::new(WindowBits::MAX), Vec::new());
    let mut rest = compressed.as_slice();
    let status = inflate.inflate(&mut rest, &mut out, 1 << 20).unwrap();
    let used = compressed.len() - rest.len();
    writeln!(story, "{:<38}{:>10} octets: {status:?}", "inflated, at most 1 MiB", out.len())
        .unwrap();
    writeln!(story, "{:<38}{used:>10} octets", "read for that").unwrap();
    figure("bomb", &story);
}
