//! A key log: the secrets of a connection, for who captured its packets and may read them.
//!
//! The format is NSS's, which Wireshark reads: one line for each secret.
//!
//! ```text
//!   CLIENT_HANDSHAKE_TRAFFIC_SECRET <the ClientHello's random> <the secret>
//! ```
//!
//! | label                             | secret of §7.1                       |
//! |-----------------------------------|--------------------------------------|
//! | `CLIENT_EARLY_TRAFFIC_SECRET`     | client_early_traffic_secret          |
//! | `EARLY_EXPORTER_SECRET`           | early_exporter_master_secret         |
//! | `CLIENT_HANDSHAKE_TRAFFIC_SECRET` | client_handshake_traffic_secret      |
//! | `SERVER_HANDSHAKE_TRAFFIC_SECRET` | server_handshake_traffic_secret      |
//! | `CLIENT_TRAFFIC_SECRET_0`         | client_application_traffic_secret_0  |
//! | `SERVER_TRAFFIC_SECRET_0`         | server_application_traffic_secret_0  |
//! | `EXPORTER_SECRET`                 | exporter_master_secret               |
//!
//! Whoever has it reads the connection: it is written only where somebody asked for it.

use crate::{message::Random, schedule::Secret};
use wire::hex;

/// Somebody who may know the secrets.
pub trait KeyLog: Send + Sync {
    /// A secret was made. `line` is NSS's, without the end of the line.
    fn line(&self, line: &str);
}

/// NSS's line for a secret.
pub fn line(label: &str, client_random: &Random, secret: &Secret) -> String {
    format!("{label} {} {}", hex::encode(client_random), hex::encode(secret.octets()))
}
