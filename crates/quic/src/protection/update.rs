//! The keys of 1-RTT packets, and how one set follows another.
//!
//! RFC 9001 §6
//!
//! ```text
//!   phase   0 0 0 0 0 0 │ 1 1 1 1 1 1 1 │ 0 0 0 …        one bit in each packet
//!   keys    generation 0│ generation 1  │ generation 2
//!                       ▲ either end may begin; the other follows with its next packet
//!
//!   opens with   previous, for late packets │ current │ next, made beforehand
//! ```
//!
//! The next keys are made before they are needed, so that a packet that claims them takes no longer
//! than another to refuse (§9.5).
//!
//! Invariant: an update is begun only when the peer has acknowledged a packet of the current
//! generation, and answered only by a packet that is authentic.
//!
//! Invariant: no key seals more packets than §6.6 allows; the connection ends before one would.
//!
//! Used by: the connection.

use super::{Keys, Opened};
use crate::{
    error::Error,
    packet::{Discard, Head, KEY_PHASE},
    version::Constants,
};
use tls::{Suite, schedule::Secret};

/// Keys, the secret that they came from, and what was done with them.
#[derive(Debug)]
struct Direction {
    keys: Keys,
    next: Keys,
    /// Of `next`.
    secret: Secret,
}

impl Direction {
    fn new(constants: &Constants, suite: Suite, secret: &Secret) -> Result<Self, Error> {
        let keys = Keys::new(constants, suite, secret)?;
        let secret = secret.expand_secret(constants.ku_label, &[]);
        Ok(Self { next: keys.updated(constants, &secret)?, keys, secret })
    }

    /// Steps to the next generation; answers the keys before.
    fn step(&mut self, constants: &Constants) -> Result<Keys, Error> {
        let secret = self.secret.expand_secret(constants.ku_label, &[]);
        let after = self.next.updated(constants, &secret)?;
        self.secret = secret;
        let current = std::mem::replace(&mut self.next, after);
        Ok(std::mem::replace(&mut self.keys, current))
    }
}

/// All keys of 1-RTT packets.
#[derive(Debug)]
pub struct ApplicationKeys {
    constants: &'static Constants,
    local: Direction,
    remote: Direction,
    /// Those before, for packets that come late (§6.5).
    previous: Option<Keys>,
    generation: u64,
    /// The lowest number that was opened with the current keys: older packets are of the previous
    /// generation, newer ones must not be (§6.4).
    first_opened: Option<u64>,
    /// The lowest number that was sealed with the current keys.
    first_sealed: Option<u64>,
    /// Whether the peer has acknowledged a packet of this generation (§6.1).
    acknowledged: bool,
    sealed: u64,
    failed: u64,
    wear: Wear,
}

/// How much keys may do; the AEAD's own limits where these are higher (§6.6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wear {
    /// Packets that one generation seals.
    pub sealed: u64,
    /// Packets that may fail to open in a connection's life.
    pub forged: u64,
}

impl Default for Wear {
    fn default() -> Self {
        Self { sealed: u64::MAX, forged: u64::MAX }
    }
}

/// A 1-RTT packet that is authentic, and what it does to the keys.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhaseOpened {
    /// The packet.
    pub opened: Opened,
    /// Whether it was the first of a new generation that the peer began: ours has followed, and the
    /// keys before are to be forgotten after three times the PTO (§6.5).
    pub updated: bool,
}

impl ApplicationKeys {
    /// The first generation.
    ///
    /// # Errors
    /// As [`Keys::new`].
    pub fn new(
        constants: &'static Constants,
        suite: Suite,
        local: &Secret,
        remote: &Secret,
    ) -> Result<Self, Error> {
        Ok(Self {
            constants,
            local: Direction::new(constants, suite, local)?,
            remote: Direction::new(constants, suite, remote)?,
            previous: None,
            generation: 0,
            first_opened: None,
            first_sealed: None,
            acknowledged: false,
            sealed: 0,
            failed: 0,
            wear: Wear::default(),
        })
    }

    /// Wears out sooner than the AEAD.
    pub const fn set_wear(&mut self, wear: Wear) {
        self.wear = wear;
    }

    fn most_sealed(&self) -> u64 {
        self.local.keys.confidentiality_limit().min(self.wear.sealed)
    }

    /// How often keys were updated.
    pub const fn generation(&self) -> u64 {
        self.generation
    }

    /// The key phase bit of the current generation.
    pub const fn phase(&self) -> bool {
        self.generation & 1 == 1
    }

    /// The keys for [`Builder::finish`](crate::packet::Builder::finish), and the count of it.
    pub fn local(&mut self, number: u64) -> &Keys {
        self.sealed += 1;
        self.first_sealed.get_or_insert(number);
        &self.local.keys
    }

    /// The peer acknowledged packet `number`: of this generation?
    pub fn on_acked(&mut self, number: u64) {
        self.acknowledged |= self.first_sealed.is_some_and(|first| number >= first);
    }

    /// Whether an update may be begun now (§6.1); the caller sees that the handshake is confirmed,
    /// and that three times the PTO went by since the last one (§6.5).
    pub const fn may_update(&self) -> bool {
        self.acknowledged && self.previous.is_none()
    }

    /// Whether keys should be updated soon: half of what they may seal is sealed (§6.6).
    pub fn wants_update(&self) -> bool {
        self.sealed >= self.most_sealed() / 2
    }

    /// Whether nothing more may be sealed: the connection must end (§6.6).
    pub fn is_spent(&self) -> bool {
        self.sealed >= self.most_sealed()
    }

    /// Begins an update; answers whether it was allowed.
    ///
    /// # Errors
    /// As [`Keys::new`].
    pub fn update(&mut self) -> Result<bool, Error> {
        let allowed = self.may_update();
        if allowed {
            self.step()?;
        }
        Ok(allowed)
    }

    /// Begins an update, allowed or not: for tests of what the peer says to it.
    ///
    /// # Errors
    /// As [`Keys::new`].
    #[doc(hidden)]
    pub fn force_update(&mut self) -> Result<(), Error> {
        self.step()
    }

    fn step(&mut self) -> Result<(), Error> {
        self.local.step(self.constants)?;
        self.previous = Some(self.remote.step(self.constants)?);
        self.generation += 1;
        (self.first_opened, self.first_sealed) = (None, None);
        (self.acknowledged, self.sealed) = (false, 0);
        Ok(())
    }

    /// Three times the PTO went by since a packet came under new keys: those before are forgotten
    /// (§6.5).
    pub fn forget_previous(&mut self) {
        self.previous = None;
    }

    /// Whether keys from before are kept.
    pub const fn has_previous(&self) -> bool {
        self.previous.is_some()
    }

    /// Whether a packet has come under the current keys: for the clock of
    /// [`forget_previous`](Self::forget_previous).
    pub const fn has_opened(&self) -> bool {
        self.first_opened.is_some()
    }

    // ANCHOR: open
    /// Opens a 1-RTT packet with the keys of its phase. `expected` is as in [`Keys::open`].
    ///
    /// # Errors
    /// Inside, [`Discard`]: the packet is dropped. Outside, [`Error::KeyUpdate`] for one that is
    /// authentic and breaks the rules, [`Error::AeadLimit`] once too many were not authentic.
    pub fn open(
        &mut self,
        datagram: &mut [u8],
        head: &Head,
        expected: u64,
    ) -> Result<Result<PhaseOpened, Discard>, Error> {
        let unmasked = match self.remote.keys.unmask(datagram, head) {
            Ok(unmasked) => unmasked,
            Err(discard) => return Ok(Err(discard)),
        };
        let same = (unmasked.first & KEY_PHASE != 0) == self.phase();
        let number =
            crate::packet::number::decode(unmasked.truncated, unmasked.number_length, expected);
        // Late packets of the generation before have numbers below the first of this one.
        let late = !same && self.first_opened.is_none_or(|first| number < first);
        let (keys, new) = match (same, &self.previous) {
            (true, _) => (&self.remote.keys, false),
            (false, Some(previous)) if late => (previous, false),
            (false, _) => (&self.remote.next, true),
        };
        // What does not open is spoilt, and may have to be tried with the keys before.
        let kept = match &self.previous {
            Some(previous) if new => Some((previous, datagram.to_vec())),
            _ => None,
        };
        let opened = match keys.open(datagram, head, &unmasked, expected) {
            Ok(opened) => opened,
            Err(discard) => {
                if let Some((previous, mut octets)) = kept
                    && previous.open(&mut octets, head, &unmasked, expected).is_ok()
                {
                    return Err(Error::KeyUpdate { why: "old keys with a higher packet number" });
                }
                return self.on_failed().map(|()| Err(discard));
            }
        };
        if new {
            self.follow(number)?;
        }
        if same || new {
            let first = self.first_opened.get_or_insert(number);
            *first = number.min(*first);
        }
        Ok(Ok(PhaseOpened { opened, updated: new }))
    }
    // ANCHOR_END: open

    /// The peer has begun a generation. It may not, before it can know that we have the last one
    /// (§6.2); nor with a number below one of the last (§6.4).
    fn follow(&mut self, number: u64) -> Result<(), Error> {
        if self.first_opened.is_some_and(|first| number < first) {
            return Err(Error::KeyUpdate { why: "new keys with a lower packet number" });
        }
        if self.generation > 0 && self.first_opened.is_none() {
            return Err(Error::KeyUpdate { why: "keys updated twice without a packet between" });
        }
        // It must have seen one of ours under the last keys, and there was none.
        if self.generation > 0 && self.sealed == 0 {
            return Err(Error::KeyUpdate { why: "keys updated twice without an answer between" });
        }
        self.step()
    }

    /// A packet was not authentic. They are counted over the connection's whole life (§6.6).
    fn on_failed(&mut self) -> Result<(), Error> {
        self.failed += 1;
        if self.failed > self.remote.keys.integrity_limit().min(self.wear.forged) {
            return Err(Error::AeadLimit { packets: self.failed, what: "were not authentic" });
        }
        Ok(())
    }
}
