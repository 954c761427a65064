//! Properties that hold for any octets: for fuzz targets and tests alike.
//!
//! | function           | what the octets are                  | what holds                     |
//! |--------------------|--------------------------------------|--------------------------------|
//! | `check_frames`     | a stream's frames                    | splits change nothing          |
//! | `check_connection` | what a peer does on all its streams  | the same; it closes once       |
//! | `check_operations` | what two applications and the network do | no honest end is blamed    |
//!
//! Used by: `fuzz`, `tests`.

mod connection;
mod network;
mod operations;

pub use connection::check_connection;
pub use operations::check_operations;

use crate::frame::{FrameHead, FrameType, Frames, Piece, parse_control};

/// What a stream of frames holds: heads, the octets of content, payloads.
#[derive(Debug, Default, PartialEq, Eq)]
struct Cut {
    heads: Vec<FrameHead>,
    content: Vec<u8>,
    payloads: Vec<(FrameType, Vec<u8>)>,
}

/// Longer payloads are skipped, as a connection's limits have it.
const PAYLOAD: u64 = 4096;

/// Cuts frames at once, octet by octet and in sevens: the same comes out. What is given back comes
/// again. Little more is held than came.
pub fn check_frames(octets: &[u8]) {
    let whole = cut(octets, octets.len().max(1), false);
    for step in [1, 7] {
        assert_eq!(cut(octets, step, false), whole, "in steps of {step}");
        assert_eq!(cut(octets, step, true), whole, "in steps of {step}, with octets given back");
    }
    for (kind, payload) in &whole.payloads {
        // A number that was read has room for no other octet.
        if let Ok(Some(_)) = parse_control(*kind, payload) {
            let _ = parse_control(*kind, &[payload.as_slice(), &[0]].concat());
        }
    }
}

fn cut(octets: &[u8], step: usize, give_back: bool) -> Cut {
    let (mut frames, mut cut) = (Frames::default(), Cut::default());
    for part in octets.chunks(step) {
        let mut input = part;
        while let Some(piece) = frames.next(&mut input) {
            match piece {
                Piece::Head(head) => {
                    cut.heads.push(head);
                    if head.kind != FrameType::DATA && head.length > PAYLOAD {
                        frames.skip();
                    }
                }
                Piece::Data(data) => {
                    cut.content.extend_from_slice(data);
                    // The last octet is not taken: it comes again, and is the same.
                    if give_back && !data.is_empty() {
                        cut.content.pop();
                        let last = (part.len() - input.len()).saturating_sub(1);
                        frames.give_back(1);
                        let mut again = part.get(last..=last).unwrap_or_default();
                        if let Some(Piece::Data(data)) = frames.next(&mut again) {
                            cut.content.extend_from_slice(data);
                        }
                    }
                }
                Piece::Payload(kind, payload) => cut.payloads.push((kind, payload.to_vec())),
            }
        }
        assert!(frames.held() <= 2 * octets.len() + 4096, "{} octets held", frames.held());
    }
    cut
}
