//! Which keys seal and open what, and when they are thrown away.
//!
//! RFC 9001 §4.9, §5, §6
//!
//! | keys      | from                           | until                                         |
//! |-----------|--------------------------------|-----------------------------------------------|
//! | Initial   | the client's first destination | client: a Handshake packet goes; server: comes |
//! | Handshake | ServerHello                    | the handshake is confirmed                    |
//! | 0-RTT     | a ticket                       | client: 1-RTT keys; server: a while later     |
//! | 1-RTT     | both Finished                  | for ever, updated now and then                |
//!
//! Invariant: a server seals with its 1-RTT keys before the client's Finished came, and opens
//! nothing with the client's until then (§5.7).
//!
//! Used by: `receive`, `packets`.

mod forge;

use super::Connection;
use crate::{
    error::Error,
    misuse::Misuse,
    packet::PacketType,
    protection::{ApplicationKeys, KeyPair, Keys},
    recovery::Space,
};
use std::time::Instant;
use tls::{Level, Role, Suite, schedule::Secret};

/// All keys of a connection.
#[derive(Debug)]
pub(super) struct KeyRing {
    pub(super) initial: Option<KeyPair>,
    /// At a server that chose another version: opens Initial packets of the client's first one; at
    /// both ends, 0-RTT packets stay in it.
    pub(super) first_version: Option<Keys>,
    pub(super) handshake: Option<KeyPair>,
    /// A client seals with it, a server opens.
    pub(super) early: Option<Keys>,
    /// A server's own 1-RTT keys, before the client's are there.
    pub(super) half: Option<Keys>,
    pub(super) application: Option<ApplicationKeys>,
    /// Secrets that wait for their other half: ours and the peer's.
    waiting: [Option<Secret>; 2],
    pub(super) initial_gone: bool,
    pub(super) handshake_gone: bool,
}

impl KeyRing {
    pub(super) const fn new(initial: KeyPair) -> Self {
        Self {
            initial: Some(initial),
            first_version: None,
            handshake: None,
            early: None,
            half: None,
            application: None,
            waiting: [None, None],
            initial_gone: false,
            handshake_gone: false,
        }
    }
}

impl Connection {
    /// TLS has a secret.
    pub(super) fn install(
        &mut self,
        level: Level,
        sender: Role,
        suite: Suite,
        secret: Secret,
    ) -> Result<(), Error> {
        let ours = sender == self.role;
        self.trace_keys(level, sender);
        if level == Level::EarlyData {
            // What was sent early stays in the first version (RFC 9369 §4.1).
            let first = self.tls.first_version.constants().unwrap_or(self.constants);
            self.keys.early = Some(Keys::new(first, suite, &secret)?);
            return Ok(());
        }
        if ours && level == Level::Application && self.role == Role::Server {
            self.keys.half = Some(Keys::new(self.constants, suite, &secret)?);
        }
        let [local, remote] = &mut self.keys.waiting;
        *(if ours { &mut *local } else { &mut *remote }) = Some(secret);
        // Both halves of the handshake's keys come together, and both of the application's come
        // after both of these.
        let (Some(local), Some(remote)) = (&*local, &*remote) else { return Ok(()) };
        if level == Level::Handshake {
            self.keys.handshake = Some(KeyPair::new(self.constants, suite, local, remote)?);
            self.recovery.set_handshake_keys(self.now);
        } else {
            let mut keys = ApplicationKeys::new(self.constants, suite, local, remote)?;
            keys.set_wear(self.transport.limits.wear);
            (self.keys.application, self.keys.half) = (Some(keys), None);
            if self.role == Role::Client {
                self.keys.early = None;
            }
        }
        self.keys.waiting = [None, None];
        Ok(())
    }

    /// Whether something can be sealed in that space.
    pub(super) const fn can_seal(&self, space: Space) -> bool {
        match space {
            Space::Initial => self.keys.initial.is_some(),
            Space::Handshake => self.keys.handshake.is_some(),
            Space::Data => self.sealing_data().is_some(),
        }
    }

    /// In which packets application data goes now, if it can.
    pub(super) const fn sealing_data(&self) -> Option<PacketType> {
        if self.keys.application.is_some() || self.keys.half.is_some() {
            Some(PacketType::OneRtt)
        } else if self.keys.early.is_some() && matches!(self.role, Role::Client) {
            Some(PacketType::ZeroRtt)
        } else {
            None
        }
    }

    /// Initial keys go: whatever was sent under them counts no more (§4.9.1).
    pub(super) fn drop_initial_keys(&mut self, now: Instant) {
        if self.keys.initial.take().is_some() {
            self.keys.first_version = None;
            self.keys.initial_gone = true;
            self.recovery.discard(Space::Initial, now);
            self.spaces.initial.probes = 0;
            self.trace_keys_gone(Level::Initial);
        }
    }

    /// Handshake keys go (§4.9.2).
    pub(super) fn drop_handshake_keys(&mut self, now: Instant) {
        if self.keys.handshake.take().is_some() {
            self.keys.handshake_gone = true;
            self.recovery.discard(Space::Handshake, now);
            self.spaces.handshake.probes = 0;
            self.trace_keys_gone(Level::Handshake);
        }
    }

    /// Takes the next keys, and has the peer do the same (RFC 9001 §6).
    ///
    /// # Errors
    /// [`Misuse::KeyUpdate`].
    pub fn update_keys(&mut self) -> Result<(), Misuse> {
        if !self.tls.confirmed || !self.is_open() {
            return Err(Misuse::KeyUpdate);
        }
        let updated = self.keys.application.as_mut().map(ApplicationKeys::update);
        match updated {
            Some(Ok(true)) => {
                self.trace_key_update("local_update");
                Ok(())
            }
            _ => Err(Misuse::KeyUpdate),
        }
    }

    /// The same, allowed or not: for tests of what the peer says to it.
    #[doc(hidden)]
    pub fn force_key_update(&mut self) {
        if let Some(keys) = &mut self.keys.application {
            let _ = keys.force_update();
        }
    }

    /// Before a 1-RTT packet is sealed: are the keys worn out?
    pub(super) fn check_wear(&mut self) -> Result<(), Error> {
        let confirmed = self.tls.confirmed;
        let Some(keys) = &mut self.keys.application else { return Ok(()) };
        let worn = keys.wants_update() && confirmed && keys.may_update();
        if worn && keys.update()? {
            self.trace_key_update("local_update");
        }
        if self.keys.application.as_ref().is_some_and(ApplicationKeys::is_spent) {
            let packets = u64::MAX;
            return Err(Error::AeadLimit { packets, what: "were sealed" });
        }
        Ok(())
    }

    /// Keys before the current ones go three probe timeouts after the current ones were used by the
    /// peer (§6.5).
    pub(super) fn watch_previous_keys(&mut self, now: Instant) {
        let Some(keys) = &mut self.keys.application else { return };
        if !keys.has_previous() || !keys.has_opened() {
            self.timers.previous_keys = None;
        } else if self.timers.previous_keys.is_none() {
            self.timers.previous_keys = now.checked_add(self.recovery.pto() * 3);
        }
    }
}
