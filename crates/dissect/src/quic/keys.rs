//! Which key opens a packet: each that could is tried, for a tag is right under one alone.
//!
//! RFC 9001 §5.1, §5.2, §6
//!
//! | packet    | keys                                                                     |
//! |-----------|--------------------------------------------------------------------------|
//! | Initial   | both ends', of the destination that was given, or the packet's own       |
//! | Handshake | `…_HANDSHAKE_TRAFFIC_SECRET`                                             |
//! | 0-RTT     | `CLIENT_EARLY_TRAFFIC_SECRET`                                            |
//! | 1-RTT     | `…_TRAFFIC_SECRET_0`, and what updates make of it, four times            |
//!
//! A log does not say the suite, and a short head not even the version: each is tried.
//!
//! Invariant: keys are made once for a datagram, whatever it holds; a try costs as much as the
//! packet is long.
//!
//! Used by: [`datagram`](super::datagram).

use crate::Hints;
use ::quic::{
    connection_id::ConnectionId,
    packet::{Head, Packet, PacketType},
    protection::{Keys, initial},
    version::{Constants, Version},
};
use std::collections::HashMap;
use tls::{Role, Suite, schedule::Secret};

/// Generations of 1-RTT keys that are tried, the first counted.
const GENERATIONS: usize = 4;

/// Destinations for which Initial keys are made; a datagram has one, unless somebody plays.
const DESTINATIONS: usize = 16;

/// A packet that was opened.
#[derive(Debug)]
pub(super) struct Inside {
    /// Its whole number.
    pub(super) number: u64,
    /// Octets of it in the packet.
    pub(super) number_length: usize,
    /// The first octet, not masked.
    pub(super) first: u8,
    /// Who sent it.
    pub(super) sender: Role,
    /// Under which secret it was sealed, in words.
    pub(super) secret: String,
}

/// Keys that open packets of one kind.
struct Candidate {
    /// Takes the mask off: key updates do not change it.
    keys: Vec<Keys>,
    sender: Role,
    name: String,
}

/// What there is to try.
pub(super) struct Ring<'a> {
    hints: &'a Hints,
    /// By kind and version.
    logged: HashMap<(PacketType, Version), Vec<Candidate>>,
    initial: HashMap<(ConnectionId, Version), Vec<Candidate>>,
}

impl<'a> Ring<'a> {
    pub(super) fn new(hints: &'a Hints) -> Self {
        Self { hints, logged: HashMap::new(), initial: HashMap::new() }
    }

    /// Opens a packet in place, if something opens it.
    pub(super) fn open(
        &mut self,
        packet: &mut [u8],
        head: &Head,
        id_length: usize,
    ) -> Option<Inside> {
        // Initial packets and the like have small numbers, whatever came before.
        let hint = self.hints.number.map(|number| number.saturating_add(1));
        let expected: Vec<u64> = hint.into_iter().chain([0]).collect();
        let versions: Vec<Version> = match head.version {
            Some(version) => vec![version],
            None => Version::ALL.to_vec(),
        };
        for constants in versions.into_iter().filter_map(Version::constants) {
            let candidates = match head.kind {
                PacketType::Initial => self.initial(constants, head)?,
                kind => self.logged(constants, kind),
            };
            let inside = expected.iter().find_map(|expected| {
                candidates.iter().find_map(|one| try_one(one, packet, id_length, *expected))
            });
            if inside.is_some() {
                return inside;
            }
        }
        None
    }

    /// Both ends' Initial keys.
    fn initial(&mut self, constants: &'static Constants, head: &Head) -> Option<&[Candidate]> {
        let given = self.hints.destination.as_deref().and_then(ConnectionId::new);
        let destination = given.unwrap_or(head.destination);
        if self.initial.len() >= DESTINATIONS {
            self.initial.clear();
        }
        let made = self.initial.entry((destination, constants.version)).or_insert_with(|| {
            let Ok(pair) = initial(constants, &destination, Role::Client) else {
                return Vec::new();
            };
            let name = |role| format!("the {role}'s Initial keys of {destination}");
            let one = |keys, sender| Candidate { keys: vec![keys], sender, name: name(sender) };
            vec![one(pair.local, Role::Client), one(pair.remote, Role::Server)]
        });
        Some(made)
    }

    /// What the key log has for packets of that kind.
    fn logged(&mut self, constants: &'static Constants, kind: PacketType) -> &[Candidate] {
        let hints = self.hints;
        self.logged.entry((kind, constants.version)).or_insert_with(|| {
            let of_kind = |label: &str| match kind {
                PacketType::ZeroRtt => label == "CLIENT_EARLY_TRAFFIC_SECRET",
                PacketType::Handshake => label.ends_with("_HANDSHAKE_TRAFFIC_SECRET"),
                _ => label.ends_with("_TRAFFIC_SECRET_0"),
            };
            let secrets = hints.keys.secrets().filter(|(label, _)| of_kind(label));
            let more =
                |(label, secret): (&'a str, &'a Secret)| candidates(constants, label, secret);
            secrets.flat_map(more).collect()
        })
    }
}

/// A secret under each suite that it may be of.
fn candidates(constants: &'static Constants, label: &str, secret: &Secret) -> Vec<Candidate> {
    let suites = Suite::ALL.into_iter().filter(|suite| suite.hash() == secret.hash());
    let sender = if label.starts_with("SERVER") { Role::Server } else { Role::Client };
    let generations = if label.ends_with("_SECRET_0") { GENERATIONS } else { 1 };
    let made = suites.filter_map(|suite| {
        let mut keys = vec![Keys::new(constants, suite, secret).ok()?];
        let mut secret = secret.clone();
        while keys.len() < generations {
            secret = secret.expand_secret(constants.ku_label, &[]);
            let next = keys.last()?.updated(constants, &secret).ok()?;
            keys.push(next);
        }
        let name = format!("{label} with {suite}, {}", constants.version);
        Some(Candidate { keys, sender, name })
    });
    made.collect()
}

/// Opens a copy; where that succeeds, the packet becomes it.
fn try_one(
    candidate: &Candidate,
    packet: &mut [u8],
    id_length: usize,
    expected: u64,
) -> Option<Inside> {
    for (generation, keys) in candidate.keys.iter().enumerate() {
        let mut copy = packet.to_vec();
        let Ok(Packet::Protected(head)) = Packet::read_at(&copy, 0, id_length) else { return None };
        let unmasked = keys.unmask(&mut copy, &head).ok()?;
        let Ok(opened) = keys.open(&mut copy, &head, &unmasked, expected) else { continue };
        packet.copy_from_slice(&copy);
        let mut secret = candidate.name.clone();
        if generation > 0 {
            secret += &format!(", updated {generation} times");
        }
        return Some(Inside {
            number: opened.number,
            number_length: unmasked.number_length,
            first: opened.first,
            sender: candidate.sender,
            secret,
        });
    }
    None
}
