//! One side of an HTTP/2 connection: the preface, frames, and inside them blocks of HPACK.
//!
//! RFC 9113 §3.4, §4, RFC 7541
//!
//! ```text
//!   PRI * HTTP/2.0 …   what a client says first
//!   frame │ frame │ HEADERS … block ──► hpack::Decoder, one for the side: blocks share its table
//!                      └── CONTINUATION: fragments are joined, and told with the last of them
//! ```
//!
//! Only what one octet stream shows by itself is judged: frames and blocks, not the order of frames
//! in the life of a stream, for which both sides are needed.
//!
//! Used by: [`dissect`](crate::dissect).

use ::http2::{
    StreamId,
    frame::{Frame, FrameHead, PREFACE, flags},
};
use wire::Reader;

/// The longest frame that a head can declare: 24 bits (RFC 9113 §4.2).
const LONGEST: u32 = (1 << 24) - 1;

/// The largest table that a size update may ask for: what the other side allowed is not here, and
/// browsers allow 64 KiB.
const TABLE: usize = 64 << 10;

/// Octets of fields that are told of a block in several fragments.
const MOST_SAID: usize = 64 << 10;

/// Reads one side's octets to the end; why it did not get there, if it did not.
pub(crate) fn side(reader: &mut Reader<'_>) -> Option<String> {
    preface(reader);
    let mut blocks = Blocks::new();
    while !reader.is_empty() {
        let at = reader.offset();
        let told = |error: &dyn std::fmt::Display| {
            Some(format!("{error}; the frame begins at octet {at}"))
        };
        let head = match FrameHead::parse(reader, LONGEST) {
            Ok(Some(head)) => head,
            Ok(None) => {
                let there = reader.len();
                return Some(format!(
                    "the frame at octet {at} is cut short: {there} octets of its head"
                ));
            }
            Err(error) => return told(&error),
        };
        let length = usize::try_from(head.length).unwrap_or(usize::MAX);
        let there = reader.len();
        if there < length {
            let kind = head.kind.name();
            return Some(format!(
                "the {kind} at octet {at} is cut short: {there} of {length} octets"
            ));
        }
        let payload = *reader;
        let read = Frame::read(&head, reader);
        let judged = match read {
            Ok(frame) => blocks.take(&head, &frame, payload),
            Err(error) => return told(&error),
        };
        if let Err(error) = judged {
            return told(&error);
        }
    }
    blocks
        .open
        .map(|open| format!("the field block of stream {} goes on in a CONTINUATION", open.stream))
}

/// What a client says before its first frame, if this is a client's side.
fn preface(reader: &mut Reader<'_>) {
    if reader.rest().starts_with(PREFACE) {
        reader.section("Connection preface", "RFC 9113 §3.4");
        // It is there: the octets were just compared.
        let _ = reader.take("Preface", PREFACE.len());
    }
}

/// A block whose end is not here yet.
struct Open {
    stream: StreamId,
    /// All fragments so far.
    octets: Vec<u8>,
}

/// The field blocks of one side.
struct Blocks {
    decoder: hpack::Decoder,
    open: Option<Open>,
}

impl Blocks {
    fn new() -> Self {
        let most = usize::MAX;
        let limits =
            hpack::Limits { table_size: TABLE, block: most, list_size: most, fields: most };
        Self { decoder: hpack::Decoder::new(limits), open: None }
    }

    /// Takes a frame that was read from `payload`; a block that ends in it is decoded.
    fn take(
        &mut self,
        head: &FrameHead,
        frame: &Frame<'_>,
        payload: Reader<'_>,
    ) -> Result<(), String> {
        let stream = head.stream;
        match (self.open.take(), frame) {
            (None, Frame::Headers { fragment, complete, .. }) => {
                let skipped = before(head, 5);
                self.begin(stream, (fragment, *complete), payload, skipped)
            }
            (None, Frame::PushPromise { fragment, complete, .. }) => {
                let skipped = before(head, 0) + 4;
                self.begin(stream, (fragment, *complete), payload, skipped)
            }
            (Some(mut open), Frame::Continuation { fragment, complete })
                if open.stream == stream =>
            {
                open.octets.extend_from_slice(fragment);
                if !complete {
                    self.open = Some(open);
                    return Ok(());
                }
                self.joined(&open.octets, payload)
            }
            (None, Frame::Continuation { .. }) => {
                Err("CONTINUATION where no field block is open (RFC 9113 §6.10)".into())
            }
            (Some(open), _) => Err(format!(
                "{} on stream {stream} inside the field block of stream {} (RFC 9113 §6.10)",
                head.kind.name(),
                open.stream
            )),
            (None, _) => Ok(()),
        }
    }

    /// A block begins; where it is whole, it is read where it lies, `skipped` octets behind the
    /// payload's start.
    fn begin(
        &mut self,
        stream: StreamId,
        (fragment, complete): (&[u8], bool),
        mut payload: Reader<'_>,
        skipped: usize,
    ) -> Result<(), String> {
        if !complete {
            self.open = Some(Open { stream, octets: fragment.to_vec() });
            return Ok(());
        }
        payload.skip(skipped);
        let mut block = payload
            .within("Field Block", fragment.len())
            .map_err(|truncated| truncated.to_string())?;
        block.enter();
        let read = self.decoder.read(&mut block, |_| ()).map_err(|error| error.to_string());
        payload.leave();
        read
    }

    /// A block in several fragments is told as one line: its octets do not lie side by side.
    fn joined(&mut self, octets: &[u8], payload: Reader<'_>) -> Result<(), String> {
        let (mut said, mut more) = (String::new(), 0);
        let read = self.decoder.decode(octets, |field| {
            let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
            // One octet can stand for a field of a whole table.
            match said.len() < MOST_SAID {
                true => said += &format!("; {}: {}", text(field.name), text(field.value)),
                false => more += 1,
            }
        });
        payload.explain(|| match more {
            0 => format!("joined, the block says{}", said.trim_start_matches(';')),
            _ => format!("joined, the block says{}; and {more} more", said.trim_start_matches(';')),
        });
        read.map_err(|error| error.to_string())
    }
}

/// Octets of a payload in front of its block: a pad length, and `priority` octets with the flag.
fn before(head: &FrameHead, priority: usize) -> usize {
    let padded = usize::from(head.has(flags::PADDED));
    padded + if priority > 0 && head.has(flags::PRIORITY) { priority } else { 0 }
}
