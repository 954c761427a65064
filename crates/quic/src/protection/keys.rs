//! The keys of one direction at one level: seal and mask, unmask and open.
//!
//! RFC 9001 §5.1, §5.3, §5.4
//!
//! ```text
//!   first octet   R R K P P   (short: 5 bits masked; long: 4)
//!        │                              sample: 16 octets
//!        ▼                      ┌──────────┴──────────┐
//!   ┌────────┬─────┬──────────┬─┴─────────────────────┴──────────────┬─────┐
//!   │ first  │ …   │ number   │ sealed payload                       │ tag │
//!   └────────┴─────┴──────────┴──────────────────────────────────────┴─────┘
//!   └ authenticated ──────────┘   nonce = iv ⊕ packet number
//! ```
//!
//! Invariant: a packet that does not open tells nobody why, and takes no less time for it.
//!
//! Used by: [`Builder`](crate::packet::Builder), the connection.

use crate::packet::{Discard, Head, LONG, PacketType, TAG, number};
use crate::{error::Error, version::Constants};
use ring::aead::{Aad, LessSafeKey, Nonce, UnboundKey, quic};
use std::{fmt, ops::Range, sync::Arc};
use tls::{Suite, schedule::Secret};

/// Octets of a sample (RFC 9001 §5.4.2).
const SAMPLE: usize = 16;

/// One direction's keys at one level.
pub struct Keys {
    suite: Suite,
    packet: LessSafeKey,
    iv: [u8; 12],
    /// Stays through all key updates (RFC 9001 §6), and so is shared by them.
    header: Arc<quic::HeaderProtectionKey>,
}

/// What stood under the header protection.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Unmasked {
    /// The first octet as it was before.
    pub first: u8,
    /// The end of the packet number.
    pub truncated: u32,
    /// Octets of it, 1 to 4.
    pub number_length: usize,
}

/// A packet that is authentic.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Opened {
    /// Its whole number.
    pub number: u64,
    /// The first octet: spin bit and key phase are in it.
    pub first: u8,
    /// Where in the datagram its frames are.
    pub payload: Range<usize>,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Keys({})", self.suite)
    }
}

impl Drop for Keys {
    fn drop(&mut self) {
        self.iv.fill(0);
        std::hint::black_box(&self.iv);
    }
}

/// How heads are masked under a suite (RFC 9001 §5.4.3, §5.4.4).
fn header_algorithm(suite: Suite) -> &'static quic::Algorithm {
    match suite {
        Suite::Aes128GcmSha256 => &quic::AES_128,
        Suite::Aes256GcmSha384 => &quic::AES_256,
        Suite::ChaCha20Poly1305Sha256 => &quic::CHACHA20,
    }
}

fn internal() -> Error {
    Error::Tls(tls::Error::Internal { what: "the cipher" })
}

impl Keys {
    /// The keys of a traffic secret.
    ///
    /// # Errors
    /// An internal one, never with the suites that there are.
    pub fn new(constants: &Constants, suite: Suite, secret: &Secret) -> Result<Self, Error> {
        let algorithm = header_algorithm(suite);
        let mut octets = [0; 32];
        let key = octets.get_mut(..algorithm.key_len()).unwrap_or_default();
        secret.expand_label(constants.hp_label, &[], key);
        let header = quic::HeaderProtectionKey::new(algorithm, key);
        wipe(&mut octets);
        let header = header.map_err(|_| internal())?;
        Self::with_header(constants, suite, secret, Arc::new(header))
    }

    fn with_header(
        constants: &Constants,
        suite: Suite,
        secret: &Secret,
        header: Arc<quic::HeaderProtectionKey>,
    ) -> Result<Self, Error> {
        let (mut octets, mut iv) = ([0; 32], [0; 12]);
        let key = octets.get_mut(..suite.aead().key_len()).unwrap_or_default();
        let expander = secret.expander();
        expander.expand_label(constants.key_label, &[], key);
        expander.expand_label(constants.iv_label, &[], &mut iv);
        let packet = UnboundKey::new(suite.aead(), key).map(LessSafeKey::new);
        wipe(&mut octets);
        Ok(Self { suite, packet: packet.map_err(|_| internal())?, iv, header })
    }

    /// The keys after these, under the next secret: the mask for heads stays (RFC 9001 §6).
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn updated(&self, constants: &Constants, secret: &Secret) -> Result<Self, Error> {
        Self::with_header(constants, self.suite, secret, Arc::clone(&self.header))
    }

    /// Whose they are.
    pub const fn suite(&self) -> Suite {
        self.suite
    }

    fn nonce(&self, number: u64) -> Nonce {
        let mut nonce = self.iv;
        for (octet, number) in nonce.iter_mut().skip(4).zip(number.to_be_bytes()) {
            *octet ^= number;
        }
        Nonce::assume_unique_for_key(nonce)
    }

    // ANCHOR: seal
    /// Seals a packet in place: head, packet number at `number_at`, payload, and room for the tag.
    /// What is too short for a sample is left as it is; [`Builder`](crate::packet::Builder) makes
    /// none.
    pub(crate) fn seal(
        &self,
        number: u64,
        packet: &mut [u8],
        number_at: usize,
        number_length: usize,
    ) {
        let end = packet.len().saturating_sub(TAG);
        let Some((body, place)) = packet.split_at_mut_checked(end) else { return };
        let Some((head, payload)) = body.split_at_mut_checked(number_at + number_length) else {
            return;
        };
        let aad = Aad::from(&*head);
        let tag = self.packet.seal_in_place_separate_tag(self.nonce(number), aad, payload);
        let Ok(tag) = tag else { return };
        place.copy_from_slice(tag.as_ref());
        if let Some(mask) = self.mask(packet, number_at) {
            apply(packet, number_at, number_length, mask);
        }
    }
    // ANCHOR_END: seal

    fn mask(&self, packet: &[u8], number_at: usize) -> Option<[u8; 5]> {
        let sample = packet.get(number_at + 4..number_at + 4 + SAMPLE)?;
        self.header.new_mask(sample).ok()
    }

    // ANCHOR: unmask
    /// Takes the mask off the head of the packet, in place. Nothing is authentic yet, and whoever
    /// fails to open it has to [`mask_again`](Self::mask_again) before trying other keys.
    ///
    /// # Errors
    /// [`Discard::TooShort`].
    pub fn unmask(&self, datagram: &mut [u8], head: &Head) -> Result<Unmasked, Discard> {
        let short = Discard::TooShort { length: head.end.saturating_sub(head.number) };
        let packet = datagram.get_mut(head.start..head.end).ok_or(short)?;
        let number_at = head.number - head.start;
        let mask = self.mask(packet, number_at).ok_or(short)?;
        let [bits, _, _, _, _] = mask;
        let first = packet.first().map_or(0, |first| first ^ bits & masked(*first));
        let number_length = usize::from(first & 3) + 1;
        apply(packet, number_at, number_length, mask);
        let octets = packet.get(number_at..number_at + number_length).unwrap_or_default();
        let truncated = octets.iter().fold(0, |sum, octet| sum << 8 | u32::from(*octet));
        Ok(Unmasked { first, truncated, number_length })
    }
    // ANCHOR_END: unmask

    /// Puts back what [`unmask`](Self::unmask) took off.
    pub fn mask_again(&self, datagram: &mut [u8], head: &Head, unmasked: &Unmasked) {
        let number_at = head.number.saturating_sub(head.start);
        if let Some(packet) = datagram.get_mut(head.start..head.end)
            && let Some(mask) = self.mask(packet, number_at)
        {
            apply(packet, number_at, unmasked.number_length, mask);
        }
    }

    // ANCHOR: open
    /// Opens the payload of a packet whose head is unmasked, in place. `expected` is one above the
    /// highest number of its space that was authentic so far.
    ///
    /// # Errors
    /// [`Discard::NotAuthentic`]; the payload's octets are lost then.
    pub fn open(
        &self,
        datagram: &mut [u8],
        head: &Head,
        unmasked: &Unmasked,
        expected: u64,
    ) -> Result<Opened, Discard> {
        let number = number::decode(unmasked.truncated, unmasked.number_length, expected);
        if number > number::MAX {
            return Err(Discard::PacketNumber);
        }
        let start = head.number + unmasked.number_length;
        let packet = datagram.get_mut(head.start..head.end).ok_or(Discard::NotAuthentic)?;
        let split = packet.split_at_mut_checked(start - head.start);
        let (aad, sealed) = split.ok_or(Discard::NotAuthentic)?;
        let opened = self.packet.open_in_place(self.nonce(number), Aad::from(&*aad), sealed);
        let length = opened.map_err(|_| Discard::NotAuthentic)?.len();
        Ok(Opened { number, first: unmasked.first, payload: start..start + length })
    }
    // ANCHOR_END: open

    /// Unmasks and opens: for all but 1-RTT packets, whose key phase says which keys open them.
    ///
    /// # Errors
    /// As [`unmask`](Self::unmask) and [`open`](Self::open).
    pub fn unprotect(
        &self,
        datagram: &mut [u8],
        head: &Head,
        expected: u64,
    ) -> Result<Opened, Discard> {
        let unmasked = self.unmask(datagram, head)?;
        self.open(datagram, head, &unmasked, expected)
    }

    /// Packets that may be sealed under one key (RFC 9001 §6.6, appendix B).
    pub const fn confidentiality_limit(&self) -> u64 {
        match self.suite {
            Suite::Aes128GcmSha256 | Suite::Aes256GcmSha384 => 1 << 23,
            // More than there are packet numbers.
            Suite::ChaCha20Poly1305Sha256 => 1 << 62,
        }
    }

    /// Packets that may fail to open, in all, before the connection must end (RFC 9001 §6.6).
    pub const fn integrity_limit(&self) -> u64 {
        match self.suite {
            Suite::Aes128GcmSha256 | Suite::Aes256GcmSha384 => 1 << 52,
            Suite::ChaCha20Poly1305Sha256 => 1 << 36,
        }
    }
}

impl Opened {
    /// Bits that must be zero under the protection, once the packet is known to be authentic.
    ///
    /// # Errors
    /// [`Error::ReservedBits`], PROTOCOL_VIOLATION (RFC 9000 §17.2, §17.3.1).
    pub const fn check_reserved(&self, packet: PacketType) -> Result<(), Error> {
        let mask = if self.first & LONG == 0 { 0x18 } else { 0x0c };
        let bits = self.first & mask;
        if bits == 0 { Ok(()) } else { Err(Error::ReservedBits { packet, bits }) }
    }
}

/// Which bits of a first octet are masked: four of a long head, five of a short one.
const fn masked(first: u8) -> u8 {
    if first & LONG == 0 { 0x1f } else { 0x0f }
}

/// Masks or unmasks the first octet and the packet number.
fn apply(packet: &mut [u8], number_at: usize, number_length: usize, mask: [u8; 5]) {
    let [bits, rest @ ..] = mask;
    if let Some(first) = packet.first_mut() {
        *first ^= bits & masked(*first);
    }
    let number = packet.get_mut(number_at..number_at + number_length).unwrap_or_default();
    for (octet, mask) in number.iter_mut().zip(rest) {
        *octet ^= mask;
    }
}

fn wipe(octets: &mut [u8]) {
    octets.fill(0);
    std::hint::black_box(octets);
}
