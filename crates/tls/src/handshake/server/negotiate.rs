//! One of each, of what both ends can: suite, group, protocol.
//!
//! RFC 8446 §4.1.1, RFC 7301 §3.2
//!
//! Our order counts, except that a group with a public key at hand goes before one that would take
//! a HelloRetryRequest, and that a client which likes ChaCha20 best has its reasons (no AES in its
//! processor).

use super::Server;
use crate::{
    Error, Suite,
    extension::KeyShareEntry,
    handshake::{core::Core, event::Event},
    message::ClientHello,
    suite::NamedGroup,
};

/// What is agreed on.
#[derive(Debug, Clone, Copy)]
pub(super) struct Terms {
    pub(super) suite: Suite,
    pub(super) group: NamedGroup,
}

/// The same, and the client's public key for it, if it sent one.
pub(super) struct Choice<'a> {
    pub(super) terms: Terms,
    pub(super) share: Option<&'a KeyShareEntry>,
}

impl Server {
    pub(super) fn negotiate<'a>(
        &self,
        core: &mut Core,
        hello: &'a ClientHello,
    ) -> Result<Choice<'a>, Error> {
        let suite = self.suite(hello).ok_or(Error::NoSuite)?;
        let shares = hello.extensions.key_shares().unwrap_or_default();
        let listed = hello.extensions.supported_groups().unwrap_or_default();
        let share_for = |group: &NamedGroup| shares.iter().find(|share| share.group == *group);
        let groups = &self.config.groups;
        let share = groups.iter().find_map(share_for);
        let group = match share {
            Some(share) => share.group,
            None => {
                let listed = groups.iter().copied().find(|group| listed.contains(group));
                listed.ok_or(Error::NoGroup)?
            }
        };
        if core.summary.alpn.is_none() {
            core.summary.server_name = hello.extensions.server_name().map(<[u8]>::to_vec);
            core.summary.alpn = self.protocol(hello)?;
            // QUIC begins nothing that nobody has agreed on (RFC 9001 §8.1).
            if core.is_quic() && core.summary.alpn.is_none() && !self.config.alpn.is_empty() {
                return Err(Error::NoProtocol);
            }
            core.events.extend(core.summary.alpn.clone().map(Event::Alpn));
        }
        Ok(Choice { terms: Terms { suite, group }, share })
    }

    fn suite(&self, hello: &ClientHello) -> Option<Suite> {
        let chacha = Suite::ChaCha20Poly1305Sha256;
        let first = hello.cipher_suites.iter().find_map(|number| Suite::from_number(*number));
        if first == Some(chacha) && self.config.suites.contains(&chacha) {
            return first;
        }
        self.config.suites.iter().copied().find(|suite| hello.offers(*suite))
    }

    fn protocol(&self, hello: &ClientHello) -> Result<Option<Vec<u8>>, Error> {
        let Some(offered) = hello.extensions.alpn() else { return Ok(None) };
        if self.config.alpn.is_empty() {
            return Ok(None);
        }
        let found = self.config.alpn.iter().find(|name| offered.contains(name));
        found.map(|name| Some(name.clone())).ok_or(Error::NoProtocol)
    }
}
