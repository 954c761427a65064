//! Which version of HTTP a connection speaks: over TLS the two ends agree on it in the handshake.
//!
//! RFC 7301, RFC 9112 §9.7, RFC 9113 §3.2
//!
//! | ALPN       | protocol | in the list because                          |
//! |------------|----------|----------------------------------------------|
//! | `h2`       | HTTP/2   | one connection serves many requests at once  |
//! | `http/1.1` | HTTP/1.x | everybody speaks it                          |
//! | none       | HTTP/1.x | whoever does not say speaks what was first   |
//!
//! This is the one place that knows; a further version is a further line here.
//!
//! Used by: [`Tls`](crate::Tls), which offers them; [`Secure`](super::Secure), which starts one.

/// What is spoken inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// HTTP/2.
    Http2,
    /// HTTP/1.0 and 1.1.
    Http1,
}

impl Protocol {
    /// What a server takes, the best first.
    const ALL: [Self; 2] = [Self::Http2, Self::Http1];

    /// The name in ALPN's registry.
    pub const fn alpn(self) -> &'static [u8] {
        match self {
            Self::Http2 => b"h2",
            Self::Http1 => b"http/1.1",
        }
    }

    /// The names of all, the best first; without HTTP/2 where it is not wanted.
    pub fn names(http2: bool) -> Vec<Vec<u8>> {
        let wanted = Self::ALL.iter().filter(|protocol| http2 || **protocol != Self::Http2);
        wanted.map(|protocol| protocol.alpn().to_vec()).collect()
    }

    /// What the handshake agreed on. A name that is not ours cannot come out of it.
    pub fn agreed(alpn: Option<&[u8]>) -> Self {
        let named = |protocol: &&Self| alpn == Some(protocol.alpn());
        Self::ALL.iter().find(named).copied().unwrap_or(Self::Http1)
    }
}
