//! What an end of a connection can do and wants: shared by all its connections.
//!
//! ```text
//!   ClientConfig   whom to believe, what to speak, tickets from before, who we are if asked
//!   ServerConfig   certificates by name, what to speak, tickets, whom to ask
//! ```
//!
//! Invariant: a configuration holds no state of a connection; what it shares is behind `Arc`.

mod client;
mod identity;
mod server;

pub use client::ClientConfig;
pub use identity::{
    CertificateQuery, CertificateResolver, CertificatesByName, CertifiedKey, Signer,
};
pub use server::{ClientAuth, ServerConfig};
