//! Endpoints: what is routed, and what strangers get (RFC 9000 §5.2, §6, §8.1, §10.3).
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

use quic::{
    ClientConfig, Closed, Endpoint, EndpointLimits, Event, FourTuple, Handle, Received,
    ServerConfig, Transmit,
    acks::Ecn,
    endpoint::Identifiers,
    error::TransportError,
    packet::{MIN_DATAGRAM, Packet, RESET_SHORTEST, encode_retry},
    stream::Direction,
    token::TokenKey,
    version::Version,
};
use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};
use tls::{
    Moment,
    fuzzing::stage::{self, Stage},
};
use wire::{Random, Reader, Scripted, UnixTime};

fn address(last: u8, port: u16) -> SocketAddr {
    SocketAddr::from(([10, 0, 0, last], port))
}

fn moment(now: Instant) -> Moment {
    Moment { instant: now, time: UnixTime(stage::moment().time.0) }
}

fn endpoint(seed: u64, limits: EndpointLimits) -> Endpoint {
    let mut seed = Scripted(seed);
    let entropy = Box::new(move || {
        let one: Box<dyn Random + Send> = Box::new(Scripted(seed.next_u64()));
        one
    });
    Endpoint::new(Arc::new(TokenKey::new(&[7; 32]).unwrap()), limits, entropy)
}

/// A server, any number of clients, and no network between them.
struct World {
    server: Endpoint,
    stage: Stage,
    now: Instant,
    transmit: Transmit,
}

/// What a client's end is in these tests: an endpoint of its own, at an address of its own.
struct Client {
    endpoint: Endpoint,
    handle: Handle,
    path: FourTuple,
    heard: Vec<Event>,
}

impl World {
    fn new(always_retry: bool, limits: EndpointLimits) -> Self {
        let stage = Stage::plain();
        let mut server = endpoint(1, limits);
        server.serve(ServerConfig::new(Arc::new(stage.server.clone())), always_retry);
        Self { server, stage, now: Instant::now(), transmit: Transmit::new(1) }
    }

    fn client(&self, last: u8, token: Vec<u8>) -> Client {
        self.client_of(100 + u64::from(last), last, token)
    }

    fn client_of(&self, seed: u64, last: u8, token: Vec<u8>) -> Client {
        let mut endpoint = endpoint(seed, EndpointLimits::default());
        let config = ClientConfig::new(Arc::new(self.stage.client.clone()));
        let path = FourTuple { local: address(last, 5000), remote: address(1, 443) };
        let name = stage::name();
        let handle = endpoint.connect(&config, name, path, token, moment(self.now)).unwrap();
        Client { endpoint, handle, path, heard: Vec::new() }
    }

    /// The client's next datagram, if it has one.
    fn says(&mut self, client: &mut Client) -> Option<Vec<u8>> {
        let connection = client.endpoint.get_mut(client.handle)?;
        let some = connection.poll_transmit(self.now, &mut self.transmit);
        some.then(|| self.transmit.octets.clone())
    }

    /// What the server makes of a datagram, and what it answers without a connection.
    fn give(&mut self, from: SocketAddr, octets: &[u8]) -> (Received, Vec<u8>) {
        let path = FourTuple { local: address(1, 443), remote: from };
        let (mut octets, mut answer) = (octets.to_vec(), Vec::new());
        let now = moment(self.now);
        let received = self.server.receive(path, Ecn::NotEct, &mut octets, now, &mut answer);
        if let Received::Connection(handle) | Received::Accepted(handle) = received {
            self.server.settle(handle, now);
        }
        (received, answer)
    }

    fn hears(&self, client: &mut Client, octets: &[u8]) {
        let mut octets = octets.to_vec();
        let now = moment(self.now);
        client.endpoint.receive(client.path, Ecn::NotEct, &mut octets, now, &mut Vec::new());
        while let Some(event) =
            client.endpoint.get_mut(client.handle).and_then(quic::Connection::poll_event)
        {
            client.heard.push(event);
        }
        client.endpoint.settle(client.handle, now);
    }

    /// Lets both talk until neither has anything to say; the server's events are dropped.
    fn talk(&mut self, client: &mut Client) {
        for _ in 0..100 {
            let mut quiet = true;
            while let Some(octets) = self.says(client) {
                quiet = false;
                let (_, answer) = self.give(client.path.local, &octets);
                if !answer.is_empty() {
                    self.hears(client, &answer);
                }
            }
            let handles: Vec<_> = self.server.handles().collect();
            for handle in handles {
                while self.server.get_mut(handle).is_some_and(|connection| {
                    while connection.poll_event().is_some() {}
                    connection.path().remote == client.path.local
                        && connection.poll_transmit(self.now, &mut self.transmit)
                }) {
                    quiet = false;
                    let octets = self.transmit.octets.clone();
                    self.hears(client, &octets);
                }
                self.server.settle(handle, moment(self.now));
            }
            if quiet {
                break;
            }
            self.now += Duration::from_millis(10);
        }
    }
}

fn connected(client: &Client) -> bool {
    client.heard.iter().any(|event| matches!(event, Event::Connected(_)))
}

#[test]
fn connections_are_found_by_their_ids_and_forgotten_when_they_are_gone() {
    let mut world = World::new(false, EndpointLimits::default());
    let mut clients = [2, 3, 4].map(|last| world.client(last, Vec::new()));
    for client in &mut clients {
        world.talk(client);
        assert!(connected(client));
    }
    assert_eq!((world.server.len(), world.server.half_open()), (3, 0));
    for client in &mut clients {
        let connection = client.endpoint.get_mut(client.handle).unwrap();
        let stream = connection.open(Direction::Bidirectional).unwrap();
        connection.send(stream, b"hello").unwrap();
        connection.close(0, b"done");
        world.talk(client);
    }
    // Closing and draining last three probe timeouts.
    world.now += Duration::from_secs(60);
    let handles: Vec<_> = world.server.handles().collect();
    for handle in handles {
        world.server.get_mut(handle).unwrap().handle_timeout(world.now);
        assert!(!world.server.settle(handle, moment(world.now)));
        assert!(world.server.get_mut(handle).is_none());
    }
    assert!(world.server.is_empty());
}

#[test]
fn s8_1_2_no_state_before_a_token() {
    let mut world = World::new(true, EndpointLimits::default());
    let mut client = world.client(2, Vec::new());
    let first = world.says(&mut client).unwrap();
    let (received, retry) = world.give(client.path.local, &first);
    assert_eq!((received, world.server.len()), (Received::Answered, 0));
    assert!(retry.len() < first.len());
    world.hears(&mut client, &retry);
    let second = world.says(&mut client).unwrap();
    // Another address, another port, and a minute later: the token is good for none of them.
    for from in [address(9, 5000), address(2, 5001)] {
        assert_eq!(world.give(from, &second).0, Received::Answered);
    }
    assert_eq!(world.server.len(), 0);
    assert!(matches!(world.give(client.path.local, &second).0, Received::Accepted(_)));
    assert_eq!(world.server.half_open(), 0, "its address is known");
    world.talk(&mut client);
    assert!(connected(&client));
}

/// How the server ended it, at the client.
fn told(client: &Client) -> Option<TransportError> {
    client.heard.iter().find_map(|event| match event {
        Event::Closed(Closed::Transport { code, .. }) => Some(*code),
        _ => None,
    })
}

/// What a client says whose Retry's token was changed.
fn with_another_token(world: &mut World, change: impl Fn(&mut [u8])) -> Client {
    let mut client = world.client(2, Vec::new());
    let first = world.says(&mut client).unwrap();
    let Ok(Packet::Protected(head)) = Packet::read(&mut Reader::new(&first), 8) else { panic!() };
    let (received, retry) = world.give(client.path.local, &first);
    assert_eq!(received, Received::Answered);
    let Ok(Packet::Retry(packet)) = Packet::read(&mut Reader::new(&retry), 8) else { panic!() };
    let mut token = retry[packet.token.clone()].to_vec();
    change(&mut token);
    // The Retry that the client believes is whole.
    let (mut other, ids) = (Vec::new(), [&packet.destination, &packet.source]);
    encode_retry(&mut other, Version::V1, ids, &head.destination, &token);
    world.hears(&mut client, &other);
    client
}

#[test]
fn s8_1_3_a_token_of_a_retry_that_is_not_good_is_told() {
    let mut world = World::new(true, EndpointLimits::default());
    let changes: [fn(&mut [u8]); 4] = [
        |token| token[4] ^= 1,
        |token| token[40] ^= 1,
        |token| *token.last_mut().unwrap() ^= 0x80,
        // As if it were from another key.
        |token| token[4..].fill(9),
    ];
    for change in changes {
        let mut client = with_another_token(&mut world, change);
        world.talk(&mut client);
        assert_eq!(told(&client), Some(TransportError::INVALID_TOKEN), "{:?}", client.heard);
        assert_eq!(world.server.len(), 0, "nothing is kept");
    }
    // It came too late.
    let mut client = with_another_token(&mut world, |_| ());
    let second = world.says(&mut client).unwrap();
    let later = Moment { instant: world.now, time: stage::moment().time.plus_seconds(60) };
    let path = FourTuple { local: address(1, 443), remote: client.path.local };
    let mut answer = Vec::new();
    let received = world.server.receive(path, Ecn::NotEct, &mut second.clone(), later, &mut answer);
    assert_eq!(received, Received::Answered);
    world.hears(&mut client, &answer);
    assert_eq!(told(&client), Some(TransportError::INVALID_TOKEN));
    // Good as it is, it goes on.
    let mut client = with_another_token(&mut world, |_| ());
    world.talk(&mut client);
    assert!(connected(&client));
}

#[test]
fn s8_1_3_a_token_that_means_nothing_is_as_none() {
    let mut world = World::new(false, EndpointLimits::default());
    for (last, token) in (2..).zip([vec![0], b"somebody else's".to_vec(), vec![0xff; 300]]) {
        let mut client = world.client(last, token);
        world.talk(&mut client);
        assert!(connected(&client));
    }
}

#[test]
fn s20_1_who_finds_no_room_is_refused() {
    let mut limits = EndpointLimits::default();
    limits.connections = 1;
    let mut world = World::new(false, limits);
    let mut first = world.client(2, Vec::new());
    world.talk(&mut first);
    let mut second = world.client(3, Vec::new());
    let hello = world.says(&mut second).unwrap();
    let (received, refusal) = world.give(second.path.local, &hello);
    assert_eq!(received, Received::Answered);
    assert!(refusal.len() < 100);
    world.hears(&mut second, &refusal);
    assert_eq!(told(&second), Some(TransportError::CONNECTION_REFUSED));
    assert!(connected(&first));
    // A courtesy, not a duty.
    let answers = (0..1000).filter(|_| world.give(address(9, 9), &hello).0 != Received::Dropped);
    assert!(answers.count() < 200);
    assert_eq!(world.server.len(), 1);
}

#[test]
fn s8_1_3_a_token_of_before_needs_no_retry() {
    let mut world = World::new(true, EndpointLimits::default());
    let mut client = world.client(2, Vec::new());
    world.talk(&mut client);
    let token = client.heard.iter().find_map(|event| match event {
        Event::NewToken(token) => Some(token.clone()),
        _ => None,
    });
    let mut again = world.client(2, token.unwrap());
    let first = world.says(&mut again).unwrap();
    assert!(matches!(world.give(again.path.local, &first).0, Received::Accepted(_)));
    assert_eq!(world.server.len(), 2);
}

#[test]
fn s6_1_another_version_is_answered_with_ours() {
    let mut world = World::new(false, EndpointLimits::default());
    let mut strange = vec![0xc0, 0x12, 0x34, 0x56, 0x78, 8, 1, 2, 3, 4, 5, 6, 7, 8, 2, 9, 10];
    strange.resize(MIN_DATAGRAM - 1, 0);
    assert_eq!(world.give(address(2, 1), &strange).0, Received::Dropped, "too short to amplify");
    strange.push(0);
    let (received, answer) = world.give(address(2, 1), &strange);
    assert_eq!(received, Received::Answered);
    let Ok(Packet::VersionNegotiation(packet)) = Packet::read(&mut Reader::new(&answer), 2) else {
        panic!("{answer:02x?}");
    };
    assert_eq!(answer[packet.destination.clone()], [9, 10]);
    assert_eq!(answer[packet.source.clone()], [1, 2, 3, 4, 5, 6, 7, 8]);
    let versions: Vec<_> = packet.versions(&answer).collect();
    assert!(versions.contains(&Version::V1) && versions.contains(&Version::V2));
    // A courtesy, not a duty.
    let answers = (0..1000).filter(|_| world.give(address(2, 1), &strange).0 != Received::Dropped);
    assert!(answers.count() < 200);
    assert!(world.server.is_empty());
}

#[test]
fn s14_1_s7_2_initials_that_are_too_short_and_ids_that_can_be_guessed() {
    let mut world = World::new(false, EndpointLimits::default());
    let mut client = world.client(2, Vec::new());
    let first = world.says(&mut client).unwrap();
    assert_eq!(world.give(client.path.local, &first[..MIN_DATAGRAM - 1]).0, Received::Dropped);
    // An Initial packet to a connection ID of seven octets.
    let mut short = first;
    short[5] = 7;
    assert_eq!(world.give(client.path.local, &short).0, Received::Dropped);
    assert!(world.server.is_empty());
}

#[test]
fn a_first_packet_that_is_damaged_leaves_nothing() {
    let mut world = World::new(false, EndpointLimits::default());
    let mut client = world.client(2, Vec::new());
    let mut first = world.says(&mut client).unwrap();
    let middle = first.len() / 2;
    first[middle] ^= 1;
    assert_eq!(world.give(client.path.local, &first).0, Received::Dropped);
    assert_eq!((world.server.len(), world.server.half_open()), (0, 0));
}

#[test]
fn s10_3_who_is_forgotten_is_told_with_something_shorter() {
    let mut world = World::new(false, EndpointLimits::default());
    let mut client = world.client(2, Vec::new());
    world.talk(&mut client);
    // The server begins anew, with the same key.
    let mut fresh = World::new(false, EndpointLimits::default());
    fresh.now = world.now;
    let connection = client.endpoint.get_mut(client.handle).unwrap();
    let stream = connection.open(Direction::Bidirectional).unwrap();
    connection.send(stream, &[0; 100]).unwrap();
    let datagram = world.says(&mut client).unwrap();
    let (received, reset) = fresh.give(client.path.local, &datagram);
    assert_eq!(received, Received::Answered);
    assert!(reset.len() < datagram.len() && reset.len() >= RESET_SHORTEST);
    world.hears(&mut client, &reset);
    let told = |event: &Event| matches!(event, Event::Closed(Closed::StatelessReset));
    assert!(client.heard.iter().any(told), "{:?}", client.heard.last());
    // Resets do not answer resets for ever: each is shorter, and there are only so many.
    let (mut datagram, mut turns) = (datagram, 0);
    while let (Received::Answered, answer) = fresh.give(client.path.local, &datagram) {
        datagram = answer;
        turns += 1;
    }
    assert!(turns < 50, "{turns}");
}

#[test]
fn s10_3_what_a_retirement_overtook_is_no_strangers() {
    let mut world = World::new(false, EndpointLimits::default());
    let mut client = world.client(2, Vec::new());
    world.talk(&mut client);
    let path = client.path;
    // One datagram stays behind on the old path, while the client moves nine times: each time it
    // retires the connection ID that it used.
    let connection = client.endpoint.get_mut(client.handle).unwrap();
    let stream = connection.open(Direction::Bidirectional).unwrap();
    connection.send(stream, b"late").unwrap();
    let late = world.says(&mut client).unwrap();
    for move_to in 1..=9 {
        client.path = FourTuple { local: address(2, 5000 + move_to), ..path };
        client.endpoint.get_mut(client.handle).unwrap().migrate(client.path).unwrap();
        for _ in 0..20 {
            world.talk(&mut client);
            world.now += Duration::from_millis(100);
            client.endpoint.get_mut(client.handle).unwrap().handle_timeout(world.now);
        }
        let (received, answer) = world.give(path.local, &late);
        assert!(answer.len() < late.len());
        match move_to {
            ..=8 => assert!(matches!(received, Received::Connection(_)), "{move_to}: {received:?}"),
            // So many are remembered, and no more.
            _ => assert_eq!(received, Received::Answered),
        }
    }
}

#[test]
fn a_flood_of_spoofed_initials_leaves_those_that_are_there_alone() {
    let mut world = World::new(false, EndpointLimits::default());
    let mut client = world.client(2, Vec::new());
    world.talk(&mut client);
    let mut retried = 0;
    for number in 0..1000_u16 {
        let mut stranger = world.client_of(1000 + u64::from(number), 200, Vec::new());
        let octets = world.says(&mut stranger).unwrap();
        // Each from another port, and none of them ever answers.
        let from = address(200, 1000 + number);
        let (received, answer) = world.give(from, &octets);
        assert!(answer.len() <= octets.len());
        retried += usize::from(received == Received::Answered);
    }
    assert!(world.server.half_open() <= 256 && world.server.len() <= 257);
    assert!(retried >= 500, "{retried}");
    let connection = client.endpoint.get_mut(client.handle).unwrap();
    let stream = connection.open(Direction::Bidirectional).unwrap();
    connection.send(stream, b"still here?").unwrap();
    let octets = world.says(&mut client).unwrap();
    let (Received::Connection(handle), _) = world.give(client.path.local, &octets) else {
        panic!("it is not known any more");
    };
    let served = world.server.get_mut(handle).unwrap();
    let heard = std::iter::from_fn(|| served.poll_event());
    assert!(heard.into_iter().any(|event| matches!(event, Event::Readable(it) if it == stream)));
    // Nor can a new one not come in: it is asked to come twice.
    let mut late = world.client(3, Vec::new());
    world.talk(&mut late);
    assert!(connected(&late));
}

#[test]
fn an_id_tells_its_endpoint_whose_it_is() {
    use quic::connection::IdSource;
    let key = Arc::new(TokenKey::new(&[7; 32]).unwrap());
    for turn in [0, 1, 7, 255] {
        let mut ids = Identifiers::new(Arc::clone(&key), turn, Box::new(Scripted(3)));
        for _ in 0..100 {
            let (id, _) = ids.issue();
            assert_eq!(Identifiers::turn_of(&key, id.octets()), Some(turn));
        }
    }
    assert_eq!(Identifiers::turn_of(&key, &[]), None);
}
