//! The network that a connection of QUIC leaves through, and when it is another.
//!
//! RFC 9000 §9, §9.2
//!
//! ```text
//!            the kernel would send from      migrate           Migrated
//!   Settled ── another address, or told ──► Trying ──────────► Leaving ── a second ──► Settled
//!      ▲                                       │ PathFailed
//!      └───────────────────────────────────────┘
//! ```
//!
//! A socket at any address follows the kernel's routes by itself, and the server would follow it,
//! too. But who watches both networks would see one connection ID on both, and a download would
//! wait for ever: its client has nothing to send that could show the server where it is now.
//!
//! Invariant: nothing is sent to find out, and a connection that carries nothing does not look.
//!
//! Users: [`super::quic_link`].

use std::{
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant},
};

/// How often a connection that carries something looks, 1 s: a route is found in microseconds, and
/// people notice a pause that is longer.
const LOOK: Duration = Duration::from_secs(1);

/// How long what was on its way to the former socket is waited for, 1 s: several round trips.
const LEAVE: Duration = Duration::from_secs(1);

/// Where a connection is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stay {
    /// It has one socket.
    Settled,
    /// It asks whether the server answers on another network.
    Trying,
    /// The server did not answer there: back to the socket from before.
    Failed,
    /// The server answered: until then, datagrams may still come to the socket from before.
    Leaving(Instant),
}

/// What is known of the network.
#[derive(Debug)]
pub(super) struct Network {
    /// What the kernel sent from when it was last asked.
    source: Option<IpAddr>,
    /// When to ask again.
    look: Instant,
    /// Somebody said that it is another.
    told: bool,
    pub(super) stay: Stay,
}

impl Network {
    pub(super) fn new(remote: Option<SocketAddr>, now: Instant) -> Self {
        let source = remote.and_then(|remote| port::source_for(remote).ok());
        Self { source, look: now + LOOK, told: false, stay: Stay::Settled }
    }

    /// Somebody who knows says that it is another.
    pub(super) const fn tell(&mut self) {
        self.told = true;
    }

    /// When to look again; `busy`: it carries something.
    pub(super) fn next_timeout(&self, busy: bool) -> Option<Instant> {
        let leave = match self.stay {
            Stay::Leaving(until) => Some(until),
            _ => None,
        };
        leave.into_iter().chain(busy.then_some(self.look)).min()
    }

    /// Whether to move now.
    pub(super) fn is_another(&mut self, remote: SocketAddr, busy: bool, now: Instant) -> bool {
        if busy && now >= self.look {
            self.look = now + LOOK;
            // Where no network leads there, there is none to move to: not yet.
            if let Ok(source) = port::source_for(remote) {
                self.told |= self.source.replace(source).is_some_and(|known| known != source);
            }
        }
        // One move at a time.
        self.stay != Stay::Trying && std::mem::take(&mut self.told)
    }

    /// The connection goes on over another path.
    pub(super) fn migrated(&mut self, now: Instant) {
        if self.stay == Stay::Trying {
            self.stay = Stay::Leaving(now + LEAVE);
        }
    }

    /// A path that was tried did not answer.
    pub(super) fn failed(&mut self) {
        if self.stay == Stay::Trying {
            self.stay = Stay::Failed;
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::{LEAVE, LOOK, Network, Stay};
    use std::time::Instant;

    #[test]
    fn a_busy_connection_looks_once_a_second_and_moves_once() {
        let (remote, begin) = ("127.0.0.1:443".parse().unwrap(), Instant::now());
        let mut network = Network::new(Some(remote), begin);
        assert!(!network.is_another(remote, true, begin + LOOK), "it is the same one");
        assert_eq!(network.next_timeout(true), Some(begin + LOOK * 2));
        assert_eq!(network.next_timeout(false), None);
        // As if it had been reached from elsewhere before.
        network.source = Some("192.0.2.1".parse().unwrap());
        assert!(!network.is_another(remote, true, begin + LOOK), "too early to look");
        assert!(!network.is_another(remote, false, begin + LOOK * 2), "nothing to look for");
        assert!(network.is_another(remote, true, begin + LOOK * 2));
        assert!(!network.is_another(remote, true, begin + LOOK * 3), "the same move again");
    }

    #[test]
    fn one_move_at_a_time_and_no_word_is_lost() {
        let (remote, now) = ("127.0.0.1:443".parse().unwrap(), Instant::now());
        let mut network = Network::new(Some(remote), now);
        network.failed();
        network.migrated(now);
        assert_eq!(network.stay, Stay::Settled, "others' paths");
        network.stay = Stay::Trying;
        network.tell();
        assert!(!network.is_another(remote, false, now));
        network.migrated(now);
        assert_eq!(network.next_timeout(false), Some(now + LEAVE));
        assert!(network.is_another(remote, false, now));
        network.stay = Stay::Trying;
        network.failed();
        assert_eq!(network.stay, Stay::Failed);
    }
}
