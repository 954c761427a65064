//! Keys from before, and early data under them.
//!
//! RFC 8446 §4.2.10, §4.2.11, §8
//!
//! Early data is taken only where all of these hold; who asks otherwise is served, a round trip
//! later:
//!
//! | what                                                  | why                               |
//! |-------------------------------------------------------|-----------------------------------|
//! | it is under the first key offered                     | §4.2.10                           |
//! | no HelloRetryRequest came between                     | §4.2.10                           |
//! | suite, protocol and context are those of the ticket   | it was sent under them            |
//! | the ticket was never used before                      | a replay is a second use (§8.1)   |
//! | the ticket's age is what the client says, about       | a replay is late (§8.3)           |

use super::{Server, negotiate::Terms};
use crate::{
    ClientAuth, Error, Session,
    extension::{ExtensionType, PskIdentity, PskMode},
    handshake::{core::Core, state::ServerState},
    message::ClientHello,
    schedule::EarlySecret,
};
use std::{sync::Arc, time::Duration};

/// A key from before that both know.
pub(super) struct Resumed {
    /// Which of those that the client offers, from 0.
    pub(super) index: u16,
    pub(super) session: Arc<Session>,
    pub(super) early: EarlySecret,
    /// Whether early data under it is taken.
    pub(super) early_data: bool,
}

impl Server {
    /// The key that is used, if there is one. `octets` are the whole hello.
    pub(super) fn resume(
        &self,
        core: &Core,
        hello: &ClientHello,
        octets: &[u8],
        terms: Terms,
    ) -> Result<Option<Resumed>, Error> {
        let (Some(tickets), Some(offered)) =
            (&self.config.tickets, hello.extensions.pre_shared_keys())
        else {
            return Ok(None);
        };
        let modes = hello.extensions.psk_modes().unwrap_or_default();
        if !modes.contains(&PskMode::PSK_DHE_KE) {
            return Ok(None);
        }
        let pairs = offered.identities.iter().zip(&offered.binders).zip(0_u16..);
        let found = pairs.take(core.limits.identities).find_map(|((identity, binder), index)| {
            let session = tickets.find(&identity.identity)?;
            self.is_usable(core, hello, &session, terms)
                .then_some((identity, binder, index, session))
        });
        let Some((identity, binder, index, session)) = found else { return Ok(None) };

        let hash = session.suite.hash();
        let early = EarlySecret::new(hash, Some(session.psk.octets()), core.watch());
        let covered = octets.len().saturating_sub(hello.binders_length());
        let digest = core.transcript.hash_with(hash, octets.get(..covered).unwrap_or_default());
        if !early.binder_key().verify_finished(&digest, binder) {
            return Err(Error::BinderWrong);
        }
        // Whoever could make the binder may use the ticket up, and nobody else.
        let unused = tickets.take(&identity.identity);
        let early_data = index == 0
            && unused
            && hello.extensions.has(ExtensionType::EARLY_DATA)
            && self.takes_early_data(core, &session, identity, terms);
        Ok(Some(Resumed { index, session, early, early_data }))
    }

    fn is_usable(&self, core: &Core, hello: &ClientHello, session: &Session, terms: Terms) -> bool {
        let age = core.now.saturating_duration_since(session.issued);
        let named = session.server_name.as_deref() == hello.extensions.server_name();
        let known = match self.config.client_auth {
            ClientAuth::Required(_) => !session.chain.is_empty(),
            ClientAuth::None | ClientAuth::Optional(_) => true,
        };
        age < session.lifetime && session.suite.hash() == terms.suite.hash() && named && known
    }

    // ANCHOR: early_data
    fn takes_early_data(
        &self,
        core: &Core,
        session: &Session,
        identity: &PskIdentity,
        terms: Terms,
    ) -> bool {
        let age = core.now.saturating_duration_since(session.issued);
        let claimed = identity.obfuscated_ticket_age.wrapping_sub(session.age_add);
        let claimed = Duration::from_millis(claimed.into());
        self.state == ServerState::Start
            && self.config.early_data > 0
            && session.early_data > 0
            && session.suite == terms.suite
            && session.alpn == core.summary.alpn
            && session.context == self.config.early_context
            && age.abs_diff(claimed) <= self.config.freshness
    }
    // ANCHOR_END: early_data
}
