//! The keys of Initial packets, which anybody can make who saw the client's first packet.
//!
//! RFC 9001 §5.2, RFC 9369 §3.3.1
//!
//! ```text
//!   Extract(the version's salt, Destination Connection ID) ─┬─ "client in" ─► client's secret
//!                                                           └─ "server in" ─► server's secret
//! ```
//!
//! They hide nothing. They show that both ends speak the same version, and keep out what was only
//! damaged or was sent by somebody who has not seen the packet.
//!
//! Used by: the connection, anew after a Retry; the endpoint; `dissect`.

use super::Keys;
use crate::{connection_id::ConnectionId, error::Error, version::Constants};
use tls::{
    Role, Suite,
    schedule::{Hash, Secret},
};

/// The keys of both directions at one level.
#[derive(Debug)]
pub struct KeyPair {
    /// What we seal with.
    pub local: Keys,
    /// What we open with.
    pub remote: Keys,
}

impl KeyPair {
    /// The keys of two secrets: ours and the peer's.
    ///
    /// # Errors
    /// As [`Keys::new`].
    pub fn new(
        constants: &Constants,
        suite: Suite,
        local: &Secret,
        remote: &Secret,
    ) -> Result<Self, Error> {
        let local = Keys::new(constants, suite, local)?;
        Ok(Self { local, remote: Keys::new(constants, suite, remote)? })
    }
}

// ANCHOR: initial
/// The keys that belong to a client's first Destination Connection ID, for one of the two ends.
///
/// # Errors
/// As [`Keys::new`].
pub fn initial(
    constants: &Constants,
    destination: &ConnectionId,
    role: Role,
) -> Result<KeyPair, Error> {
    let secret = Secret::extract(Hash::Sha256, &constants.initial_salt, destination.octets());
    let client = secret.expand_secret("client in", &[]);
    let server = secret.expand_secret("server in", &[]);
    let (local, remote) = match role {
        Role::Client => (client, server),
        Role::Server => (server, client),
    };
    KeyPair::new(constants, Suite::Aes128GcmSha256, &local, &remote)
}
// ANCHOR_END: initial
