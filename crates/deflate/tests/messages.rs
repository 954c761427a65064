//! The example of RFC 7692 §7.2.3, and a round trip in every split.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use deflate::{Deflate, Flush, Inflate, Level, Status, WindowBits};

#[test]
fn hello_of_rfc_7692() {
    let mut inflate = Inflate::new(WindowBits::MAX);
    let mut out = Vec::new();
    let mut input: &[u8] = &[0xf2, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00, 0x00, 0xff, 0xff];
    assert_eq!(inflate.inflate(&mut input, &mut out, 100), Ok(Status::Starved));
    assert_eq!(out, b"Hello");
    // The same again, with the window: a reference.
    let mut input: &[u8] = &[0xf2, 0x00, 0x11, 0x00, 0x00, 0x00, 0x00, 0xff, 0xff];
    assert_eq!(inflate.inflate(&mut input, &mut out, 100), Ok(Status::Starved));
    assert_eq!(out, b"HelloHello");
    // BFINAL set, and on behind it.
    inflate.reset();
    out.clear();
    let mut input: &[u8] = &[0xf3, 0x48, 0xcd, 0xc9, 0xc9, 0x07, 0x00, 0x00, 0x00, 0xff, 0xff];
    assert_eq!(inflate.inflate(&mut input, &mut out, 100), Ok(Status::Ended));
    inflate.resume();
    assert_eq!(inflate.inflate(&mut input, &mut out, 100), Ok(Status::Starved));
    assert_eq!((out.as_slice(), input.len()), (b"Hello".as_slice(), 0));
}

#[test]
fn what_was_deflated_is_inflated() {
    let mut deflated = Vec::new();
    let mut deflate = Deflate::new(Level::DEFAULT, WindowBits::MAX);
    deflate.deflate(b"one ", &mut deflated, Flush::Sync);
    deflate.deflate(b"two", &mut deflated, Flush::Finish);
    for split in 0..=deflated.len() {
        let (mut inflate, mut out) = (Inflate::new(WindowBits::MAX), Vec::new());
        let (mut first, mut second) = deflated.split_at(split);
        let _ = inflate.inflate(&mut first, &mut out, 100).unwrap();
        assert_eq!(inflate.inflate(&mut second, &mut out, 100), Ok(Status::Ended));
        assert_eq!(out, b"one two");
    }
}
