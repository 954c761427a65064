//! ServerHello to Finished, in one breath.
//!
//! RFC 8446 §2, §4.1.3, §4.3, §4.4
//!
//! ```text
//!   ServerHello                          ─► handshake keys
//!   EncryptedExtensions
//!   CertificateRequest?                     if we want to know who the client is
//!   Certificate, CertificateVerify          unless a key from before says it
//!   Finished                             ─► application keys: we may send already
//! ```

use super::{Server, negotiate::Terms, resume::Resumed};
use crate::{
    CertificateQuery, CertifiedKey, Error, Level, Role, SignatureScheme,
    extension::{Extension, ExtensionType, Extensions, KeyShareEntry},
    handshake::{
        core::Core,
        event::{EarlyData, Event},
        state::Answer,
    },
    message::{
        CertificateRequest, CertificateVerify, ClientHello, EncryptedExtensions, LEGACY_VERSION,
        Message, ServerHello, TLS13,
    },
    schedule::{EarlySecret, HandshakeSecret, Traffic},
};
use std::sync::Arc;

impl Server {
    pub(super) fn answer(
        &mut self,
        core: &mut Core,
        hello: &ClientHello,
        octets: &[u8],
        terms: Terms,
        share: &KeyShareEntry,
    ) -> Result<Answer, Error> {
        let resumed = self.resume(core, hello, octets, terms)?;
        core.choose(terms.suite);
        core.transcript.add(octets);
        core.summary.group = Some(terms.group);
        core.summary.resumed = resumed.is_some();
        core.summary.early_data = resumed.as_ref().is_some_and(|resumed| resumed.early_data);
        self.resumes = hello
            .extensions
            .psk_modes()
            .is_some_and(|modes| modes.contains(&crate::extension::PskMode::PSK_DHE_KE));

        self.early_data(core, hello, resumed.as_ref())?;
        if let Some(parameters) = hello.extensions.quic_transport_parameters()
            && core.is_quic()
        {
            core.events.push_back(Event::PeerParameters(parameters.to_vec()));
        }
        // Before a word is sent, so that who has no certificate says so in the clear.
        let key = if resumed.is_some() { None } else { Some(self.certified_key(core, hello)?) };
        let handshake = self.server_hello(core, terms, share, resumed)?;
        let Traffic { client, server } = handshake.traffic(&core.digest()?);
        core.install(Level::Handshake, Role::Server, terms.suite, &server);
        // Over records, what comes next is early data, if any was taken.
        let early = core.summary.early_data && !core.is_quic();
        if !early {
            core.install(Level::Handshake, Role::Client, terms.suite, &client);
        }
        self.client_secret = Some(client);

        self.encrypted_extensions(core, hello)?;
        let ask = !core.summary.resumed && self.config.client_auth.verifier().is_some();
        if ask {
            request_certificate(core, self.config.certificate_request.clone())?;
        }
        if let Some((key, algorithm)) = key {
            identify(core, &key, algorithm)?;
        }
        core.send_finished(&server)?;

        let master = handshake.master();
        let (data, exporter) = master.traffic(&core.digest()?);
        core.install(Level::Application, Role::Server, terms.suite, &data.server);
        core.keep_exporter(exporter);
        // The client's key waits for its Finished: until then, nobody has proven anything.
        core.receiving = Some(data.client);
        self.master = Some(master);
        Ok(match (early, ask) {
            (true, _) => Answer::EarlyData,
            (false, true) => Answer::AskCertificate,
            (false, false) => Answer::Plain,
        })
    }

    /// Says what becomes of early data, and makes its key.
    fn early_data(
        &self,
        core: &mut Core,
        hello: &ClientHello,
        resumed: Option<&Resumed>,
    ) -> Result<(), Error> {
        if !hello.extensions.has(ExtensionType::EARLY_DATA) {
            return Ok(());
        }
        let Some(resumed) = resumed.filter(|resumed| resumed.early_data) else {
            core.events.push_back(Event::EarlyData(EarlyData::Rejected));
            return Ok(());
        };
        let digest = core.digest()?;
        let secret = resumed.early.client_early_traffic(&digest);
        let exporter = resumed.early.early_exporter_master(&digest);
        core.log("EARLY_EXPORTER_SECRET", &exporter);
        core.early_exporter = Some(exporter);
        core.install(Level::EarlyData, Role::Client, core.suite()?, &secret);
        core.events.push_back(Event::EarlyData(EarlyData::Accepted));
        Ok(())
    }

    /// Agrees on the secret, and sends what the client needs to do so too.
    fn server_hello(
        &self,
        core: &mut Core,
        terms: Terms,
        share: &KeyShareEntry,
        resumed: Option<Resumed>,
    ) -> Result<HandshakeSecret, Error> {
        let pair = self.config.exchange.generate(terms.group);
        let pair = pair.ok_or(Error::Internal { what: "the key exchange" })?;
        let (group, key_exchange) = (terms.group, pair.public_key().to_vec());
        let shared = pair.agree(&share.key_exchange).ok_or(Error::ShareInvalid { group })?;

        let mut list = Vec::new();
        let early = match resumed {
            Some(resumed) => {
                list.push(Extension::PreSharedKey(resumed.index));
                core.summary.chain = resumed.session.chain.clone();
                resumed.early
            }
            None => EarlySecret::new(terms.suite.hash(), None, core.watch()),
        };
        list.push(Extension::KeyShare(KeyShareEntry { group, key_exchange }));
        list.push(Extension::SupportedVersion(TLS13));
        let random = core.draw();
        core.send(
            Level::Initial,
            &Message::ServerHello(ServerHello {
                legacy_version: LEGACY_VERSION,
                random,
                legacy_session_id_echo: self.session_id.clone(),
                cipher_suite: terms.suite.number(),
                legacy_compression_method: 0,
                extensions: Extensions(list),
            }),
        )?;
        Ok(early.handshake(shared.octets()))
    }

    fn encrypted_extensions(&self, core: &mut Core, hello: &ClientHello) -> Result<(), Error> {
        let mut list = self.config.encrypted_extensions.clone();
        if hello.extensions.server_name().is_some() {
            list.push(Extension::ServerNameUsed);
        }
        list.extend(core.summary.alpn.clone().map(|name| Extension::Alpn(vec![name])));
        if core.summary.early_data {
            list.push(Extension::EarlyData);
        }
        list.extend(core.parameters.clone().map(Extension::QuicTransportParameters));
        let message = EncryptedExtensions { extensions: Extensions(list) };
        core.send(Level::Handshake, &Message::EncryptedExtensions(message))
    }

    /// Our certificate for this client, and how it is proven to be ours.
    fn certified_key(
        &self,
        core: &Core,
        hello: &ClientHello,
    ) -> Result<(Arc<CertifiedKey>, SignatureScheme), Error> {
        // A hello without them was refused, unless it offered a key that we did not take.
        let extension = ExtensionType::SIGNATURE_ALGORITHMS;
        let schemes = hello.extensions.signature_algorithms();
        let schemes = schemes.ok_or(Error::ExtensionMissing { extension })?;
        let name = hello.extensions.server_name().and_then(|name| std::str::from_utf8(name).ok());
        let query =
            CertificateQuery { server_name: name, schemes, alpn: core.summary.alpn.as_slice() };
        let key = self.config.certificates.resolve(&query).ok_or(Error::NoCertificate)?;
        let algorithm = key.choose(schemes).ok_or(Error::NoScheme)?;
        Ok((key, algorithm))
    }
}

/// Shows a certificate, and proves that it is ours.
fn identify(core: &mut Core, key: &CertifiedKey, algorithm: SignatureScheme) -> Result<(), Error> {
    core.send_octets(Level::Handshake, key.message());
    let content = CertificateVerify::content(Role::Server, core.digest()?.as_ref());
    let signature = key.sign(algorithm, &content)?;
    let verify = CertificateVerify { algorithm, signature };
    core.send(Level::Handshake, &Message::CertificateVerify(verify))
}

fn request_certificate(core: &mut Core, mut list: Vec<Extension>) -> Result<(), Error> {
    if list.is_empty() {
        let schemes = [&SignatureScheme::HANDSHAKE[..], &SignatureScheme::CERTIFICATES[..]];
        list.push(Extension::SignatureAlgorithms(schemes.concat()));
    }
    let request = CertificateRequest {
        certificate_request_context: Vec::new(),
        extensions: Extensions(list),
    };
    core.send(Level::Handshake, &Message::CertificateRequest(request))
}
