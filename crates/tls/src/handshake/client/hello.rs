//! The ClientHello: everything that we can do, and a key from before if there is one.
//!
//! RFC 8446 §4.1.2, §4.2.11.2
//!
//! ```text
//!   ClientHello  … | pre_shared_key: identities | binders
//!   └──────── the binder's MAC covers this ─────┘
//! ```
//!
//! The binder is a MAC over the hello that it stands in. So the hello is written with a binder of
//! zeros first, hashed up to there, and the binder put in its place: it has the same length.

use super::{Client, Early};
use crate::{
    ClientConfig, Error, Level, Role, SignatureScheme, Ticket,
    exchange::KeyPair,
    extension::{Extension, Extensions, KeyShareEntry, OfferedPsks, PskIdentity, PskMode},
    handshake::{
        core::{Core, OUT_OF_ORDER},
        state::ClientState,
    },
    message::{ClientHello, LEGACY_VERSION, Message, TLS13},
    schedule::EarlySecret,
    suite::NamedGroup,
};
use std::{collections::VecDeque, sync::Arc};
use wire::Reader;
use x509::ServerName;

impl Client {
    /// Sends the first ClientHello.
    pub(in crate::handshake) fn start(
        core: &mut Core,
        config: Arc<ClientConfig>,
        name: ServerName,
        mut script: VecDeque<Vec<u8>>,
    ) -> Result<Self, Error> {
        core.summary.server_name = match &name {
            ServerName::Dns(name) => Some(name.as_str().as_bytes().to_vec()),
            ServerName::Ip(_) => None,
        };
        let scripted = script.pop_front();
        let ticket = usable_ticket(core, &config, &name);
        let offered = ticket.map(|ticket| {
            let (hash, psk) = (ticket.suite.hash(), Some(ticket.psk.octets()));
            let early = EarlySecret::new(hash, psk, core.watch());
            (ticket, early)
        });
        let (hello, pairs) = match &scripted {
            Some(octets) => read_script(&config, octets)?,
            None => {
                let groups = config.groups.get(..config.shares.max(1));
                let pairs = key_pairs(&config, groups.unwrap_or(&config.groups))?;
                let ticket = offered.as_ref().map(|(ticket, _)| ticket);
                (first_hello(core, &config, &pairs, ticket), pairs)
            }
        };
        let mut client = Self {
            config,
            name,
            state: ClientState::WaitServerHello,
            hello,
            asked: Vec::new(),
            pairs,
            offered,
            early: Early::NotOffered,
            retry: None,
            handshake: None,
            client_secret: None,
            server_secret: None,
            write_later: false,
            request: None,
            chain: Vec::new(),
            resumption: None,
            peer_parameters: None,
            tickets: 0,
            script,
        };
        core.client_random = client.hello.random;
        client.send_hello(core, scripted)?;
        client.offer_early_data(core)?;
        Ok(client)
    }

    /// Sends the hello, its binder put in; or the octets that somebody else wrote.
    pub(super) fn send_hello(
        &mut self,
        core: &mut Core,
        scripted: Option<Vec<u8>>,
    ) -> Result<(), Error> {
        self.asked = self.hello.extensions.kinds().collect();
        if let Some(octets) = scripted {
            core.send_octets(Level::Initial, &octets);
            return Ok(());
        }
        if let Some(binder) = self.binder(core)?
            && let Some(Extension::PreSharedKeys(psks)) = self.hello.extensions.0.last_mut()
        {
            psks.binders = vec![binder];
        }
        let hello = Message::ClientHello(std::mem::take(&mut self.hello));
        core.send(Level::Initial, &hello)?;
        if let Message::ClientHello(hello) = hello {
            self.hello = hello;
        }
        Ok(())
    }

    /// The binder over the hello as it stands, which must have one of the right length.
    fn binder(&self, core: &Core) -> Result<Option<Vec<u8>>, Error> {
        let Some((ticket, early)) = &self.offered else { return Ok(None) };
        let mut octets = Vec::new();
        Message::ClientHello(self.hello.clone()).encode(&mut octets)?;
        let covered = octets.len().saturating_sub(self.hello.binders_length());
        let covered = octets.get(..covered).unwrap_or_default();
        let digest = core.transcript.hash_with(ticket.suite.hash(), covered);
        Ok(Some(early.binder_key().finished(&digest)))
    }

    /// Makes the key of early data, if the hello offers some.
    fn offer_early_data(&mut self, core: &mut Core) -> Result<(), Error> {
        if !self.asked.contains(&crate::extension::ExtensionType::EARLY_DATA) {
            return Ok(());
        }
        let (ticket, early) = self.offered.as_ref().ok_or(OUT_OF_ORDER)?;
        let digest = core.transcript.hash(ticket.suite.hash());
        let (secret, suite) = (early.client_early_traffic(&digest), ticket.suite);
        let exporter = early.early_exporter_master(&digest);
        core.log("EARLY_EXPORTER_SECRET", &exporter);
        core.early_exporter = Some(exporter);
        core.install(Level::EarlyData, Role::Client, suite, &secret);
        self.early = Early::Offered;
        Ok(())
    }
}

/// A ticket from before, if there is one that is of use.
fn usable_ticket(core: &Core, config: &ClientConfig, name: &ServerName) -> Option<Ticket> {
    let ticket = config.sessions.as_ref()?.take(&name.to_string())?;
    let usable = ticket.age(core.now).is_some() && config.suites.contains(&ticket.suite);
    usable.then_some(ticket)
}

/// A key pair for each of the groups.
pub(super) fn key_pairs(
    config: &ClientConfig,
    groups: &[NamedGroup],
) -> Result<Vec<Box<dyn KeyPair>>, Error> {
    let pair = |group: &NamedGroup| config.exchange.generate(*group);
    let pairs: Option<Vec<_>> = groups.iter().map(pair).collect();
    pairs.ok_or(Error::Internal { what: "the key exchange" })
}

/// The public halves.
pub(super) fn shares(pairs: &[Box<dyn KeyPair>]) -> Extension {
    let mut entries = Vec::new();
    for pair in pairs {
        let key_exchange = pair.public_key().to_vec();
        entries.push(KeyShareEntry { group: pair.group(), key_exchange });
    }
    Extension::KeyShares(entries)
}

fn first_hello(
    core: &mut Core,
    config: &ClientConfig,
    pairs: &[Box<dyn KeyPair>],
    ticket: Option<&Ticket>,
) -> ClientHello {
    let compatible = config.compatibility && !core.is_quic();
    let random = core.draw();
    let legacy_session_id = if compatible { core.draw::<32>().to_vec() } else { Vec::new() };
    let mut list = Vec::new();
    list.extend(core.summary.server_name.clone().map(Extension::ServerName));
    list.push(Extension::SupportedGroups(config.groups.clone()));
    list.push(shares(pairs));
    list.push(Extension::SupportedVersions(vec![TLS13]));
    // One list for both: what verifies a handshake verifies a certificate too.
    let schemes = [&SignatureScheme::HANDSHAKE[..], &SignatureScheme::CERTIFICATES[..]].concat();
    list.push(Extension::SignatureAlgorithms(schemes));
    if !config.alpn.is_empty() {
        list.push(Extension::Alpn(config.alpn.clone()));
    }
    list.extend(core.parameters.clone().map(Extension::QuicTransportParameters));
    if config.sessions.is_some() {
        list.push(Extension::PskModes(vec![PskMode::PSK_DHE_KE]));
    }
    if let Some(ticket) = ticket {
        let spoken = ticket.alpn.as_ref().is_none_or(|alpn| config.alpn.contains(alpn));
        if config.early_data && ticket.early_data > 0 && spoken {
            list.push(Extension::EarlyData);
        }
        list.push(pre_shared_key(core, ticket));
    }
    ClientHello {
        legacy_version: LEGACY_VERSION,
        random,
        legacy_session_id,
        cipher_suites: config.suites.iter().map(|suite| suite.number()).collect(),
        legacy_compression_methods: vec![0],
        extensions: Extensions(list),
    }
}

/// The offer of a ticket, with a binder of zeros.
pub(super) fn pre_shared_key(core: &Core, ticket: &Ticket) -> Extension {
    let age = ticket.age(core.now).unwrap_or(0);
    Extension::PreSharedKeys(OfferedPsks {
        identities: vec![PskIdentity {
            identity: ticket.ticket.clone(),
            obfuscated_ticket_age: age.wrapping_add(ticket.age_add),
        }],
        binders: vec![vec![0; ticket.suite.hash().length()]],
    })
}

/// A hello that somebody else wrote, and pairs for its public keys.
pub(super) fn read_script(
    config: &ClientConfig,
    octets: &[u8],
) -> Result<(ClientHello, Vec<Box<dyn KeyPair>>), Error> {
    let messages = crate::message::dissect(&mut Reader::new(octets), octets.len())?;
    let Some(Message::ClientHello(hello)) = messages.into_iter().next() else {
        return Err(OUT_OF_ORDER);
    };
    let shares = hello.extensions.key_shares().unwrap_or_default();
    let groups: Vec<_> = shares.iter().map(|share| share.group).collect();
    let pairs = key_pairs(config, &groups)?;
    Ok((hello, pairs))
}
