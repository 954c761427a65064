//! The client's flight, and tickets for the next time.
//!
//! RFC 8446 §4.4, §4.5, §4.6.1

use super::Server;
use crate::{
    ClientAuth, Error, Level, Role, Session, SignatureScheme,
    extension::{Extension, Extensions},
    handshake::{
        chain::read_chain,
        core::{Core, OUT_OF_ORDER},
        event::Event,
    },
    message::{Certificate, CertificateVerify, Message, NewSessionTicket},
    schedule::{Secret, Transcript, resumption_psk},
};
use std::time::Duration;

impl Server {
    pub(super) fn end_of_early_data(
        &mut self,
        core: &mut Core,
        octets: &[u8],
    ) -> Result<(), Error> {
        core.transcript.add(octets);
        let secret = self.client_secret.as_ref().ok_or(OUT_OF_ORDER)?;
        core.install(Level::Handshake, Role::Client, core.suite()?, secret);
        Ok(())
    }

    pub(super) fn certificate(
        &mut self,
        core: &mut Core,
        message: &Certificate,
        octets: &[u8],
    ) -> Result<(), Error> {
        let empty = message.certificate_list.is_empty();
        if empty && matches!(self.config.client_auth, ClientAuth::Required(_)) {
            return Err(Error::CertificateRequired);
        }
        for entry in &message.certificate_list {
            if let Some(extension) = entry.extensions.kinds().next() {
                return Err(Error::ExtensionUnasked { extension });
            }
        }
        self.chain = read_chain(message, &core.limits)?;
        core.transcript.add(octets);
        Ok(())
    }

    pub(super) fn verify(
        &mut self,
        core: &mut Core,
        verify: &CertificateVerify,
        octets: &[u8],
    ) -> Result<(), Error> {
        let leaf = self.chain.first().ok_or(OUT_OF_ORDER)?;
        let verifier = self.config.client_auth.verifier().ok_or(OUT_OF_ORDER)?;
        let scheme = verify.algorithm;
        if !SignatureScheme::HANDSHAKE.contains(&scheme) {
            return Err(Error::SchemeUnexpected { scheme });
        }
        let content = CertificateVerify::content(Role::Client, core.digest()?.as_ref());
        if !verifier.verify_signature(leaf.public_key(), scheme, &content, &verify.signature) {
            return Err(Error::SignatureWrong);
        }
        verifier
            .verify_client(&self.chain, core.started.at(core.now))
            .map_err(|refusal| Error::CertificateRefused { refusal })?;
        core.summary.chain = self.chain.as_slice().into();
        core.transcript.add(octets);
        Ok(())
    }

    pub(super) fn finished(
        &mut self,
        core: &mut Core,
        verify_data: &[u8],
        octets: &[u8],
    ) -> Result<(), Error> {
        let secret = self.client_secret.take().ok_or(OUT_OF_ORDER)?;
        core.check_finished(&secret, verify_data, octets)?;
        let data = core.receiving.take().ok_or(OUT_OF_ORDER)?;
        core.install(Level::Application, Role::Client, core.suite()?, &data);
        let master = self.master.take().ok_or(OUT_OF_ORDER)?;
        core.events.push_back(Event::Complete(Box::new(core.summary.clone())));
        self.settle();
        if self.config.tickets.is_some() && self.resumes {
            let resumption = master.resumption_master(&core.digest()?);
            for number in 0..self.config.ticket_count {
                self.send_ticket(core, &resumption, number)?;
            }
        }
        core.transcript = Transcript::default();
        Ok(())
    }

    /// A key for the next time; `number` makes it another than that of the other tickets.
    fn send_ticket(&self, core: &mut Core, resumption: &Secret, number: u8) -> Result<(), Error> {
        let Some(tickets) = &self.config.tickets else { return Ok(()) };
        let nonce = [0, number];
        let longest = Duration::from_secs(NewSessionTicket::LONGEST.into());
        let lifetime = self.config.ticket_lifetime.min(longest);
        // QUIC's windows bound early data; a ticket says that it may come (RFC 9001 §4.6.1).
        let size = match self.config.early_data {
            0 => 0,
            _ if core.is_quic() => u32::MAX,
            size => size,
        };
        let (age_add, random) = (u32::from_be_bytes(core.draw()), core.draw());
        let session = Session {
            psk: resumption_psk(resumption, &nonce),
            suite: core.suite()?,
            issued: core.now,
            lifetime,
            age_add,
            early_data: size,
            alpn: core.summary.alpn.clone(),
            server_name: core.summary.server_name.clone(),
            chain: core.summary.chain.clone(),
            context: self.config.early_context.clone(),
        };
        let early = (size > 0).then_some(Extension::EarlyDataSize(size));
        core.send_afterwards(&Message::NewSessionTicket(NewSessionTicket {
            ticket_lifetime: u32::try_from(lifetime.as_secs()).unwrap_or(NewSessionTicket::LONGEST),
            ticket_age_add: age_add,
            ticket_nonce: nonce.to_vec(),
            ticket: tickets.put(random, session),
            extensions: Extensions(early.into_iter().collect()),
        }))
    }
}
