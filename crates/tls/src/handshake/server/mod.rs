//! A server's end of the handshake.
//!
//! RFC 8446 §4, §A.2
//!
//! | file        | what                                                               |
//! |-------------|--------------------------------------------------------------------|
//! | `check`     | what a ClientHello must and must not be                            |
//! | `negotiate` | one suite, one group, one protocol, of what both can               |
//! | `resume`    | keys from before, early data                                       |
//! | `retry`     | HelloRetryRequest, and what may change after it                    |
//! | `flight`    | ServerHello to Finished                                            |
//! | `finish`    | the client's flight; tickets                                       |

mod check;
mod finish;
mod flight;
mod negotiate;
mod resume;
mod retry;

use super::{
    core::{Core, OUT_OF_ORDER},
    state::{Answer, ServerInput, ServerState},
};
use crate::{
    Error, Level, ServerConfig,
    message::{ClientHello, HandshakeType, Message},
    schedule::{MasterSecret, Secret},
};
use negotiate::Choice;
use retry::Retry;
use std::sync::Arc;
use x509::Certificate;

pub(super) struct Server {
    config: Arc<ServerConfig>,
    pub(super) state: ServerState,
    /// What the client sent to be repeated; not empty where it wants compatibility.
    session_id: Vec<u8>,
    /// The first hello, and what we asked for.
    retry: Option<Retry>,

    client_secret: Option<Secret>,
    master: Option<MasterSecret>,
    /// The client's certificates, not yet proven.
    chain: Vec<Certificate>,
    /// Whether the client can use a ticket.
    resumes: bool,
}

impl Server {
    pub(super) fn new(config: Arc<ServerConfig>) -> Self {
        Self {
            config,
            state: ServerState::Start,
            session_id: Vec::new(),
            retry: None,
            client_secret: None,
            master: None,
            chain: Vec::new(),
            resumes: false,
        }
    }

    pub(super) fn level(&self) -> Level {
        match self.state {
            ServerState::Start | ServerState::WaitSecondClientHello => Level::Initial,
            ServerState::WaitEndOfEarlyData => Level::EarlyData,
            ServerState::WaitCertificate
            | ServerState::WaitCertificateVerify
            | ServerState::WaitFinished => Level::Handshake,
            ServerState::Connected => Level::Application,
        }
    }

    /// Whether a message of that type can come now, whatever it says.
    pub(super) fn expects(&self, kind: HandshakeType) -> Result<(), Error> {
        let input = match kind {
            HandshakeType::ClientHello => ServerInput::ClientHello(Answer::Plain),
            HandshakeType::Certificate => ServerInput::Certificate { empty: true },
            kind => ServerInput::Message(kind),
        };
        self.state.on(input).map(|_| ())
    }

    pub(super) fn on(
        &mut self,
        core: &mut Core,
        message: Message,
        octets: &[u8],
    ) -> Result<(), Error> {
        let input = match message {
            Message::ClientHello(hello) => {
                ServerInput::ClientHello(self.client_hello(core, hello, octets)?)
            }
            Message::EndOfEarlyData => {
                self.end_of_early_data(core, octets)?;
                ServerInput::Message(HandshakeType::EndOfEarlyData)
            }
            Message::Certificate(message) => {
                self.certificate(core, &message, octets)?;
                ServerInput::Certificate { empty: message.certificate_list.is_empty() }
            }
            Message::CertificateVerify(verify) => {
                self.verify(core, &verify, octets)?;
                ServerInput::Message(HandshakeType::CertificateVerify)
            }
            Message::Finished(finished) => {
                self.finished(core, &finished.verify_data, octets)?;
                ServerInput::Message(HandshakeType::Finished)
            }
            Message::KeyUpdate(update) => {
                core.receive_key_update(update)?;
                ServerInput::Message(HandshakeType::KeyUpdate)
            }
            // `expects` let none of them through.
            Message::ServerHello(_)
            | Message::EncryptedExtensions(_)
            | Message::CertificateRequest(_)
            | Message::NewSessionTicket(_) => return Err(OUT_OF_ORDER),
        };
        self.state = self.state.on(input)?;
        Ok(())
    }

    /// Reads a hello, and answers it.
    fn client_hello(
        &mut self,
        core: &mut Core,
        hello: ClientHello,
        octets: &[u8],
    ) -> Result<Answer, Error> {
        check::hello(&hello, core.is_quic())?;
        if let Some(retry) = &self.retry {
            retry.check(&hello)?;
        }
        core.client_random = hello.random;
        self.session_id.clone_from(&hello.legacy_session_id);
        let Choice { terms, share } = self.negotiate(core, &hello)?;
        match share {
            Some(share) => self.answer(core, &hello, octets, terms, share),
            // A second one without the share that was asked for was refused above.
            None => self.ask_again(core, hello, octets, terms),
        }
    }

    /// Forgets what only the handshake needed: a peer chooses how long a hello is.
    fn settle(&mut self) {
        self.retry = None;
        self.chain = Vec::new();
    }

    /// Octets of what the client has said that are kept.
    pub(super) fn held(&self) -> usize {
        let chain: usize = self.chain.iter().map(|one| one.der().len()).sum();
        self.retry.as_ref().map_or(0, |retry| retry.length) + chain
    }

    pub(super) fn is_compatible(&self) -> bool {
        !self.session_id.is_empty()
    }
}
