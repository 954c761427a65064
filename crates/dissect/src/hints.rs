//! What somebody knows of some octets, beside the octets.

use crate::KeyLog;

/// Secrets, and what stands in other packets of the same connection. By default nothing is known.
#[derive(Debug, Clone, Default)]
pub struct Hints {
    /// What opens sealed records and packets.
    pub keys: KeyLog,
    /// The Destination Connection ID of the client's first QUIC packet: Initial packets are sealed
    /// with what is made of it (RFC 9001 §5.2). Without it, what an Initial packet says itself is
    /// tried, which is right for a client's first flight.
    pub destination: Option<Vec<u8>>,
    /// Octets of the connection ID in short heads, which do not say it; unsaid, as in the long head
    /// before it, or 8.
    pub id_length: Option<usize>,
    /// The highest packet number that came before: packets have only the end of theirs (RFC 9000
    /// §17.1).
    pub number: Option<u64>,
    /// The encoder stream of QPACK, behind its type: what a field section refers to (RFC 9204
    /// §4.3).
    pub encoder_stream: Option<Vec<u8>>,
}
