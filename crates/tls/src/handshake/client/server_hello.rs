//! What the server chose; or that it wants another ClientHello.
//!
//! RFC 8446 §4.1.3, §4.1.4
//!
//! Invariant: the server chooses among what we offered, and nothing else.

use super::{Client, Early, hello};
use crate::{
    Error, Level, Role, Suite,
    extension::{Extension, ExtensionType, Extensions},
    handshake::{
        core::{Core, OUT_OF_ORDER},
        event::{EarlyData, Event},
    },
    message::{ServerHello, TLS13},
    schedule::{EarlySecret, Traffic},
};

impl Client {
    /// What a ServerHello and a HelloRetryRequest have in common; answers the suite.
    fn check_hello(&self, hello: &ServerHello) -> Result<Suite, Error> {
        match hello.extensions.supported_version() {
            Some(TLS13) => {}
            Some(_) => return Err(Error::NotOffered { field: "selected_version" }),
            None if hello.is_downgrade() => return Err(Error::Downgrade),
            None => return Err(Error::VersionUnsupported { version: hello.legacy_version }),
        }
        if hello.legacy_version != crate::message::LEGACY_VERSION {
            return Err(Error::NotOffered { field: "legacy_version" });
        }
        if hello.legacy_session_id_echo != self.hello.legacy_session_id {
            return Err(Error::NotOffered { field: "legacy_session_id_echo" });
        }
        if hello.legacy_compression_method != 0 {
            return Err(Error::NotOffered { field: "legacy_compression_method" });
        }
        let suite = Suite::from_number(hello.cipher_suite)
            .filter(|suite| self.hello.offers(*suite) && self.config.suites.contains(suite));
        let suite = suite.ok_or(Error::NotOffered { field: "cipher_suite" })?;
        match self.retry {
            Some(before) if before != suite => Err(Error::SuiteChanged),
            _ => Ok(suite),
        }
    }

    /// Every answer must have been asked for (§4.2). A cookie answers nothing, and may come.
    pub(super) fn check_asked(&self, extensions: &Extensions, retry: bool) -> Result<(), Error> {
        let cookie = ExtensionType::COOKIE;
        let asked = |kind| self.asked.contains(&kind) || (retry && kind == cookie);
        let extension = extensions.kinds().find(|kind| !asked(*kind));
        extension.map_or(Ok(()), |extension| Err(Error::ExtensionUnasked { extension }))
    }

    /// Sends the second ClientHello (§4.1.4): the first, with what the server wants changed.
    pub(super) fn retry(
        &mut self,
        core: &mut Core,
        request: &ServerHello,
        octets: &[u8],
    ) -> Result<(), Error> {
        let suite = self.check_hello(request)?;
        self.check_asked(&request.extensions, true)?;
        let (group, cookie) = (request.extensions.key_share_group(), request.extensions.cookie());
        if let Some(group) = group {
            let listed = self.hello.extensions.supported_groups().unwrap_or_default();
            if !listed.contains(&group) {
                return Err(Error::NotOffered { field: "selected_group" });
            }
            if self.pairs.iter().any(|pair| pair.group() == group) {
                return Err(Error::RetryUseless);
            }
        } else if cookie.is_none() {
            return Err(Error::RetryUseless);
        }
        core.choose(suite);
        core.transcript.retry(suite.hash());
        core.transcript.add(octets);
        core.summary.retried = true;
        self.retry = Some(suite);
        if self.early == Early::Offered {
            self.early = Early::NotOffered;
            core.early_exporter = None;
            core.events.push_back(Event::EarlyData(EarlyData::Rejected));
        }
        if let Some(octets) = self.script.pop_front() {
            (self.hello, self.pairs) = hello::read_script(&self.config, &octets)?;
            return self.send_hello(core, Some(octets));
        }
        if let Some(group) = group {
            self.pairs = hello::key_pairs(&self.config, &[group])?;
        }
        self.change_hello(core, suite, cookie);
        self.send_hello(core, None)
    }

    /// Other shares, the cookie, no early data; and the ticket only if it goes with the suite.
    fn change_hello(&mut self, core: &Core, suite: Suite, cookie: Option<&[u8]>) {
        if self.offered.as_ref().is_some_and(|(ticket, _)| ticket.suite.hash() != suite.hash()) {
            self.offered = None;
        }
        let list = &mut self.hello.extensions.0;
        list.retain(|one| !matches!(one, Extension::EarlyData | Extension::PreSharedKeys(_)));
        for extension in &mut *list {
            if matches!(extension, Extension::KeyShares(_)) {
                *extension = hello::shares(&self.pairs);
            }
        }
        list.extend(cookie.map(|cookie| Extension::Cookie(cookie.to_vec())));
        list.extend(self.offered.as_ref().map(|(ticket, _)| hello::pre_shared_key(core, ticket)));
    }

    /// The key exchange, and with it the first keys.
    pub(super) fn server_hello(
        &mut self,
        core: &mut Core,
        hello: &ServerHello,
        octets: &[u8],
    ) -> Result<(), Error> {
        let suite = self.check_hello(hello)?;
        self.check_asked(&hello.extensions, false)?;
        let missing = Error::ExtensionMissing { extension: ExtensionType::KEY_SHARE };
        let share = hello.extensions.key_share().ok_or(missing)?;
        let ours = self.pairs.iter().position(|pair| pair.group() == share.group);
        let ours = ours.ok_or(Error::NotOffered { field: "key share" })?;
        let pair = self.pairs.swap_remove(ours);
        // The others are of no more use.
        self.pairs.clear();

        let early = self.early_secret(core, hello, suite)?;
        let shared = pair.agree(&share.key_exchange);
        let shared = shared.ok_or(Error::ShareInvalid { group: share.group })?;
        core.choose(suite);
        core.transcript.add(octets);
        core.summary.group = Some(share.group);

        let handshake = early.handshake(shared.octets());
        let Traffic { client, server } = handshake.traffic(&core.digest()?);
        core.install(Level::Handshake, Role::Server, suite, &server);
        // Over records, early data and what follows it cannot mix: our key waits for its end.
        self.write_later = self.early == Early::Offered && !core.is_quic();
        if !self.write_later {
            core.install(Level::Handshake, Role::Client, suite, &client);
        }
        self.client_secret = Some(client);
        self.server_secret = Some(server);
        self.handshake = Some(handshake);
        Ok(())
    }

    /// The schedule's beginning: from the ticket's key where the server takes it, or from nothing.
    fn early_secret(
        &mut self,
        core: &mut Core,
        hello: &ServerHello,
        suite: Suite,
    ) -> Result<EarlySecret, Error> {
        let Some(index) = hello.extensions.pre_shared_key() else {
            return Ok(EarlySecret::new(suite.hash(), None, core.watch()));
        };
        let (ticket, _) = self.offered.as_ref().ok_or(OUT_OF_ORDER)?;
        if index != 0 {
            return Err(Error::NotOffered { field: "selected_identity" });
        }
        if ticket.suite.hash() != suite.hash() {
            return Err(Error::PskHash);
        }
        core.summary.resumed = true;
        core.summary.chain = ticket.chain.clone();
        Ok(EarlySecret::new(suite.hash(), Some(ticket.psk.octets()), core.watch()))
    }
}
