//! HelloRetryRequest: another public key, please; and nothing else may change.
//!
//! RFC 8446 §4.1.2, §4.1.4
//!
//! Between the two hellos a client may: replace its key shares by the one that was asked for, drop
//! `early_data`, add the cookie, change its binders and drop keys, and change `padding`.

use super::{Server, negotiate::Terms};
use crate::{
    Error, Level,
    extension::{Extension, ExtensionType, Extensions},
    handshake::{
        core::Core,
        event::{EarlyData, Event},
        state::Answer,
    },
    message::{ClientHello, LEGACY_VERSION, Message, ServerHello, TLS13},
    suite::NamedGroup,
};

/// What we asked for, and of whom.
pub(super) struct Retry {
    hello: ClientHello,
    /// Octets of it.
    pub(super) length: usize,
    group: NamedGroup,
    cookie: Option<Vec<u8>>,
}

/// Extensions that may differ.
const MAY_CHANGE: [ExtensionType; 5] = [
    ExtensionType::KEY_SHARE,
    ExtensionType::EARLY_DATA,
    ExtensionType::COOKIE,
    ExtensionType::PRE_SHARED_KEY,
    ExtensionType::PADDING,
];

impl Retry {
    /// Whether the second hello is the first, with what was asked for.
    pub(super) fn check(&self, second: &ClientHello) -> Result<(), Error> {
        let first = &self.hello;
        let fields = [
            ("legacy_version", first.legacy_version == second.legacy_version),
            ("random", first.random == second.random),
            ("legacy_session_id", first.legacy_session_id == second.legacy_session_id),
            ("cipher_suites", first.cipher_suites == second.cipher_suites),
        ];
        if let Some((field, _)) = fields.iter().find(|(_, same)| !same) {
            return Err(Error::HelloChanged { field });
        }
        let mut ours = fixed(&first.extensions);
        let mut theirs = fixed(&second.extensions);
        loop {
            match (ours.next(), theirs.next()) {
                (None, None) => break,
                (one, other) if one == other => {}
                (one, other) => {
                    let other = other.or(one).map_or("extensions", |one| one.kind().name());
                    return Err(Error::HelloChanged { field: other });
                }
            }
        }
        if second.extensions.has(ExtensionType::EARLY_DATA) {
            return Err(Error::HelloChanged { field: "early_data" });
        }
        match second.extensions.key_shares() {
            Some([share]) if share.group == self.group => {}
            _ => return Err(Error::RetryIgnored { field: "key share" }),
        }
        if second.extensions.cookie() != self.cookie.as_deref() {
            return Err(Error::RetryIgnored { field: "cookie" });
        }
        Ok(())
    }
}

fn fixed(extensions: &Extensions) -> impl Iterator<Item = &Extension> {
    extensions.0.iter().filter(|extension| !MAY_CHANGE.contains(&extension.kind()))
}

impl Server {
    /// Sends a HelloRetryRequest.
    pub(super) fn ask_again(
        &mut self,
        core: &mut Core,
        hello: ClientHello,
        octets: &[u8],
        terms: Terms,
    ) -> Result<Answer, Error> {
        let cookie = self.config.retry_cookie.clone();
        let mut list = vec![Extension::KeyShareGroup(terms.group)];
        list.extend(cookie.clone().map(Extension::Cookie));
        list.push(Extension::SupportedVersion(TLS13));
        core.choose(terms.suite);
        core.transcript.add(octets);
        core.transcript.retry(terms.suite.hash());
        core.send(
            Level::Initial,
            &Message::ServerHello(ServerHello {
                legacy_version: LEGACY_VERSION,
                random: ServerHello::RETRY,
                legacy_session_id_echo: self.session_id.clone(),
                cipher_suite: terms.suite.number(),
                legacy_compression_method: 0,
                extensions: Extensions(list),
            }),
        )?;
        core.summary.retried = true;
        if hello.extensions.has(ExtensionType::EARLY_DATA) {
            core.events.push_back(Event::EarlyData(EarlyData::Rejected));
        }
        self.retry = Some(Retry { hello, length: octets.len(), group: terms.group, cookie });
        Ok(Answer::Retry)
    }
}
