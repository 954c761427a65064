//! What a client sends, over and over, and what must come back for it.
//!
//! RFC 6455 §5.2, RFC 7692 §7.2
//!
//! ```text
//!   82 C0 37 FA 21 3D …    a client's frame: binary, 64 octets, masked
//!   82 40 …                its echo: the same octets, unmasked
//!   C1 …                   with RSV1: deflated, each message with a window of its own
//! ```
//!
//! The frames are made here, not by the code under measurement, so that they are a check as well.
//!
//! Invariant: every octet of every echo is compared. A plain echo must be one frame with the
//! shortest possible length; a deflated one is inflated first.

use std::io;

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress};

const KEY: [u8; 4] = [0x37, 0xfa, 0x21, 0x3d];
const BINARY: u8 = 0x82;
const DEFLATED_TEXT: u8 = 0xc1;

/// What RFC 7692 §7.2.1 lets the sender leave out.
const TAIL: [u8; 4] = [0, 0, 0xff, 0xff];

/// Frames one behind the other, sent in a circle.
pub struct Script {
    /// All the frames of one turn.
    pub sent: Vec<u8>,
    /// Where each frame ends in `sent`.
    pub ends: Vec<usize>,
    messages: Vec<Vec<u8>>,
    /// The echoes of one turn; empty where they are compressed, for no one can foretell how.
    echoes: Vec<u8>,
}

impl Script {
    /// One message of `length` octets, uncompressed, `turn` times in a turn.
    pub fn plain(length: usize, turn: usize) -> Self {
        let message: Vec<u8> = (0..length).map(|at| ((at * 31) >> 3) as u8).collect();
        let mut script = Self::empty();
        for _ in 0..turn {
            script.add(BINARY, &message);
            head(&mut script.echoes, BINARY, message.len(), false);
            script.echoes.extend_from_slice(&message);
            script.messages.push(message.clone());
        }
        script
    }

    /// 256 messages of 256 octets of JSON, as a page that shows prices would get them.
    pub fn deflated() -> io::Result<Self> {
        let mut script = Self::empty();
        for number in 0..256_u64 {
            let message = json(number);
            let mut compressed = Vec::with_capacity(512);
            Compress::new(Compression::new(6), false).compress_vec(
                &message,
                &mut compressed,
                FlushCompress::Sync,
            )?;
            let payload = compressed.strip_suffix(&TAIL).unwrap_or(&compressed);
            script.add(DEFLATED_TEXT, payload);
            script.messages.push(message);
        }
        Ok(script)
    }

    /// Whether the client asks for permessage-deflate.
    pub fn is_deflated(&self) -> bool {
        self.echoes.is_empty()
    }

    /// Octets that `count` messages take, counted from the very first.
    pub fn octets(&self, count: usize) -> usize {
        let turn = self.ends.len();
        let before = count % turn;
        let rest = before.checked_sub(1).and_then(|last| self.ends.get(last)).copied();
        count / turn * self.sent.len() + rest.unwrap_or(0)
    }

    fn empty() -> Self {
        Self { sent: Vec::new(), ends: Vec::new(), messages: Vec::new(), echoes: Vec::new() }
    }

    fn add(&mut self, first: u8, payload: &[u8]) {
        head(&mut self.sent, first, payload.len(), true);
        self.sent.extend_from_slice(&KEY);
        self.sent.extend(payload.iter().zip(KEY.iter().cycle()).map(|(octet, key)| octet ^ key));
        self.ends.push(self.sent.len());
    }
}

/// A frame's head without the masking key.
fn head(out: &mut Vec<u8>, first: u8, length: usize, masked: bool) {
    let mask = if masked { 0x80 } else { 0 };
    out.push(first);
    match length {
        0..126 => out.push(mask | length as u8),
        126..0x1_0000 => {
            out.push(mask | 126);
            out.extend_from_slice(&(length as u16).to_be_bytes());
        }
        _ => {
            out.push(mask | 127);
            out.extend_from_slice(&(length as u64).to_be_bytes());
        }
    }
}

/// 256 octets that differ where such messages differ.
fn json(number: u64) -> Vec<u8> {
    let noise = number.wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let price = 100.0 + (noise >> 40) as f64 / 1e5;
    let symbol = ["HYNIX", "SAMSUNG", "KAKAO", "NAVER"][(noise >> 20) as usize % 4];
    let text = format!(
        "{{\"type\":\"trade\",\"symbol\":\"{symbol}\",\"price\":{price:.4},\"volume\":{},\
         \"bid\":{:.4},\"ask\":{:.4},\"sequence\":{},\"time\":\"2025-06-02T09:{:02}:{:02}.{:06}Z\",\
         \"venue\":\"KRX\",\"flags\":[\"regular\",\"auto\"],\"note\":\"",
        noise >> 52,
        price - 0.05,
        price + 0.05,
        90_000 + number,
        number / 60,
        number % 60,
        noise % 1_000_000,
    );
    format!("{text:.<254}\"}}").into_bytes()
}

/// What came back on one connection, compared as it comes.
pub struct Check {
    /// Octets so far, where echoes are compared as they stand.
    received: usize,
    /// Echoes so far.
    answered: usize,
    /// The frame that is coming in, and the peer's window, where echoes are compressed.
    tail: Vec<u8>,
    inflate: Decompress,
}

impl Check {
    /// Nothing came yet.
    pub fn new() -> Self {
        Self { received: 0, answered: 0, tail: Vec::new(), inflate: Decompress::new(false) }
    }

    /// Echoes so far.
    pub fn answered(&self) -> usize {
        self.answered
    }

    /// Compares what came.
    ///
    /// # Errors
    /// It is not the echo of what was sent.
    pub fn take(&mut self, script: &Script, octets: &[u8]) -> io::Result<()> {
        if script.is_deflated() {
            self.inflated(script, octets)
        } else {
            self.plain(script, octets)
        }
    }

    fn plain(&mut self, script: &Script, mut octets: &[u8]) -> io::Result<()> {
        let turn = script.echoes.len();
        while !octets.is_empty() {
            let expected = script.echoes.get(self.received % turn..).unwrap_or_default();
            let count = expected.len().min(octets.len());
            let (now, later) = octets.split_at(count);
            if !expected.starts_with(now) {
                let at = self.received;
                return Err(io::Error::other(format!(
                    "a wrong echo within {count} octets of {at}"
                )));
            }
            self.received += count;
            octets = later;
        }
        self.answered = self.received / (turn / script.ends.len());
        Ok(())
    }

    fn inflated(&mut self, script: &Script, octets: &[u8]) -> io::Result<()> {
        self.tail.extend_from_slice(octets);
        let mut at = 0;
        loop {
            let rest = self.tail.get(at..).unwrap_or_default();
            let (head, length) = match rest {
                [DEFLATED_TEXT, length @ 0..126, ..] => (2, usize::from(*length)),
                [DEFLATED_TEXT, 126, high, low, ..] => {
                    (4, usize::from(u16::from_be_bytes([*high, *low])))
                }
                [] | [DEFLATED_TEXT] | [DEFLATED_TEXT, 126, ..] => break,
                _ => return Err(io::Error::other(format!("no compressed echo: {rest:.8x?}"))),
            };
            let Some(payload) = rest.get(head..head + length) else { break };
            let wanted = script.messages.get(self.answered % script.messages.len());
            let mut message = Vec::with_capacity(512);
            let sync = FlushDecompress::Sync;
            self.inflate.decompress_vec(payload, &mut message, sync)?;
            self.inflate.decompress_vec(&TAIL, &mut message, sync)?;
            if Some(&message) != wanted {
                let text = String::from_utf8_lossy(&message);
                return Err(io::Error::other(format!("a wrong echo: {text}")));
            }
            at += head + length;
            self.answered += 1;
        }
        self.tail.drain(..at);
        Ok(())
    }
}
