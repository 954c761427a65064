//! What a record carries: messages, alerts, data.
//!
//! RFC 8446 §5.1, §6, §D.4

use super::Connection;
use crate::{
    Alert, Error, Level, Role,
    record::{ContentType, Event, Input},
};

impl Connection {
    /// Takes the content of a record; answers whether it is data.
    pub(super) fn content(&mut self, kind: ContentType, content: &[u8]) -> Result<bool, Error> {
        // A message that has begun goes on in the next record (§5.1).
        if kind != ContentType::Handshake && self.handshake.is_inside_message() {
            return Err(Error::Interleaved { kind: kind.name() });
        }
        match kind {
            ContentType::ApplicationData => self.data(content.len()),
            ContentType::Alert | ContentType::Handshake if content.is_empty() => {
                Err(Error::RecordEmpty)
            }
            ContentType::Alert => {
                self.alert(content)?;
                Ok(false)
            }
            ContentType::Handshake => {
                self.messages(content)?;
                Ok(false)
            }
            // Never protected.
            ContentType::ChangeCipherSpec => Err(Error::ChangeCipherSpec),
        }
    }

    fn messages(&mut self, content: &[u8]) -> Result<(), Error> {
        if self.read_level == Level::Application {
            // Nothing that comes now brings data; a flood of it costs us more than its sender.
            self.count_useless()?;
        }
        let result = self.handshake.receive(self.read_level, content, self.timer.now());
        // What was to be sent before the rule was broken is sent before the alert.
        self.drive();
        result
    }

    /// Whether these octets of data may come now.
    fn data(&mut self, length: usize) -> Result<bool, Error> {
        match self.read_level {
            Level::Application => {}
            Level::EarlyData => {
                self.early = self.early.saturating_add(length);
                let limit = self.early_limit;
                if self.early > limit {
                    return Err(Error::EarlyDataTooLong { limit });
                }
            }
            Level::Initial | Level::Handshake => return Err(Error::DataTooEarly),
        }
        if length == 0 {
            self.count_useless()?;
            return Ok(false);
        }
        self.useless = 0;
        Ok(true)
    }

    /// The level of an alert says nothing any more (§6).
    fn alert(&mut self, content: &[u8]) -> Result<(), Error> {
        let [_, description] = content else {
            return Err(Error::AlertLength { length: content.len() });
        };
        match Alert(*description) {
            Alert::CLOSE_NOTIFY => {
                // Before the handshake is done, anybody could have said so.
                self.clean = self.handshake.is_complete();
                self.leave(Input::ReceiveClose);
                Ok(())
            }
            Alert::USER_CANCELED => self.count_useless(),
            alert => Err(Error::PeerAlert { alert }),
        }
    }

    /// A change_cipher_spec means nothing, and may come while a middlebox might look: from the
    /// first ClientHello to the peer's Finished (§5).
    pub(super) fn change_cipher_spec(&mut self, body: &[u8]) -> Result<(), Error> {
        let hello_passed = self.role == Role::Client || self.hello_sent;
        let in_time = !self.handshake.is_complete() && hello_passed;
        if body != [1] || !in_time {
            return Err(Error::ChangeCipherSpec);
        }
        if self.handshake.is_inside_message() {
            let kind = ContentType::ChangeCipherSpec.name();
            return Err(Error::Interleaved { kind });
        }
        self.count_useless()
    }

    fn count_useless(&mut self) -> Result<(), Error> {
        self.useless += 1;
        let limit = self.limits.useless;
        if self.useless > limit { Err(Error::Useless { limit }) } else { Ok(()) }
    }

    /// Tells of what is wrong.
    pub(super) fn tell(&mut self, error: Error) {
        self.events.push_back(Event::Violation(error));
    }
}
