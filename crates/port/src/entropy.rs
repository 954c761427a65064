//! The operating system's randomness, for connections.

use quic::{endpoint::Entropy, token::TokenKey};
use ring::rand::{SecureRandom, SystemRandom};
use std::{io, sync::Arc};
use wire::Random;

/// Asks the operating system each time.
struct System(SystemRandom);

impl Random for System {
    fn fill(&mut self, octets: &mut [u8]) {
        // A system that has none cannot make a key either, and the handshake fails there.
        if self.0.fill(octets).is_err() {
            octets.fill(0);
        }
    }
}

/// A source for each connection.
pub fn entropy() -> Entropy {
    Box::new(|| Box::new(System(SystemRandom::new())))
}

/// A key for tokens and stateless resets. All sockets of a port have the same; one that is kept
/// lets a server that was restarted reset the connections it has forgotten (RFC 9000 §10.3).
///
/// # Errors
/// The system has no randomness.
pub fn token_key() -> io::Result<Arc<TokenKey>> {
    let mut key = [0; 32];
    let failed = |_| io::Error::other("the system has no random octets");
    SystemRandom::new().fill(&mut key).map_err(failed)?;
    TokenKey::new(&key).map(Arc::new).ok_or_else(|| io::Error::other("the key is worth nothing"))
}
