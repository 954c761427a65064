//! What both ends of a handshake have: the transcript, the events that wait, and the way out.
//!
//! Invariant: a message that is sent is in the transcript, in the order of the wire.

use super::event::{Event, Summary};
use crate::{
    Error, KeyLog, Level, Limits, Moment, Role, Suite, keylog,
    message::{HandshakeType, Message, Random},
    schedule::{Digest, Hash, Secret, Transcript, Watch},
    trace,
};
use std::{collections::VecDeque, sync::Arc, time::Instant};
use wire::trace::{Direction, Trace};

/// Steps that the state machine does not let happen; a bug of ours if they do.
pub(super) const OUT_OF_ORDER: Error = Error::Internal { what: "the order of the handshake" };

pub(super) struct Core {
    pub(super) role: Role,
    /// QUIC's transport parameters to send; there are some exactly where QUIC carries us.
    pub(super) parameters: Option<Vec<u8>>,
    pub(super) limits: Limits,
    pub(super) random: Box<dyn wire::Random + Send>,
    pub(super) started: Moment,
    pub(super) now: Instant,
    pub(super) trace: Trace,
    pub(super) reveal: bool,
    pub(super) key_log: Option<Arc<dyn KeyLog>>,
    pub(super) events: VecDeque<Event>,
    pub(super) transcript: Transcript,
    pub(super) client_random: Random,
    pub(super) summary: Summary,
    /// The application traffic secrets, for KeyUpdate.
    pub(super) sending: Option<Secret>,
    pub(super) receiving: Option<Secret>,
    pub(super) exporter: Option<Secret>,
    pub(super) early_exporter: Option<Secret>,
}

impl Core {
    pub(super) fn new(
        role: Role,
        parameters: Option<Vec<u8>>,
        limits: Limits,
        random: Box<dyn wire::Random + Send>,
        started: Moment,
    ) -> Self {
        Self {
            role,
            parameters,
            limits,
            random,
            started,
            now: started.instant,
            trace: Trace::default(),
            reveal: false,
            key_log: None,
            events: VecDeque::new(),
            transcript: Transcript::default(),
            client_random: [0; 32],
            summary: Summary::default(),
            sending: None,
            receiving: None,
            exporter: None,
            early_exporter: None,
        }
    }

    pub(super) fn is_quic(&self) -> bool {
        self.parameters.is_some()
    }

    pub(super) fn watch(&self) -> Watch {
        Watch::new(self.trace.clone(), self.now, self.reveal)
    }

    pub(super) fn draw<const N: usize>(&mut self) -> [u8; N] {
        let mut octets = [0; N];
        self.random.fill(&mut octets);
        octets
    }

    /// Sends a message of the handshake.
    pub(super) fn send(&mut self, level: Level, message: &Message) -> Result<(), Error> {
        let octets = self.encode(level, message)?;
        self.transcript.add(&octets);
        self.put(level, octets);
        Ok(())
    }

    /// Sends a message after the handshake.
    pub(super) fn send_afterwards(&mut self, message: &Message) -> Result<(), Error> {
        let octets = self.encode(Level::Application, message)?;
        self.put(Level::Application, octets);
        Ok(())
    }

    fn encode(&self, level: Level, message: &Message) -> Result<Vec<u8>, Error> {
        // Most are shorter; growing costs more than the room.
        let mut octets = Vec::with_capacity(256);
        message.encode(&mut octets)?;
        trace::message(&self.trace, self.now, Direction::Sent, level, octets.len(), message);
        Ok(octets)
    }

    /// Sends a message of the handshake that is encoded already.
    pub(super) fn send_octets(&mut self, level: Level, octets: &[u8]) {
        self.transcript.add(octets);
        trace::octets(&self.trace, self.now, Direction::Sent, level, octets);
        self.put(level, octets.to_vec());
    }

    /// One flight is one event.
    fn put(&mut self, at: Level, more: Vec<u8>) {
        match self.events.back_mut() {
            Some(Event::Send { level, octets }) if *level == at => octets.extend_from_slice(&more),
            _ => self.events.push_back(Event::Send { level: at, octets: more }),
        }
    }

    /// Tells of a secret, and the key log too.
    pub(super) fn install(&mut self, level: Level, sender: Role, suite: Suite, secret: &Secret) {
        let label = match (level, sender) {
            (Level::EarlyData, _) => "CLIENT_EARLY_TRAFFIC_SECRET",
            (Level::Initial | Level::Handshake, Role::Client) => "CLIENT_HANDSHAKE_TRAFFIC_SECRET",
            (Level::Initial | Level::Handshake, Role::Server) => "SERVER_HANDSHAKE_TRAFFIC_SECRET",
            (Level::Application, Role::Client) => "CLIENT_TRAFFIC_SECRET_0",
            (Level::Application, Role::Server) => "SERVER_TRAFFIC_SECRET_0",
        };
        self.log(label, secret);
        if level == Level::Application {
            let kept = if sender == self.role { &mut self.sending } else { &mut self.receiving };
            *kept = Some(secret.clone());
        }
        self.events.push_back(Event::Secret { level, sender, suite, secret: secret.clone() });
    }

    pub(super) fn log(&self, label: &str, secret: &Secret) {
        if let Some(log) = &self.key_log {
            log.line(&keylog::line(label, &self.client_random, secret));
        }
    }

    pub(super) fn suite(&self) -> Result<Suite, Error> {
        self.summary.suite.ok_or(OUT_OF_ORDER)
    }

    pub(super) fn hash(&self) -> Result<Hash, Error> {
        self.suite().map(Suite::hash)
    }

    /// The hash of all messages so far.
    pub(super) fn digest(&self) -> Result<Digest, Error> {
        Ok(self.transcript.hash(self.hash()?))
    }

    /// The exporter's secret, once the server's Finished is in the transcript.
    pub(super) fn keep_exporter(&mut self, exporter: Secret) {
        self.log("EXPORTER_SECRET", &exporter);
        self.exporter = Some(exporter);
    }

    /// Sends our Finished, under the handshake's secret of ours.
    pub(super) fn send_finished(&mut self, secret: &Secret) -> Result<(), Error> {
        let verify_data = secret.finished(&self.digest()?);
        self.send(Level::Handshake, &Message::Finished(crate::message::Finished { verify_data }))
    }

    // ANCHOR: check_finished
    /// Checks the peer's Finished against all before it, and adds it.
    pub(super) fn check_finished(
        &mut self,
        secret: &Secret,
        verify_data: &[u8],
        octets: &[u8],
    ) -> Result<(), Error> {
        if !secret.verify_finished(&self.digest()?, verify_data) {
            return Err(Error::FinishedWrong);
        }
        self.transcript.add(octets);
        Ok(())
    }
    // ANCHOR_END: check_finished

    /// Chooses the suite, and with it the hash of the transcript.
    pub(super) fn choose(&mut self, suite: Suite) {
        self.summary.suite = Some(suite);
        self.transcript.choose(suite.hash());
    }
}

/// Messages after which the sender's keys change, or nothing can come before we answer: they end
/// their record (RFC 8446 §5.1).
pub(super) const fn ends_its_record(kind: HandshakeType) -> bool {
    matches!(
        kind,
        HandshakeType::ClientHello
            | HandshakeType::ServerHello
            | HandshakeType::EndOfEarlyData
            | HandshakeType::Finished
            | HandshakeType::KeyUpdate
    )
}
