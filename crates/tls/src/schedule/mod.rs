//! The key schedule: from what both ends know to every key they use.
//!
//! RFC 8446 §7.1
//!
//! ```text
//!             0                                   a column of Extracts; what it is fed on the
//!             │                                   right, what it yields on the left
//!   PSK ─► Extract = Early Secret
//!             ├─► "ext binder" | "res binder"     binder_key            proves that we know the PSK
//!             ├─► "c e traffic"     ClientHello   client_early_traffic_secret              0-RTT
//!             ├─► "e exp master"    ClientHello   early_exporter_master_secret
//!             ▼
//!          "derived"
//!             │
//! (EC)DHE ─► Extract = Handshake Secret
//!             ├─► "c hs traffic"    … ServerHello client_handshake_traffic_secret
//!             ├─► "s hs traffic"    … ServerHello server_handshake_traffic_secret
//!             ▼
//!          "derived"
//!             │
//!      0 ─► Extract = Master Secret
//!             ├─► "c ap traffic"    … server Finished  client_application_traffic_secret_0
//!             ├─► "s ap traffic"    … server Finished  server_application_traffic_secret_0
//!             ├─► "exp master"      … server Finished  exporter_master_secret
//!             └─► "res master"      … client Finished  resumption_master_secret
//! ```
//!
//! Each of the three secrets is a type, and each step takes the one before: a key that belongs to a
//! later step cannot be asked for too early, and an old secret is gone once the next is made.
//!
//! Invariant: every label stands in this file once.
//!
//! Used by: [`Handshake`](crate::Handshake). QUIC takes traffic secrets and expands them with
//! labels of its own.

mod hash;
mod secret;
mod watch;

pub use hash::{Digest, Hash, Transcript};
pub use secret::{Expander, Secret};
pub use watch::Watch;

use std::sync::OnceLock;

/// As long as any hash, and all zero: what stands where there is nothing to extract.
const ZEROS: [u8; Hash::LONGEST] = [0; Hash::LONGEST];

fn zeros(hash: Hash) -> &'static [u8] {
    ZEROS.get(..hash.length()).unwrap_or_default()
}

// ANCHOR: schedule
/// The first Extract: of a key from before, or of nothing.
#[derive(Debug, Clone)]
pub struct EarlySecret {
    secret: Secret,
    /// "derived", where it is known already.
    derived: Option<Secret>,
    watch: Watch,
}

impl EarlySecret {
    /// Begins the schedule. `psk` is `None` for a handshake from scratch.
    pub fn new(hash: Hash, psk: Option<&[u8]>, watch: Watch) -> Self {
        if psk.is_none() && !watch.is_on() {
            return Self::of_nothing(hash).clone();
        }
        let (salt, input) = (zeros(hash), psk.unwrap_or(zeros(hash)));
        let secret = Secret::extract(hash, salt, input);
        watch.extract("early", salt, input, &secret);
        Self { secret, derived: None, watch }
    }

    /// From scratch everybody begins with the same, which is no secret: it is made once.
    fn of_nothing(hash: Hash) -> &'static Self {
        static MADE: [OnceLock<EarlySecret>; 2] = [const { OnceLock::new() }; 2];
        let [sha256, sha384] = &MADE;
        let made = if hash == Hash::Sha256 { sha256 } else { sha384 };
        made.get_or_init(|| {
            let (secret, watch) =
                (Secret::extract(hash, zeros(hash), zeros(hash)), Watch::default());
            let derived = Some(derived(&secret, &watch));
            Self { secret, derived, watch }
        })
    }

    /// The key of the binder for a key that a ticket brought.
    pub fn binder_key(&self) -> Secret {
        let nothing = self.secret.hash().of(&[]);
        self.watch.derive(&self.secret.expander(), "res binder", &nothing)
    }

    /// Protects early data; over the ClientHello.
    pub fn client_early_traffic(&self, hello: &Digest) -> Secret {
        self.watch.derive(&self.secret.expander(), "c e traffic", hello)
    }

    /// For [`export`], before the handshake is done; over the ClientHello.
    pub fn early_exporter_master(&self, hello: &Digest) -> Secret {
        self.watch.derive(&self.secret.expander(), "e exp master", hello)
    }

    /// The second Extract: of what the key exchange agreed on.
    pub fn handshake(self, shared: &[u8]) -> HandshakeSecret {
        let salt = self.derived.unwrap_or_else(|| derived(&self.secret, &self.watch));
        let secret = next(&salt, "handshake", shared, &self.watch);
        HandshakeSecret { secret, watch: self.watch }
    }
}

/// The second Extract.
#[derive(Debug)]
pub struct HandshakeSecret {
    secret: Secret,
    watch: Watch,
}

impl HandshakeSecret {
    /// Protect each end's part of the handshake; over all up to ServerHello.
    pub fn traffic(&self, transcript: &Digest) -> Traffic {
        let secret = self.secret.expander();
        Traffic {
            client: self.watch.derive(&secret, "c hs traffic", transcript),
            server: self.watch.derive(&secret, "s hs traffic", transcript),
        }
    }

    /// The third Extract: of nothing.
    pub fn master(self) -> MasterSecret {
        let hash = self.secret.hash();
        let salt = derived(&self.secret, &self.watch);
        let secret = next(&salt, "master", zeros(hash), &self.watch);
        MasterSecret { secret, watch: self.watch }
    }
}

/// The third Extract.
#[derive(Debug)]
pub struct MasterSecret {
    secret: Secret,
    watch: Watch,
}

impl MasterSecret {
    /// Protect what each end sends; and for [`export`]. Over all up to the server's Finished.
    pub fn traffic(&self, transcript: &Digest) -> (Traffic, Secret) {
        let secret = self.secret.expander();
        let traffic = Traffic {
            client: self.watch.derive(&secret, "c ap traffic", transcript),
            server: self.watch.derive(&secret, "s ap traffic", transcript),
        };
        (traffic, self.watch.derive(&secret, "exp master", transcript))
    }

    /// For [`resumption_psk`]; over all up to the client's Finished.
    pub fn resumption_master(self, transcript: &Digest) -> Secret {
        self.watch.derive(&self.secret.expander(), "res master", transcript)
    }
}

/// The secrets of one step, by who sends under them.
#[derive(Debug)]
pub struct Traffic {
    /// The client's.
    pub client: Secret,
    /// The server's.
    pub server: Secret,
}

/// What stands between two Extracts.
fn derived(before: &Secret, watch: &Watch) -> Secret {
    watch.derive(&before.expander(), "derived", &before.hash().of(&[]))
}

/// The next Extract.
fn next(salt: &Secret, name: &'static str, input: &[u8], watch: &Watch) -> Secret {
    let secret = Secret::extract(salt.hash(), salt.octets(), input);
    watch.extract(name, salt.octets(), input, &secret);
    secret
}
// ANCHOR_END: schedule

/// The key that a ticket stands for (§4.6.1).
pub fn resumption_psk(resumption_master: &Secret, ticket_nonce: &[u8]) -> Secret {
    resumption_master.expand_secret("resumption", ticket_nonce)
}

/// Octets for another protocol, bound to this connection (§7.5): fills `out`.
pub fn export(exporter_master: &Secret, label: &str, context: &[u8], out: &mut [u8]) {
    let hash = exporter_master.hash();
    let secret = exporter_master.derive(label, &hash.of(&[]));
    secret.expand_label("exporter", hash.of(context).as_ref(), out);
}

/// The key and the initial vector of a traffic secret (§7.3). `key` is as long as the cipher wants.
pub fn traffic_key(traffic: &Secret, key: &mut [u8], iv: &mut [u8; 12]) {
    let traffic = traffic.expander();
    traffic.expand_label("key", &[], key);
    traffic.expand_label("iv", &[], iv);
}
