//! One page, walked through the layers: what each version of HTTP pays for the same eight things.
//!
//! ```text
//!   a raw socket ─► HTTP/1.0 ─► HTTP/1.1 ─► pipelining, and the wall ─► the floors of a client
//!                                                ─► WebSocket ─► HTTPS ─► HTTP/2 ─► HTTP/3
//! ```
//!
//! Everything that is printed was done just before, on the loopback, by the stack itself; the round
//! trips and the octets are counted, not assumed.

pub(crate) mod conversation;
mod datagrams;
mod floors;
mod secure;
mod site;
mod socket;
mod stops;
mod streams;

pub use conversation::Cost;
pub use datagrams::Carried;
pub use secure::{Secured, Visit};
pub use socket::Talked;
pub use streams::{Head, Streamed};

use site::{Door, News};
use std::io::{self, Write};

/// Why the tour broke off.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The loopback or the terminal failed.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// Our own server sent what it must not.
    #[error("the answer is malformed: {0}")]
    Malformed(#[from] http1::Error),
    /// We asked for what cannot be asked.
    #[error("the request is malformed: {0}")]
    Misuse(#[from] http1::Misuse),
    /// A field that cannot be sent.
    #[error("{0}")]
    Field(#[from] http::InvalidField),
    /// The client's own errors.
    #[error("{0}")]
    Client(#[from] client::Error),
    /// The WebSocket broke off.
    #[error("{0}")]
    Talk(#[from] crate::talk::Error),
    /// TLS broke off.
    #[error("{0}")]
    Security(#[from] crate::security::Error),
    /// The streams broke off.
    #[error("{0}")]
    Streams(#[from] crate::streams::Error),
    /// QUIC or HTTP/3 broke off.
    #[error("HTTP/3 broke off: {0}")]
    Datagrams(String),
    /// The server has no certificate.
    #[error("{0}")]
    Identity(#[from] server::identity::IdentityError),
    /// The connection ended before the answer did.
    #[error("the connection ended before the answer did")]
    Ended,
}

/// What the stops found out, for tests and for the table at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Each version's name and what the page cost.
    pub costs: Vec<(&'static str, Cost)>,
    /// Behind a slow answer, in the order in which the answers came: where each was asked, and
    /// whether on the slow one's connection.
    pub order: Vec<(String, bool)>,
    /// What the WebSocket said and cost.
    pub talked: Talked,
    /// What TLS added, and what it hid.
    pub secured: Secured,
    /// What streams save.
    pub streamed: Streamed,
    /// What QUIC saves.
    pub carried: Carried,
}

/// Walks the page through every layer there is and tells it to `out`.
///
/// # Errors
/// See [`Error`].
pub fn run(out: &mut impl Write) -> Result<Report, Error> {
    let (door, news) = (Door::default(), News::default());
    let (tls, roots) = site::tls()?;
    let server = site::start(&door, &news, &tls)?;
    let Some(address) = server.addresses().first().copied() else { return Err(Error::Ended) };
    writeln!(out, "One page, from a socket up\n")?;
    writeln!(
        out,
        "The page is one document and the seven things it names: a style sheet, a script and\n\
         five pictures. The server runs in this process, on the loopback. Every number below was\n\
         counted while it happened.\n"
    )?;
    stops::socket(out, address)?;
    let mut costs = vec![("HTTP/1.0", stops::http10(out, address)?)];
    costs.push(("HTTP/1.1, kept alive", stops::http11(out, address)?));
    costs.push(("HTTP/1.1, pipelined", stops::pipelined(out, address)?));
    let order = stops::wall(out, address, &door)?;
    floors::walk(out, address)?;
    let talked = socket::talk(out, address, &news)?;
    let secured = secure::stop(out, secure_address(&server)?, roots.clone())?;
    let streamed = streams::stop(out, address, &door)?;
    let Some(datagrams) = server.http3_addresses().first().copied() else {
        return Err(Error::Ended);
    };
    let carried = datagrams::stop(out, datagrams, roots)?;
    let later = [
        ("HTTP/1.1 over TLS 1.3", secured.page),
        ("HTTP/2", streamed.page),
        ("HTTP/3", carried.page),
        ("HTTP/3, again", carried.again),
    ];
    stops::summary(out, &[&costs[..], &later].concat())?;
    server.stop()?;
    Ok(Report { costs, order, talked, secured, streamed, carried })
}

/// The stop HTTPS alone; with `octets`, every octet of a full handshake instead, opened by its key
/// log and explained.
///
/// # Errors
/// See [`Error`].
pub fn https(out: &mut impl Write, octets: bool) -> Result<(), Error> {
    let (tls, roots) = site::tls()?;
    let server = site::start(&Door::default(), &News::default(), &tls)?;
    let address = secure_address(&server)?;
    if octets {
        secure::octets(out, address, roots)?;
    } else {
        secure::stop(out, address, roots)?;
    }
    Ok(server.stop()?)
}

fn secure_address(server: &server::Running) -> Result<std::net::SocketAddr, Error> {
    server.tls_addresses().first().copied().ok_or(Error::Ended)
}
