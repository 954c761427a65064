//! What must hold for any input; fuzz targets and the replay of their seeds call these.

use crate::{
    Datagram, Ecn, Link, Network, Node, Verdict,
    tcp::{Config, Connection, ConnectionId, Endpoint, Flags, Limits, Options, Segment},
};
use std::{
    net::{IpAddr, SocketAddr},
    time::{Duration, Instant},
};

const CLIENT: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 1));
const SERVER: IpAddr = IpAddr::V4(std::net::Ipv4Addr::new(10, 0, 0, 2));

/// Octets taken as numbers, zero when there are none left.
struct Script<'a>(&'a [u8]);

impl Script<'_> {
    fn octet(&mut self) -> Option<u8> {
        let (first, rest) = self.0.split_first()?;
        self.0 = rest;
        Some(*first)
    }

    fn short(&mut self) -> u16 {
        u16::from_be_bytes([self.octet().unwrap_or(0), self.octet().unwrap_or(0)])
    }
}

fn limits() -> Limits {
    Limits { send_buffer: 8192, receive_buffer: 8192, connections: 8, ..Limits::default() }
}

fn config(bits: u8) -> Config {
    let algorithm =
        if bits & 1 == 0 { crate::tcp::Algorithm::Cubic } else { crate::tcp::Algorithm::NewReno };
    Config {
        algorithm,
        sack: bits & 2 == 0,
        ecn: bits & 4 != 0,
        nagle: bits & 8 != 0,
        mss: if bits & 16 == 0 { 500 } else { 50 },
        ..Config::default()
    }
}

/// What one connection may hold, whatever came.
fn check_bounds(connection: &Connection) {
    let limits = limits();
    let held = connection.readable() + connection.figures().held;
    assert!(held <= limits.receive_buffer, "{held} octets are kept");
    assert!(connection.unsent() <= limits.send_buffer, "{} wait", connection.unsent());
}

/// An endpoint that gets any segments, written near what it expects so that many are acceptable,
/// and any calls: it never panics, never keeps more than its limits, never sends without end.
pub fn check_tcp(octets: &[u8]) {
    let mut script = Script(octets);
    let mut now = Instant::now();
    let config = config(script.octet().unwrap_or(0));
    let mut endpoint = Endpoint::with_limits(SERVER, config, limits(), 1);
    endpoint.listen(80);
    let peer = SocketAddr::new(CLIENT, 5000);
    let here = SocketAddr::new(SERVER, 80);
    // What the endpoint last said: what it expects, and where it stands.
    let (mut expects, mut stands) = (0_u32, 0_u32);
    while let Some(operation) = script.octet() {
        let ids = endpoint.connections().map(|(id, _)| id).collect::<Vec<_>>();
        let first = ids.first().copied();
        match operation % 8 {
            0..=3 => {
                let payload = segment(&mut script, expects, stands);
                let ecn = Ecn::from_bits(operation >> 6);
                endpoint.receive(Datagram { from: peer, to: here, ecn, payload }, now);
            }
            4 => now += Duration::from_millis(u64::from(script.short())),
            5 => with(&mut endpoint, first, |one| {
                one.write(&vec![operation; usize::from(operation)]);
            }),
            6 => with(&mut endpoint, first, |one| {
                one.read(usize::from(operation));
            }),
            _ => match operation >> 5 {
                0 => with(&mut endpoint, first, Connection::close),
                1 => with(&mut endpoint, first, Connection::abort),
                2 => drop(first.and_then(|id| endpoint.remove(id))),
                3 => drop(endpoint.connect(peer)),
                4 => drop(endpoint.accept()),
                _ => with(&mut endpoint, first, |one| while one.poll_event().is_some() {}),
            },
        }
        if endpoint.next_timeout().is_some_and(|at| at <= now) {
            endpoint.handle_timeout(now);
        }
        let mut sent = 0;
        while let Some(one) = endpoint.transmit(now) {
            sent += 1;
            assert!(sent < 100_000, "it sends without end");
            if one.payload.flags.ack {
                expects = one.payload.acknowledgment;
            }
            stands = one.payload.sequence;
        }
        endpoint.connections().for_each(|(_, one)| check_bounds(one));
    }
}

fn with(endpoint: &mut Endpoint, id: Option<ConnectionId>, call: impl FnOnce(&mut Connection)) {
    if let Some(one) = id.and_then(|id| endpoint.get_mut(id)) {
        call(one);
    }
}

/// A segment near what the endpoint expects.
fn segment(script: &mut Script<'_>, expects: u32, stands: u32) -> Segment {
    let bits = script.octet().unwrap_or(0);
    let bit = |at: u8| bits & (1 << at) != 0;
    let near = |base: u32, by: u16| base.wrapping_add(u32::from(by)).wrapping_sub(1 << 12);
    let sequence = if bit(6) { near(expects, script.short()) } else { expects };
    let acknowledgment = if bit(7) { near(stands, script.short()) } else { stands };
    let flags =
        Flags { syn: bit(0), ack: !bit(1), fin: bit(2), rst: bit(3), ece: bit(4), cwr: bit(5) };
    let more = script.octet().unwrap_or(0);
    let mut options = Options::default();
    if flags.syn {
        options.mss = (more & 1 == 0).then(|| script.short());
        options.window_scale = (more & 2 == 0).then_some(more >> 3);
        options.sack_permitted = more & 4 == 0;
    }
    for _ in 0..(more >> 6) {
        options.sack.push((near(stands, script.short()), near(stands, script.short())));
    }
    let data = vec![more; usize::from(more & 0x3f) * 8];
    Segment {
        sequence,
        acknowledgment,
        flags,
        window: script.short(),
        options,
        data,
        damaged: false,
    }
}

/// Two endpoints and a network of which each octet decides the fate of one segment: lost, late,
/// twice by being late, damaged. When the octets are used up the network is good; then everything
/// written has arrived, in order and whole.
pub fn check_tcp_transfer(octets: &[u8]) {
    let mut script = Script(octets);
    let (ours, theirs) = (script.octet().unwrap_or(0), script.octet().unwrap_or(0));
    let length = usize::from(script.short() % 20_000);
    // A filter lives as long as its network, which the borrowed octets need not.
    let mut fates = Vec::from(script.0).into_iter();
    let mut network = Network::new(1);
    let (a, b) = (network.attach(0, "client", CLIENT), network.attach(1, "server", SERVER));
    let link = Link::new().delay(Duration::from_millis(20)).rate(20_000_000);
    network.connect(a, b, link);
    network.filter(move |one: &mut Datagram<Segment>| match fates.next().unwrap_or(0) {
        fate if fate < 128 => Verdict::Pass,
        fate if fate < 192 => Verdict::Drop,
        fate if fate < 224 => Verdict::Hold(Duration::from_millis(u64::from(fate & 31) * 16)),
        fate if fate < 240 => {
            one.payload.damaged = true;
            Verdict::Pass
        }
        _ => {
            one.ecn = Ecn::Ce;
            Verdict::Pass
        }
    });
    // As long as the script can lose, nobody gives up.
    let limits = Limits { retries: u32::MAX, syn_retries: u32::MAX, ..limits() };
    let mut client = Endpoint::with_limits(CLIENT, config(ours), limits, 1);
    let mut server = Endpoint::with_limits(SERVER, config(theirs), limits, 2);
    server.listen(80);
    let Some(id) = client.connect((SERVER, 80).into()) else { return };
    let text =
        (0..length).map(|n| n.to_le_bytes().iter().fold(7, |a, b| a ^ b)).collect::<Vec<_>>();
    let (mut left, mut heard, mut accepted) = (text.as_slice(), Vec::new(), None);
    loop {
        let went = network.step(&mut [&mut client, &mut server]);
        assert!(matches!(went, Ok(true)), "{went:?} with {} heard of {length}", heard.len());
        with(&mut client, Some(id), |one| {
            assert_eq!(one.error(), None);
            let taken = one.write(left);
            left = left.get(taken..).unwrap_or_default();
            if left.is_empty() && one.state().is_synchronized() {
                one.close();
            }
        });
        accepted = accepted.or_else(|| server.accept());
        let mut finished = false;
        with(&mut server, accepted, |one| {
            heard.extend(one.read(usize::MAX));
            finished = one.is_finished();
        });
        if finished {
            break;
        }
    }
    assert!(heard == text, "{} octets were read, {length} written", heard.len());
}
