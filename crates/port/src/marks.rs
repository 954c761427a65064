//! The two bits of RFC 3168, as the socket says them and as the transport does.

use quic::acks::Ecn;
use sockets::udp::Ecn as Mark;

/// What a datagram says; nothing where the system does not tell.
pub(crate) const fn inward(mark: Option<Mark>) -> Ecn {
    match mark {
        Some(Mark::Ect0) => Ecn::Ect0,
        Some(Mark::Ect1) => Ecn::Ect1,
        Some(Mark::Ce) => Ecn::Ce,
        Some(Mark::NotEct) | None => Ecn::NotEct,
    }
}

/// What a datagram is to say.
pub(crate) const fn outward(ecn: Ecn) -> Option<Mark> {
    match ecn {
        Ecn::Ect0 => Some(Mark::Ect0),
        Ecn::Ect1 => Some(Mark::Ect1),
        Ecn::Ce => Some(Mark::Ce),
        Ecn::NotEct => None,
    }
}
