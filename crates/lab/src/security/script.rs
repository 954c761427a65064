//! A handshake as a conversation: each message with its direction and its length.

use view::Record;
use wire::trace::{Direction, Layer};

/// The messages among `records`, in order: whether we sent it, its name, its octets, whether it was
/// sealed.
pub fn script(records: &[Record]) -> Vec<(bool, String, u64, bool)> {
    let mut messages = Vec::new();
    for record in records {
        let sent = match (record.layer, record.direction) {
            (Layer::Tls, Direction::Sent) => true,
            (Layer::Tls, Direction::Received) => false,
            _ => continue,
        };
        if record.name != "record" {
            let sealed = record.text("level") != Some("initial");
            let length = record.number("length").unwrap_or(0);
            messages.push((sent, record.name.to_owned(), length, sealed));
        }
    }
    messages
}
