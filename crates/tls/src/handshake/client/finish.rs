//! The server's Finished, our own flight behind it, and tickets afterwards.
//!
//! RFC 8446 §4.4, §4.5, §4.6.1
//!
//! ```text
//!   Finished ─► application keys of the server
//!   EndOfEarlyData?  under the early key, if early data was accepted
//!   Certificate?     if we were asked; empty if we have none
//!   CertificateVerify?
//!   Finished         ─► our application keys; done
//! ```

use super::{Client, Early};
use crate::{
    CertificateQuery, Error, Level, Role, Ticket,
    handshake::{
        core::{Core, OUT_OF_ORDER},
        event::Event,
    },
    message::{self, CertificateVerify, Message, NewSessionTicket},
    schedule::{Transcript, resumption_psk},
};
use std::time::Duration;

impl Client {
    pub(super) fn finished(
        &mut self,
        core: &mut Core,
        verify_data: &[u8],
        octets: &[u8],
    ) -> Result<(), Error> {
        let server = self.server_secret.take().ok_or(OUT_OF_ORDER)?;
        core.check_finished(&server, verify_data, octets)?;
        let master = self.handshake.take().ok_or(OUT_OF_ORDER)?.master();
        let suite = core.suite()?;
        let (data, exporter) = master.traffic(&core.digest()?);
        core.keep_exporter(exporter);

        if self.early == Early::Accepted && !core.is_quic() {
            core.send(Level::EarlyData, &Message::EndOfEarlyData)?;
        }
        self.install_ours(core)?;
        if let Some(schemes) = self.request.take() {
            self.identify(core, &schemes)?;
        }
        core.send_finished(&self.client_secret.take().ok_or(OUT_OF_ORDER)?)?;
        core.install(Level::Application, Role::Server, suite, &data.server);
        core.install(Level::Application, Role::Client, suite, &data.client);
        self.resumption = Some(master.resumption_master(&core.digest()?));
        core.transcript = Transcript::default();
        self.settle();
        core.events.push_back(Event::Complete(Box::new(core.summary.clone())));
        Ok(())
    }

    /// Says who we are, or that we do not.
    fn identify(
        &mut self,
        core: &mut Core,
        schemes: &[crate::SignatureScheme],
    ) -> Result<(), Error> {
        let name = self.name.to_string();
        let query = CertificateQuery {
            server_name: Some(&name),
            schemes,
            alpn: core.summary.alpn.as_slice(),
        };
        let key = self.config.certificates.as_ref().and_then(|found| found.resolve(&query));
        let key = key.and_then(|key| key.choose(schemes).map(|scheme| (key, scheme)));
        let Some((key, algorithm)) = key else {
            return core.send(
                Level::Handshake,
                &Message::Certificate(message::Certificate {
                    certificate_request_context: Vec::new(),
                    certificate_list: Vec::new(),
                }),
            );
        };
        core.send_octets(Level::Handshake, key.message());
        let content = CertificateVerify::content(Role::Client, core.digest()?.as_ref());
        let signature = key.sign(algorithm, &content)?;
        let verify = CertificateVerify { algorithm, signature };
        core.send(Level::Handshake, &Message::CertificateVerify(verify))
    }

    /// A key for the next time.
    pub(super) fn ticket_came(
        &mut self,
        core: &mut Core,
        message: NewSessionTicket,
    ) -> Result<(), Error> {
        let seconds = message.ticket_lifetime;
        if seconds > NewSessionTicket::LONGEST {
            return Err(Error::TicketLifetime { seconds });
        }
        let early_data = message.extensions.early_data_size().unwrap_or(0);
        if core.is_quic() && early_data != 0 && early_data != u32::MAX {
            return Err(Error::EarlyDataQuic { size: early_data });
        }
        self.tickets = self.tickets.saturating_add(1);
        let (Some(sessions), false) = (&self.config.sessions, seconds == 0) else { return Ok(()) };
        if self.tickets > core.limits.tickets {
            return Ok(());
        }
        let resumption = self.resumption.as_ref().ok_or(OUT_OF_ORDER)?;
        let ticket = Ticket {
            psk: resumption_psk(resumption, &message.ticket_nonce),
            ticket: message.ticket,
            suite: core.suite()?,
            received: core.now,
            lifetime: Duration::from_secs(seconds.into()),
            age_add: message.ticket_age_add,
            early_data,
            alpn: core.summary.alpn.clone(),
            parameters: self.peer_parameters.clone(),
            chain: core.summary.chain.clone(),
        };
        sessions.put(&self.name.to_string(), ticket.clone());
        core.events.push_back(Event::Ticket(Box::new(ticket)));
        Ok(())
    }
}
