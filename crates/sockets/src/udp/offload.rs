//! The way of Linux: batches, segments, and control messages.
//!
//! udp(7), ip(7), ipv6(7)
//!
//! | ability         | asked for by                          | said in the control message   |
//! |-----------------|---------------------------------------|-------------------------------|
//! | segmentation    | (probed)                              | UDP_SEGMENT, u16              |
//! | coalescing      | UDP_GRO                               | UDP_GRO, int                  |
//! | congestion bits | IP_RECVTOS, IPV6_RECVTCLASS           | IP_TOS, IPV6_TCLASS           |
//! | our address     | IP_PKTINFO, IPV6_RECVPKTINFO          | IP_PKTINFO, IPV6_PKTINFO      |
//! | no fragments    | IP_MTU_DISCOVER, IPV6_MTU_DISCOVER    |                               |
//!
//! A dual-stack socket is asked twice, for IPv4's packets keep IPv4's messages on it.

use super::{Abilities, Batch, Ecn, Transmit, UdpSocket, batch::Found};
use crate::sys::{
    address::RawAddress,
    linux::{
        control::{Control, Item},
        message::{self, BATCH, Label, Outgoing},
    },
    number::{
        EIO, IP_MTU_DISCOVER, IP_PKTINFO, IP_PMTUDISC_PROBE, IP_RECVTOS, IP_TOS, IPPROTO_IP,
        IPPROTO_IPV6, IPV6_MTU_DISCOVER, IPV6_PKTINFO, IPV6_RECVPKTINFO, IPV6_RECVTCLASS,
        IPV6_TCLASS, SOL_UDP, UDP_GRO, UDP_SEGMENT,
    },
    option::{Name, set},
};
use std::{
    io,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    os::fd::AsFd,
    sync::atomic::Ordering,
};

/// Switches on what there is.
pub(super) fn probe(socket: &std::net::UdpSocket, is_v6: bool) -> Abilities {
    let ask = |level, name, value: i32| set(socket.as_fd(), Name(level, name), value).is_ok();
    // The family's own option decides; IPv4's on an IPv6 socket is for the mapped addresses.
    let both = |v4, v6, value| {
        let mapped = ask(IPPROTO_IP, v4, value);
        if is_v6 { ask(IPPROTO_IPV6, v6, value) } else { mapped }
    };
    Abilities {
        batches: true,
        // Zero means no segmentation: a kernel that knows the option takes it.
        segmentation: ask(SOL_UDP, UDP_SEGMENT, 0),
        coalescing: ask(SOL_UDP, UDP_GRO, 1),
        ecn: both(IP_RECVTOS, IPV6_RECVTCLASS, 1),
        destination: both(IP_PKTINFO, IPV6_RECVPKTINFO, 1),
        dont_fragment: both(IP_MTU_DISCOVER, IPV6_MTU_DISCOVER, IP_PMTUDISC_PROBE),
    }
}

/// Sends one transmit; answers how many of its octets went out.
pub(super) fn send(socket: &UdpSocket, transmit: &Transmit<'_>) -> io::Result<usize> {
    if transmit.is_segmented() && !socket.segmentation.load(Ordering::Relaxed) {
        return send_apart(socket, transmit);
    }
    match message::send(socket.as_fd(), &[prepare(socket, transmit, transmit.octets)]) {
        Ok(_) => Ok(transmit.octets.len()),
        // Segments need a network card that makes their checksums; some cannot, and say so late.
        Err(error) if error.raw_os_error() == Some(EIO) && transmit.is_segmented() => {
            socket.segmentation.store(false, Ordering::Relaxed);
            send_apart(socket, transmit)
        }
        Err(error) => Err(error),
    }
}

/// Sends the first of `transmits` in one call; answers how many went.
pub(super) fn send_some(socket: &UdpSocket, transmits: &[Transmit<'_>]) -> io::Result<usize> {
    const NOTHING: Outgoing<'_> = Outgoing { address: None, octets: &[], control: Control::EMPTY };
    let Some(first) = transmits.first() else { return Ok(0) };
    let segmentation = socket.segmentation.load(Ordering::Relaxed);
    let whole = |one: &&Transmit<'_>| one.admit().is_ok() && (segmentation || !one.is_segmented());
    let mut list = [NOTHING; BATCH];
    let mut count = 0;
    for (outgoing, transmit) in list.iter_mut().zip(transmits.iter().take_while(whole)) {
        *outgoing = prepare(socket, transmit, transmit.octets);
        count += 1;
    }
    let sent = match count {
        0 => return socket.send(first).map(|_| 1),
        _ => message::send(socket.as_fd(), list.get(..count).unwrap_or_default()),
    };
    match sent {
        // The first one may not have been cut: alone it finds its way.
        Err(error) if error.raw_os_error() == Some(EIO) => socket.send(first).map(|_| 1),
        other => other,
    }
}

/// Sends the datagrams of one transmit each on its own; answers how many octets went.
pub(super) fn send_apart(socket: &UdpSocket, transmit: &Transmit<'_>) -> io::Result<usize> {
    let mut sent = 0;
    for datagram in transmit.datagrams() {
        let alone = Transmit { segment: None, ..*transmit };
        match message::send(socket.as_fd(), &[prepare(socket, &alone, datagram)]) {
            Ok(_) => sent += datagram.len(),
            Err(error) if sent == 0 => return Err(error),
            Err(_) => break,
        }
    }
    Ok(sent)
}

fn prepare<'a>(socket: &UdpSocket, transmit: &Transmit<'a>, octets: &'a [u8]) -> Outgoing<'a> {
    let mut control = Control::EMPTY;
    // The packet's family, which need not be the socket's.
    let is_v4 = match transmit.destination {
        Some(address) => super::inward(address).is_ipv4(),
        None => !socket.is_v6,
    };
    if let Some(ecn) = transmit.ecn {
        let (level, kind) = if is_v4 { (IPPROTO_IP, IP_TOS) } else { (IPPROTO_IPV6, IPV6_TCLASS) };
        control.push(level, kind, &(ecn as i32).to_ne_bytes());
    }
    if let Some(length) = transmit.segment.filter(|_| transmit.is_segmented()) {
        let length = u16::try_from(length).unwrap_or(u16::MAX);
        control.push(SOL_UDP, UDP_SEGMENT, &length.to_ne_bytes());
    }
    match transmit.source.map(|source| source.to_canonical()) {
        Some(IpAddr::V4(source)) if is_v4 => {
            // struct in_pktinfo: interface, our address, (of receipts) their destination.
            let mut info = [0; 12];
            let [_, _, _, _, address @ .., _, _, _, _] = &mut info;
            *address = source.octets();
            control.push(IPPROTO_IP, IP_PKTINFO, &info);
        }
        Some(IpAddr::V6(source)) if !is_v4 => {
            // struct in6_pktinfo: our address, interface.
            let mut info = [0; 20];
            let [address @ .., _, _, _, _] = &mut info;
            *address = source.octets();
            control.push(IPPROTO_IPV6, IPV6_PKTINFO, &info);
        }
        // A source of the other family cannot be: the kernel chooses.
        _ => {}
    }
    let address = transmit.destination.map(|address| RawAddress::encode(&socket.outward(address)));
    Outgoing { address, octets, control }
}

/// Receives what is there in one call.
pub(super) fn receive(socket: &UdpSocket, batch: &mut Batch) -> io::Result<usize> {
    let Batch { slots, labels, found, .. } = batch;
    let count = message::receive(socket.as_fd(), slots, labels)?;
    for label in labels.iter().take(count) {
        found.push(understand(label)?);
    }
    Ok(count)
}

fn understand(label: &Label) -> io::Result<Found> {
    let mut found = Found {
        source: label.address.decode()?,
        destination: None,
        ecn: None,
        stride: None,
        length: label.length,
        truncated: label.truncated,
    };
    for item in label.control.items() {
        match (item.level, item.kind) {
            (IPPROTO_IP, IP_TOS) | (IPPROTO_IPV6, IPV6_TCLASS) => {
                let [low, ..] = item.number().unwrap_or_default().to_le_bytes();
                found.ecn = Some(Ecn::from_bits(low));
            }
            (SOL_UDP, UDP_GRO) => {
                found.stride = item.number().and_then(|length| usize::try_from(length).ok());
            }
            (IPPROTO_IP, IP_PKTINFO) => found.destination = v4_destination(&item),
            // On a dual-stack socket IPv4's packets have both, and IPv6's says nothing true.
            (IPPROTO_IPV6, IPV6_PKTINFO) if !is_v4(found.source) => {
                found.destination = v6_destination(&item);
            }
            _ => {}
        }
    }
    Ok(found)
}

fn is_v4(address: SocketAddr) -> bool {
    super::inward(address).is_ipv4()
}

fn v4_destination(item: &Item<'_>) -> Option<IpAddr> {
    let octets = item.data.get(8..)?.first_chunk::<4>()?;
    Some(Ipv4Addr::from(*octets).into())
}

fn v6_destination(item: &Item<'_>) -> Option<IpAddr> {
    let octets = item.data.first_chunk::<16>()?;
    Some(Ipv6Addr::from(*octets).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::udp::UdpOptions;

    /// A network card that refuses cannot be had on loopback; that the socket remembers can.
    #[test]
    fn once_refused_segments_go_out_apart() {
        let local = "127.0.0.1:0".parse().unwrap();
        let from = UdpSocket::bind(local, &UdpOptions::default()).unwrap();
        let to = UdpSocket::bind(local, &UdpOptions { offload: false, ..UdpOptions::default() });
        let to = to.unwrap();
        from.segmentation.store(false, Ordering::Relaxed);
        assert!(!from.abilities().segmentation);
        let address = to.as_std().local_addr().unwrap();
        let transmit =
            Transmit { ecn: Some(Ecn::Ect0), ..Transmit::to(address, b"abcdefgh").segmented(3) };
        assert_eq!(from.send(&transmit).unwrap(), 8);
        assert_eq!(from.send_batch(&[transmit, Transmit::to(address, b"z")]).unwrap(), 2);
        let mut batch = Batch::new(1, 100);
        for expected in ["abc", "def", "gh", "abc", "def", "gh", "z"] {
            to.receive(&mut batch).unwrap();
            assert_eq!(batch.iter_mut().next().unwrap().octets, expected.as_bytes());
        }
    }

    /// On a dual-stack socket the kernel says both, and IPv6's word for an IPv4 packet is `::ffff:`
    /// and zeros: whichever comes first, IPv4's is believed.
    #[test]
    fn of_two_destinations_the_packets_own_family_is_believed() {
        let mut v4 = [0; 12];
        v4[8..].copy_from_slice(&[127, 9, 9, 9]);
        let mut v6 = [0; 20];
        v6[..16].copy_from_slice(&Ipv4Addr::UNSPECIFIED.to_ipv6_mapped().octets());
        let both = [(IPPROTO_IP, IP_PKTINFO, &v4[..]), (IPPROTO_IPV6, IPV6_PKTINFO, &v6[..])];
        for order in [[0, 1], [1, 0]] {
            let source = "[::ffff:127.0.0.1]:7".parse().unwrap();
            let mut label = Label { address: RawAddress::encode(&source).0, ..Label::EMPTY };
            for (level, kind, data) in order.map(|place: usize| both[place]) {
                label.control.push(level, kind, data);
            }
            let found = understand(&label).unwrap();
            assert_eq!(found.destination, Some(Ipv4Addr::new(127, 9, 9, 9).into()));
        }
    }
}
