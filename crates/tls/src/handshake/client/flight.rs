//! The server's flight: its answers, who it is, the proof, and the end.
//!
//! RFC 8446 §4.3, §4.4

use super::{Client, Early};
use crate::{
    Error, Level, Role, SignatureScheme,
    extension::{ExtensionType, Extensions},
    handshake::{
        chain::read_chain,
        core::{Core, OUT_OF_ORDER},
        event::{EarlyData, Event},
    },
    message::{Certificate, CertificateRequest, CertificateVerify},
};

impl Client {
    pub(super) fn encrypted_extensions(
        &mut self,
        core: &mut Core,
        extensions: &Extensions,
        octets: &[u8],
    ) -> Result<(), Error> {
        self.check_asked(extensions, false)?;
        core.transcript.add(octets);
        if let Some([name]) = extensions.alpn() {
            if !self.config.alpn.contains(name) {
                return Err(Error::NotOffered { field: "application protocol" });
            }
            core.summary.alpn = Some(name.clone());
            core.events.push_back(Event::Alpn(name.clone()));
        }
        // QUIC begins nothing that nobody has agreed on (RFC 9001 §8.1).
        if core.is_quic() && core.summary.alpn.is_none() && !self.config.alpn.is_empty() {
            return Err(Error::NoProtocol);
        }
        match extensions.quic_transport_parameters() {
            Some(parameters) => {
                self.peer_parameters = Some(parameters.to_vec());
                core.events.push_back(Event::PeerParameters(parameters.to_vec()));
            }
            None if core.is_quic() => {
                let extension = ExtensionType::QUIC_TRANSPORT_PARAMETERS;
                return Err(Error::ExtensionMissing { extension });
            }
            None => {}
        }
        self.early_data_answer(core, extensions.has(ExtensionType::EARLY_DATA))
    }

    fn early_data_answer(&mut self, core: &mut Core, accepted: bool) -> Result<(), Error> {
        if self.early != Early::Offered {
            // That it answers nothing we asked was seen; a retried hello does not ask.
            return if accepted { Err(OUT_OF_ORDER) } else { Ok(()) };
        }
        if !accepted {
            self.early = Early::NotOffered;
            core.early_exporter = None;
            core.events.push_back(Event::EarlyData(EarlyData::Rejected));
            return self.install_ours(core);
        }
        // What was sent early was sent under the ticket's terms (§4.2.10).
        let ticket = self.ticket().filter(|_| core.summary.resumed);
        let ticket = ticket.ok_or(Error::EarlyDataParameters { field: "key" })?;
        if Some(ticket.suite) != core.summary.suite {
            return Err(Error::EarlyDataParameters { field: "cipher suite" });
        }
        if ticket.alpn != core.summary.alpn {
            return Err(Error::EarlyDataParameters { field: "application protocol" });
        }
        self.early = Early::Accepted;
        core.summary.early_data = true;
        core.events.push_back(Event::EarlyData(EarlyData::Accepted));
        Ok(())
    }

    /// Our own handshake key, if it has waited for the end of early data.
    pub(super) fn install_ours(&mut self, core: &mut Core) -> Result<(), Error> {
        if std::mem::take(&mut self.write_later) {
            let secret = self.client_secret.as_ref().ok_or(OUT_OF_ORDER)?;
            core.install(Level::Handshake, Role::Client, core.suite()?, secret);
        }
        Ok(())
    }

    pub(super) fn certificate_request(
        &mut self,
        core: &mut Core,
        request: &CertificateRequest,
        octets: &[u8],
    ) -> Result<(), Error> {
        if !request.certificate_request_context.is_empty() {
            return Err(Error::CertificateContext);
        }
        let extension = ExtensionType::SIGNATURE_ALGORITHMS;
        let schemes = request.extensions.signature_algorithms();
        let schemes = schemes.ok_or(Error::ExtensionMissing { extension })?;
        self.request = Some(schemes.to_vec());
        core.transcript.add(octets);
        Ok(())
    }

    pub(super) fn certificate(
        &mut self,
        core: &mut Core,
        message: &Certificate,
        octets: &[u8],
    ) -> Result<(), Error> {
        if message.certificate_list.is_empty() {
            return Err(Error::CertificateNone);
        }
        for entry in &message.certificate_list {
            self.check_asked(&entry.extensions, false)?;
        }
        self.chain = read_chain(message, &core.limits)?;
        core.transcript.add(octets);
        Ok(())
    }

    /// Whether the certificate means anything, and whether it is the server's. A key that is too
    /// weak to verify with is refused with its certificate, for that says why.
    pub(super) fn verify(
        &mut self,
        core: &mut Core,
        verify: &CertificateVerify,
        octets: &[u8],
    ) -> Result<(), Error> {
        let leaf = self.chain.first().ok_or(OUT_OF_ORDER)?;
        let scheme = verify.algorithm;
        if !SignatureScheme::HANDSHAKE.contains(&scheme) {
            return Err(Error::SchemeUnexpected { scheme });
        }
        let content = CertificateVerify::content(Role::Server, core.digest()?.as_ref());
        let verifier = &self.config.verifier;
        let (key, signature) = (leaf.public_key(), &verify.signature);
        verifier
            .verify_server(&self.chain, &self.name, core.started.at(core.now))
            .map_err(|refusal| Error::CertificateRefused { refusal })?;
        if !verifier.verify_signature(key, scheme, &content, signature) {
            return Err(Error::SignatureWrong);
        }
        core.summary.chain = self.chain.as_slice().into();
        core.transcript.add(octets);
        Ok(())
    }
}
