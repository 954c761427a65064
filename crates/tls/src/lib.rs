//! TLS 1.3: two ends that never met agree on keys, and the server proves who it is.
//!
//! RFC 8446
//!
//! ```text
//!   record::Connection     octets of a TCP stream in, octets out        QUIC's packets
//!        │                                                                    │
//!        └──────────────────────────►  Handshake  ◄──────────────────────────┘
//!                                          │  messages in and out, by level
//!                 ┌────────────────────────┼───────────────────────┐
//!              message                 schedule                 config
//!              octets ↔ fields         secrets ↔ keys           certificates, tickets, policy
//! ```
//!
//! `Handshake` is the conversation: it takes and gives whole messages, says when a secret is
//! ready, and knows neither records nor packets. `record` carries it over a stream; QUIC carries
//! it in CRYPTO frames.
//!
//! Invariant: no input of a peer makes this crate panic, loop, or keep more than its [`Limits`]
//! say.
//!
//! Invariant: secrets are overwritten when they are dropped, as far as safe Rust can.
#![forbid(unsafe_code)]

mod alert;
mod basics;
mod config;
mod error;
mod exchange;
pub mod extension;
#[doc(hidden)]
pub mod fuzzing;
pub mod handshake;
pub mod keylog;
pub mod message;
pub mod record;
mod refusal;
pub mod schedule;
mod suite;
mod ticket;
mod timer;
mod trace;
mod vector;
mod verifier;

pub use alert::Alert;
pub use basics::{Level, Limits, Moment, Role};
pub use config::{
    CertificateQuery, CertificateResolver, CertificatesByName, CertifiedKey, ClientAuth,
    ClientConfig, ServerConfig, Signer,
};
pub use error::{Error, Misuse};
pub use exchange::{KeyExchange, KeyPair, RingExchange, SharedSecret};
pub use handshake::{EarlyData, Event, Handshake, Summary};
pub use keylog::KeyLog;
pub use refusal::Refusal;
pub use suite::{NamedGroup, SignatureScheme, Suite};
pub use ticket::{MemorySessions, MemoryTickets, Session, SessionStore, Ticket, TicketStore};
pub use verifier::{CertificateVerifier, Unverified};
pub use x509::ServerName;
