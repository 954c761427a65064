//! HTTP/3 beside TLS: the same addresses, by UDP.
//!
//! RFC 9114 §3.1, RFC 7838 §3
//!
//! ```text
//!   https  TCP 443  TLS   HTTP/1, HTTP/2    Alt-Svc: h3=":443"
//!          UDP 443  QUIC  HTTP/3            ◄────────┘
//! ```
//!
//! Invariant: what Alt-Svc names is where we listen.

use super::{Shared, socket::Listener};
use crate::{
    Tls,
    quic::{QuicRunning, QuicServer, http3::Http3},
};
use quic::{ServerConfig, Transport};
use std::{io, net::SocketAddr, sync::Arc};

/// How long a client may remember where HTTP/3 is: a day, as RFC 7838 §3.1 has it by default.
const MAX_AGE: u32 = 24 * 3600;

/// Octets of the largest datagram (RFC 9297): whatever fits a path.
const DATAGRAM: u64 = 65_535;

/// How HTTP/3 is offered.
#[derive(Debug, Clone, Default)]
pub(crate) struct Offer {
    /// Whether everybody needs a token.
    pub(crate) retry: bool,
    /// Where clients shall move to.
    pub(crate) preferred: Vec<SocketAddr>,
}

impl Offer {
    /// Where those shall move to who came to `listener`, which must hear them there, too.
    fn preferred_at(&self, listener: SocketAddr) -> impl Iterator<Item = SocketAddr> {
        let covers = move |wanted: &&SocketAddr| {
            let anywhere = listener.ip().is_unspecified() && listener.is_ipv4() == wanted.is_ipv4();
            (anywhere || listener.ip() == wanted.ip())
                && [0, listener.port()].contains(&wanted.port())
        };
        let covered = self.preferred.iter().filter(covers);
        covered.map(move |wanted| SocketAddr::new(wanted.ip(), listener.port()))
    }

    /// What is preferred must be heard somewhere.
    fn check(&self, listeners: &[Listener]) -> io::Result<()> {
        let mut heard = Vec::new();
        for listener in listeners {
            if let Some((address, _)) = listener.door()? {
                heard.extend(self.preferred_at(address).map(|wanted| wanted.ip()));
            }
        }
        match self.preferred.iter().find(|wanted| !heard.contains(&wanted.ip())) {
            None => Ok(()),
            Some(deaf) => Err(io::Error::new(
                io::ErrorKind::InvalidInput,
                format!("clients cannot move to {deaf}: no listener with TLS covers it"),
            )),
        }
    }
}

/// Starts HTTP/3 wherever TLS is spoken, and has the others say so.
pub(super) fn start(
    shared: &Arc<Shared>,
    listeners: &[Listener],
    loops: usize,
    offer: &Offer,
) -> io::Result<Vec<QuicRunning>> {
    offer.check(listeners)?;
    let mut started = Vec::new();
    for listener in listeners {
        let Some((address, tls)) = listener.door()? else { continue };
        let running = match begin(shared, address, &tls, loops, offer) {
            // The kernel chose TCP's port, and somebody has that one of UDP: any other will do,
            // since Alt-Svc names it; unless it was to be told before it is known.
            Err(error)
                if error.kind() == io::ErrorKind::AddrInUse
                    && offer.preferred_at(address).next().is_none() =>
            {
                begin(shared, SocketAddr::new(address.ip(), 0), &tls, loops, offer)
            }
            begun => begun,
        };
        match running {
            Ok(running) => started.push(running),
            Err(error) => {
                started.iter().for_each(QuicRunning::stop);
                return Err(error);
            }
        }
    }
    // One port is told: whoever listens on several for the same name knows what they do.
    if let Some(address) = started.first().and_then(|running| running.addresses().first()) {
        let told = format!("h3=\":{}\"; ma={MAX_AGE}", address.port());
        let _ = shared.service.alternative.set(told.into());
    }
    Ok(started)
}

fn begin(
    shared: &Arc<Shared>,
    address: SocketAddr,
    tls: &Tls,
    loops: usize,
    offer: &Offer,
) -> io::Result<QuicRunning> {
    let limits = &shared.service.limits;
    let mut config = ServerConfig::new(tls.http3().clone());
    config.transport = Arc::new(Transport {
        bidirectional_streams: limits.http3.streams.into(),
        unidirectional_streams: limits.http3.unidirectional.into(),
        max_datagram_frame_size: DATAGRAM,
        ..Transport::default()
    });
    offer.preferred_at(address).for_each(|wanted| config.prefer(wanted));
    let (shared, grace) = (shared.clone(), limits.grace);
    QuicServer::waking(config, move |wake| Box::new(Http3::new(&shared, wake)))
        .threads(loops)
        .grace(grace)
        .retry(offer.retry)
        .listen(address)
        .start()
}
