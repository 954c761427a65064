//! What a handshake is still good for once it is done.
//!
//! RFC 8446 §4.6.3, §7.2, §7.5
//!
//! ```text
//!   key_update    KeyUpdate goes out under the old key, all else under the next:
//!                 secret(n+1) = HKDF-Expand-Label(secret(n), "traffic upd", "", Hash.length)
//!   export        octets for another protocol, bound to this connection
//! ```

use super::{Event, Handshake, Side, core::Core};
use crate::{
    Error, Level, Misuse,
    message::{KeyUpdate, Message},
    schedule,
};

impl Handshake {
    /// Sends under the next key from here on; `request` asks the peer to do the same.
    ///
    /// # Errors
    /// [`Misuse::HandshakeUnfinished`]; [`Misuse::Quic`].
    pub fn key_update(&mut self, request: bool) -> Result<(), Misuse> {
        if self.core.is_quic() {
            return Err(Misuse::Quic);
        }
        let suite = self.core.summary.suite;
        let (Some(secret), Some(suite), true) = (&self.core.sending, suite, self.is_complete())
        else {
            return Err(Misuse::HandshakeUnfinished);
        };
        let secret = secret.next();
        let message = Message::KeyUpdate(KeyUpdate { request });
        // A message of five octets always fits.
        self.core.send_afterwards(&message).map_err(|_| Misuse::HandshakeUnfinished)?;
        self.core.sending = Some(secret.clone());
        let sender = self.core.role;
        let level = Level::Application;
        self.core.events.push_back(Event::Secret { level, sender, suite, secret });
        Ok(())
    }

    /// Fills `out` with octets that both ends of this connection, and nobody else, can make for
    /// `label` (RFC 8446 §7.5).
    ///
    /// # Errors
    /// [`Misuse::HandshakeUnfinished`].
    pub fn export(&self, label: &str, context: &[u8], out: &mut [u8]) -> Result<(), Misuse> {
        let secret = self.core.exporter.as_ref().filter(|_| self.is_complete());
        let secret = secret.ok_or(Misuse::HandshakeUnfinished)?;
        schedule::export(secret, label, context, out);
        Ok(())
    }

    /// As [`export`](Self::export), for early data: known as soon as the ClientHello is (at a
    /// server, where it accepts early data). Like early data itself, it is the same again for who
    /// replays the hello.
    ///
    /// # Errors
    /// [`Misuse::NoEarlyData`].
    pub fn export_early(&self, label: &str, context: &[u8], out: &mut [u8]) -> Result<(), Misuse> {
        let secret = self.core.early_exporter.as_ref().ok_or(Misuse::NoEarlyData)?;
        schedule::export(secret, label, context, out);
        Ok(())
    }

    /// The tickets that a client took from this connection.
    pub fn tickets(&self) -> u32 {
        match &self.side {
            Side::Client(client) => client.tickets,
            Side::Server(_) => 0,
        }
    }
}

impl Core {
    /// The peer takes its next key.
    pub(super) fn receive_key_update(&mut self, update: KeyUpdate) -> Result<(), Error> {
        if self.is_quic() {
            return Err(Error::KeyUpdateQuic);
        }
        let suite = self.suite()?;
        let secret = self.receiving.as_ref().ok_or(super::core::OUT_OF_ORDER)?.next();
        self.receiving = Some(secret.clone());
        let (level, sender) = (Level::Application, self.role.peer());
        self.events.push_back(Event::Secret { level, sender, suite, secret });
        if update.request {
            self.events.push_back(Event::KeyUpdateRequested);
        }
        Ok(())
    }
}
