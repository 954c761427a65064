//! A client's end of the handshake.
//!
//! RFC 8446 §4, §A.1
//!
//! | file           | what                                                    |
//! |----------------|---------------------------------------------------------|
//! | `hello`        | the ClientHello, its binder, early data's key           |
//! | `server_hello` | what the server chose, or asks for again                |
//! | `flight`       | the server's answers, its certificate, its Finished     |
//! | `finish`       | our own flight; tickets afterwards                      |

mod finish;
mod flight;
mod hello;
mod server_hello;

use super::{
    core::{Core, OUT_OF_ORDER},
    state::{ClientInput, ClientState},
};
use crate::{
    ClientConfig, Error, Level, SignatureScheme, Suite, Ticket,
    exchange::KeyPair,
    extension::{ExtensionType, Extensions},
    message::{ClientHello, HandshakeType, Message},
    schedule::{EarlySecret, HandshakeSecret, Secret},
};
use std::{collections::VecDeque, sync::Arc};
use x509::{Certificate, ServerName};

/// What becomes of the early data that we offered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Early {
    NotOffered,
    Offered,
    Accepted,
}

pub(super) struct Client {
    config: Arc<ClientConfig>,
    name: ServerName,
    pub(super) state: ClientState,
    /// Our newest ClientHello, and the types of its extensions: nothing else may be answered.
    hello: ClientHello,
    asked: Vec<ExtensionType>,
    /// The keys whose public halves are in it.
    pairs: Vec<Box<dyn KeyPair>>,
    /// The ticket that it offers, and the schedule that begins with its key.
    offered: Option<(Ticket, EarlySecret)>,
    early: Early,
    /// The suite of a HelloRetryRequest.
    retry: Option<Suite>,

    handshake: Option<HandshakeSecret>,
    client_secret: Option<Secret>,
    server_secret: Option<Secret>,
    /// Whether our handshake key waits for the end of early data.
    write_later: bool,

    /// What the server can verify, if it wants to know who we are.
    request: Option<Vec<SignatureScheme>>,
    chain: Vec<Certificate>,
    resumption: Option<Secret>,
    /// QUIC's transport parameters of the server, for tickets.
    peer_parameters: Option<Vec<u8>>,
    /// Tickets taken.
    pub(super) tickets: u32,
    /// Hellos that somebody else wrote.
    script: VecDeque<Vec<u8>>,
}

impl Client {
    pub(super) fn level(&self) -> Level {
        match self.state {
            ClientState::WaitServerHello | ClientState::WaitSecondServerHello => Level::Initial,
            ClientState::WaitEncryptedExtensions
            | ClientState::WaitCertificateOrRequest
            | ClientState::WaitCertificate
            | ClientState::WaitCertificateVerify
            | ClientState::WaitFinished => Level::Handshake,
            ClientState::Connected => Level::Application,
        }
    }

    /// Whether a message of that type can come now, whatever it says.
    pub(super) fn expects(&self, kind: HandshakeType) -> Result<(), Error> {
        let input = match kind {
            HandshakeType::ServerHello => ClientInput::ServerHello,
            HandshakeType::EncryptedExtensions => {
                ClientInput::EncryptedExtensions { resumed: false }
            }
            kind => ClientInput::Message(kind),
        };
        self.state.on(input).map(|_| ())
    }

    pub(super) fn on(
        &mut self,
        core: &mut Core,
        message: Message,
        octets: &[u8],
    ) -> Result<(), Error> {
        let input = match &message {
            Message::ServerHello(hello) if hello.is_retry() => ClientInput::HelloRetryRequest,
            Message::ServerHello(_) => ClientInput::ServerHello,
            Message::EncryptedExtensions(_) => {
                ClientInput::EncryptedExtensions { resumed: core.summary.resumed }
            }
            message => ClientInput::Message(message.kind()),
        };
        let next = self.state.on(input)?;
        match message {
            Message::ServerHello(hello) if hello.is_retry() => self.retry(core, &hello, octets)?,
            Message::ServerHello(hello) => self.server_hello(core, &hello, octets)?,
            Message::EncryptedExtensions(message) => {
                self.encrypted_extensions(core, &message.extensions, octets)?;
            }
            Message::CertificateRequest(request) => {
                self.certificate_request(core, &request, octets)?;
            }
            Message::Certificate(message) => self.certificate(core, &message, octets)?,
            Message::CertificateVerify(verify) => self.verify(core, &verify, octets)?,
            Message::Finished(finished) => self.finished(core, &finished.verify_data, octets)?,
            Message::NewSessionTicket(ticket) => self.ticket_came(core, ticket)?,
            Message::KeyUpdate(update) => core.receive_key_update(update)?,
            // The state machine lets neither through.
            Message::ClientHello(_) | Message::EndOfEarlyData => return Err(OUT_OF_ORDER),
        }
        self.state = next;
        Ok(())
    }

    /// Forgets what only the handshake needed.
    fn settle(&mut self) {
        self.hello.extensions = Extensions::default();
        self.hello.cipher_suites = Vec::new();
        (self.asked, self.chain) = (Vec::new(), Vec::new());
    }

    /// Octets of what the server has said that are kept.
    pub(super) fn held(&self) -> usize {
        self.chain.iter().map(|one| one.der().len()).sum()
    }

    pub(super) fn ticket(&self) -> Option<&Ticket> {
        self.offered.as_ref().map(|(ticket, _)| ticket)
    }

    pub(super) fn early_data_limit(&self) -> Option<u32> {
        let waits = self.early != Early::NotOffered && self.level() != Level::Application;
        self.ticket().filter(|_| waits).map(|ticket| ticket.early_data)
    }

    pub(super) fn is_compatible(&self) -> bool {
        !self.hello.legacy_session_id.is_empty()
    }
}
