//! What the handshake wants done, in its order: send, change keys, tell.
//!
//! RFC 8446 §4.6.3, §5.1, §D.4
//!
//! ```text
//!   Event::Send      ─► records under the key of that level
//!   Event::Secret    ─► the next record is sealed, or opened, with it
//!   all others       ─► told to the driver, or remembered
//! ```
//!
//! And the disguise (§D.4): a client whose session id is not empty wants its connection to look
//! like TLS 1.2 resumed. Each end then sends one change_cipher_spec, which means nothing: the
//! client in front of the first thing behind its hello, the server behind its own.

use super::Connection;
use crate::{
    EarlyData, Error, Level, Role, Suite, handshake,
    record::{ContentType, Event, Input, MAX_CONTENT, Protection},
    schedule::Secret,
    trace,
};
use wire::trace::Direction;

impl Connection {
    /// Does what the handshake wants done.
    pub(super) fn drive(&mut self) {
        while let Some(event) = self.handshake.poll_event() {
            if let Err(error) = self.act(event) {
                return self.violate(error);
            }
        }
    }

    fn act(&mut self, event: handshake::Event) -> Result<(), Error> {
        match event {
            handshake::Event::Send { level, octets } => self.send_messages(level, &octets)?,
            handshake::Event::Secret { level, sender, suite, secret } => {
                self.install(level, sender, suite, &secret)?;
            }
            handshake::Event::EarlyData(outcome) => self.early_data(outcome),
            handshake::Event::KeyUpdateRequested => self.update_owed = true,
            handshake::Event::Ticket(ticket) => self.events.push_back(Event::Ticket(ticket)),
            handshake::Event::Complete(summary) => {
                self.leave(Input::Complete);
                self.useless = 0;
                self.events.push_back(Event::HandshakeComplete(summary));
            }
            // In the summary too; and QUIC's.
            handshake::Event::Alpn(_) | handshake::Event::PeerParameters(_) => {}
        }
        Ok(())
    }

    fn install(
        &mut self,
        level: Level,
        sender: Role,
        suite: Suite,
        secret: &Secret,
    ) -> Result<(), Error> {
        let protection = Protection::new(suite, secret)?;
        if sender == self.role {
            if self.role == Role::Client {
                self.disguise();
            }
            (self.writing, self.write_level) = (Some(protection), level);
        } else {
            if self.updates_due > 0 && self.read_level == Level::Application {
                // We wanted it, so it was of use.
                self.updates_due -= 1;
                self.useless = self.useless.saturating_sub(1);
            }
            (self.reading, self.read_level) = (Some(protection), level);
        }
        Ok(())
    }

    fn early_data(&mut self, outcome: EarlyData) {
        if outcome == EarlyData::Rejected {
            match self.role {
                // A second hello goes in the clear again.
                Role::Client if self.write_level == Level::EarlyData => {
                    (self.writing, self.write_level) = (None, Level::Initial);
                }
                Role::Client => {}
                Role::Server => self.skip = Some(self.limits.skipped),
            }
        }
        self.events.push_back(Event::EarlyData(outcome));
    }

    fn send_messages(&mut self, level: Level, octets: &[u8]) -> Result<(), Error> {
        if level != self.write_level {
            return Err(Error::Internal { what: "the order of the keys" });
        }
        if self.role == Role::Client && self.hello_sent && level == Level::Initial {
            self.disguise();
        }
        for part in octets.chunks(MAX_CONTENT) {
            self.put(ContentType::Handshake, part)?;
        }
        self.hello_sent = true;
        if self.role == Role::Server {
            self.disguise();
        }
        Ok(())
    }

    /// One change_cipher_spec, if the client wants it.
    fn disguise(&mut self) {
        if self.handshake.is_compatible() && !self.disguised && self.phase.sends() {
            self.disguised = true;
            self.tell_record(ContentType::ChangeCipherSpec, 1, Level::Initial);
            self.output.put(&[ContentType::ChangeCipherSpec.number(), 3, 3, 0, 1, 1]);
        }
    }

    /// One record, under the key there is; none behind the last word, whatever the handshake still
    /// wants.
    pub(super) fn put(&mut self, kind: ContentType, content: &[u8]) -> Result<(), Error> {
        if !self.phase.sends() {
            return Ok(());
        }
        self.tell_record(kind, content.len(), self.write_level);
        if let Some(protection) = &mut self.writing {
            return self.output.write(|out| protection.seal(kind, content, 0, out));
        }
        // The first ClientHello says 1.0, for servers that would take another for nonsense (§5.1).
        let minor = if self.role == Role::Client && !self.hello_sent { 1 } else { 3 };
        let [.., high, low] = (content.len() as u64).to_be_bytes();
        self.output.put(&[kind.number(), 3, minor, high, low]);
        self.output.put(content);
        Ok(())
    }

    pub(super) fn tell_record(&self, kind: ContentType, length: usize, level: Level) {
        let (now, name) = (self.timer.now(), kind.name());
        trace::record(&self.trace, now, Direction::Sent, name, length, level);
    }

    /// Takes the next key, if the peer wants it (§4.6.3). However often it has asked, once is
    /// enough before something else is sent.
    pub(super) fn answer_key_update(&mut self) {
        if self.update_owed && self.phase.sends() {
            self.update_owed = false;
            // It was asked for over this connection, whose handshake is done.
            let _ = self.handshake.key_update(false);
            self.drive();
        }
    }
}
