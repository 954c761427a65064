//! Properties that hold for any octets: what the fuzz targets call, one line each; and what tests
//! need to have two ends that say the same each time.
//!
//! A property panics where it fails; nothing else here may. They run on stable too, over the seeds
//! and in the property tests.
//!
//! | property           | on                                                                      |
//! |--------------------|-------------------------------------------------------------------------|
//! | `check_message`    | one handshake message: form, and back                                   |
//! | `check_connection` | a connection that is sent these octets, whole and cut                   |
//! | `check_handshake`  | two ends whose messages are changed on their way, behind the cipher     |
//! | `check_operations` | two ends, a bad wire, and an application that does anything at any time |
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a property that does not hold panics, which is how a fuzzer hears of it"
)]

mod connection;
mod handshake;
mod operations;
pub mod stage;

use crate::{
    Error,
    message::{HandshakeType, Head, Message},
};
use wire::{Notes, Reader};

pub use connection::check_connection;
pub use handshake::check_handshake;
pub use operations::check_operations;

/// Messages, one after the other: what was read is written as it came, and whoever listens changes
/// nothing.
#[doc(hidden)]
pub fn check_message(octets: &[u8]) {
    const LIMIT: usize = 1 << 14;
    let mut rest = octets;
    loop {
        let mut reader = Reader::new(rest);
        let verdict = Head::parse(&mut reader, LIMIT);
        let Ok(Some(head)) = verdict else {
            // A head is not whole, or wrong whatever follows.
            if let Err(error) = verdict {
                let more = [rest, &[0; 4]].concat();
                assert_eq!(Head::parse(&mut Reader::new(&more), LIMIT), Err(error));
            }
            return;
        };
        let Some(body) = reader.rest().get(..head.length) else { return };
        let notes = Notes::default();
        let read = Message::read(head.kind, &mut Reader::new(body));
        assert_eq!(Message::read(head.kind, &mut Reader::observed(body, &notes)), read);
        let whole = rest.get(..Head::LENGTH + head.length).unwrap();
        match &read {
            Ok(message) => again(message, whole),
            Err(error) => told(error, body.len()),
        }
        rest = rest.get(whole.len()..).unwrap();
    }
}

fn again(message: &Message, whole: &[u8]) {
    let mut out = Vec::new();
    message.encode(&mut out).unwrap();
    let hello = matches!(message.kind(), HandshakeType::ClientHello | HandshakeType::ServerHello);
    // A hello without extensions may say so or not.
    if !hello || out.len() == whole.len() {
        assert_eq!(out, whole, "one message, one form: {message:?}");
    }
}

fn told(error: &Error, length: usize) {
    assert!(!error.rule().is_empty() && error.alert().is_error());
    if let Error::Cut { offset, .. } | Error::Trailing { offset, .. } = error {
        assert!(*offset <= length, "{error}");
    }
}
