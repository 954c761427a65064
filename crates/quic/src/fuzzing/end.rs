//! One end of a fuzzed pair: a connection, and an application that keeps books of its streams.
//!
//! Invariant: what is read of a stream is a beginning of what its writer wrote, and its end comes
//! only where the writer set one, behind everything. Each read says so, or panics.

use crate::{
    ClientConfig, Closed, Connection, Event, FourTuple, ServerConfig, Transmit,
    connection::{Accepted, IdSource, ReadEnd},
    connection_id::ConnectionId,
    packet::{MIN_DATAGRAM, Packet, PacketType},
    stream::{Direction, StreamId},
};
use ::wire::{Random, Reader, Scripted, UnixTime};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Instant,
};
use tls::{Moment, Role, fuzzing::stage};

/// Octets that one run writes at the most: a run is to be short.
const MOST: u64 = 300_000;

/// Connection IDs of eight octets, and tokens made of them.
struct Ids(Scripted);

impl IdSource for Ids {
    fn issue(&mut self) -> (ConnectionId, [u8; 16]) {
        let id = ConnectionId::random(8, &mut self.0);
        let mut token = [0x5a; 16];
        token.iter_mut().zip(id.octets()).for_each(|(to, from)| *to = *from);
        (id, token)
    }
}

fn moment(now: Instant) -> Moment {
    Moment { instant: now, time: UnixTime(stage::moment().time.0) }
}

/// One half of a stream: what its writer did, and what its reader saw.
#[derive(Debug, Default)]
pub(super) struct Half {
    pub(super) written: u64,
    pub(super) finished: bool,
    /// The writer reset it, or the reader wants no more: the rest need not come.
    pub(super) given_up: bool,
    pub(super) read: u64,
    /// The reader saw its end.
    pub(super) ended: bool,
}

/// All halves, by their stream and their writer.
#[derive(Debug, Default)]
pub(super) struct Books {
    pub(super) halves: BTreeMap<(StreamId, bool), Half>,
    written: u64,
    /// Somebody forges packets: the streams are not what the applications make of them.
    pub(super) forged: bool,
}

impl Books {
    pub(super) fn half(&mut self, stream: StreamId, writer: Role) -> &mut Half {
        self.halves.entry((stream, writer == Role::Client)).or_default()
    }
}

/// The octet at `offset` of what `writer` says on `stream`.
fn octet(stream: StreamId, writer: Role, offset: u64) -> u8 {
    let seed = stream.get() * 2 + u64::from(writer == Role::Client) + 1;
    let [octet, ..] = (offset + (seed << 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15).to_be_bytes();
    octet
}

pub(super) struct End {
    pub(super) role: Role,
    pub(super) connection: Option<Connection>,
    accept: Option<ServerConfig>,
    pub(super) transmit: Transmit,
    /// Streams that this end knows.
    pub(super) streams: Vec<StreamId>,
    pub(super) resets: BTreeSet<StreamId>,
    pub(super) closed: Option<Closed>,
    pub(super) confirmed: bool,
    pub(super) tickets: usize,
}

impl End {
    fn new(role: Role, connection: Option<Connection>, accept: Option<ServerConfig>) -> Self {
        Self {
            role,
            connection,
            accept,
            transmit: Transmit::new(8),
            streams: Vec::new(),
            resets: BTreeSet::new(),
            closed: None,
            confirmed: false,
            tickets: 0,
        }
    }

    pub(super) fn client(config: &ClientConfig, path: FourTuple, seed: u64, now: Instant) -> Self {
        let (ids, random) = (Box::new(Ids(Scripted(seed))), Box::new(Scripted(seed + 1)));
        let (name, now) = (stage::name(), moment(now));
        let made = Connection::new_client(config, name, path, ids, Vec::new(), random, now);
        Self::new(Role::Client, made.ok(), None)
    }

    pub(super) fn server(config: ServerConfig) -> Self {
        Self::new(Role::Server, None, Some(config))
    }

    fn accept(&mut self, path: FourTuple, octets: &[u8], now: Instant) {
        let Some(config) = &self.accept else { return };
        let Ok(Packet::Protected(head)) = Packet::read(&mut Reader::new(octets), 8) else { return };
        let Some(version) =
            head.version.filter(|version| config.transport.versions.contains(version))
        else {
            return;
        };
        if head.kind != PacketType::Initial || octets.len() < MIN_DATAGRAM {
            return;
        }
        let accepted = Accepted {
            version,
            destination: head.destination,
            source: head.source,
            original_destination: head.destination,
            retry_source: None,
            validated: false,
            path,
        };
        let mut random = Scripted(99);
        random.fill(&mut [0; 8]);
        let ids = Box::new(Ids(Scripted(random.next_u64())));
        let made = Connection::new_server(config, &accepted, ids, Box::new(random), moment(now));
        self.connection = made.ok();
    }

    pub(super) fn receive(
        &mut self,
        path: FourTuple,
        ecn: crate::acks::Ecn,
        octets: &mut [u8],
        now: Instant,
        books: &mut Books,
    ) {
        if self.connection.is_none() {
            self.accept(path, octets, now);
        }
        let Some(connection) = &mut self.connection else { return };
        connection.receive_datagram(path, ecn, octets, now);
        // A first packet that does not open was damaged: it begins no connection.
        if self.accept.is_some() {
            if connection.stats().packets_received == 0 {
                self.connection = None;
            } else {
                self.accept = None;
            }
        }
        self.events(books);
    }

    /// Takes what happened; nothing follows the end.
    pub(super) fn events(&mut self, books: &mut Books) {
        while let Some(event) = self.connection.as_mut().and_then(Connection::poll_event) {
            assert!(self.closed.is_none(), "{} hears {event:?} behind the end", self.role);
            match event {
                Event::Opened(stream) if books.forged => self.streams.push(stream),
                Event::Reset { .. } | Event::Stopped { .. } if books.forged => {}
                Event::Opened(stream) => {
                    assert!(!self.streams.contains(&stream), "{stream} opens twice");
                    self.streams.push(stream);
                }
                Event::Reset { stream, .. } => {
                    assert!(self.resets.insert(stream), "{stream} is reset twice");
                    let half = books.half(stream, self.role.peer());
                    assert!(half.given_up && !half.ended, "{stream} was not reset");
                }
                Event::Stopped { stream, .. } => {
                    assert!(books.half(stream, self.role).given_up, "{stream} was not stopped");
                }
                Event::Finished(stream) => {
                    let half = books.half(stream, self.role);
                    assert!(half.finished, "{stream} was not finished");
                }
                Event::HandshakeConfirmed => self.confirmed = true,
                Event::Ticket(_) => self.tickets += 1,
                Event::Closed(closed) => self.closed = Some(closed),
                _ => {}
            }
        }
        while self.connection.as_mut().and_then(Connection::poll_routing).is_some() {}
    }

    /// A stream that this end knows, by some octet.
    pub(super) fn pick(&self, by: u8) -> Option<StreamId> {
        let at = usize::from(by).checked_rem(self.streams.len())?;
        self.streams.get(at).copied()
    }

    pub(super) fn open(&mut self, direction: Direction) {
        if let Some(stream) = self.connection.as_mut().and_then(|one| one.open(direction)) {
            self.streams.push(stream);
        }
    }

    pub(super) fn write(&mut self, stream: StreamId, length: usize, books: &mut Books) {
        let Some(connection) = &mut self.connection else { return };
        if books.written > MOST || !stream.sends(self.role) {
            return;
        }
        let (half, role) = (books.half(stream, self.role), self.role);
        let octets: Vec<u8> =
            (half.written..).take(length).map(|at| octet(stream, role, at)).collect();
        // Half of what is written is shared, not copied.
        let taken = if length.is_multiple_of(2) {
            connection.send(stream, &octets)
        } else {
            connection.send_shared(stream, &Arc::from(octets), 0)
        };
        if let Ok(taken) = taken {
            assert!(!half.finished && taken <= length, "{stream} takes what it must not");
            half.written += taken as u64;
            books.written += taken as u64;
        }
    }

    pub(super) fn finish(&mut self, stream: StreamId, books: &mut Books) {
        let Some(connection) = &mut self.connection else { return };
        if connection.finish(stream).is_ok() {
            books.half(stream, self.role).finished = true;
        }
    }

    pub(super) fn give_up(&mut self, stream: StreamId, code: u64, books: &mut Books) {
        let Some(connection) = &mut self.connection else { return };
        let (ours, theirs) = if code.is_multiple_of(2) {
            (connection.reset(stream, code).is_ok(), false)
        } else {
            (false, connection.stop_sending(stream, code).is_ok())
        };
        if ours {
            books.half(stream, self.role).given_up = true;
        }
        if theirs {
            books.half(stream, self.role.peer()).given_up = true;
        }
    }

    /// Reads at most so many octets, and compares them.
    pub(super) fn read(&mut self, stream: StreamId, most: usize, books: &mut Books) {
        let Some(connection) = &mut self.connection else { return };
        if books.forged {
            let _ = connection.read(stream, <[u8]>::len);
            return;
        }
        let (writer, mut left) = (self.role.peer(), most);
        let half = books.half(stream, writer);
        let read = connection.read(stream, |piece| {
            let piece = piece.get(..piece.len().min(left)).unwrap_or_default();
            for found in piece {
                assert_eq!(*found, octet(stream, writer, half.read), "{stream} at {}", half.read);
                half.read += 1;
            }
            left -= piece.len();
            piece.len()
        });
        assert!(half.read <= half.written, "{stream}: {} of {}", half.read, half.written);
        match read.map(|read| read.end) {
            // A reader that wants no more is not told what it has missed.
            Ok(ReadEnd::End) if half.given_up => {}
            Ok(ReadEnd::End) => {
                assert!(
                    half.finished && half.read == half.written,
                    "{stream} ends early: {half:?}"
                );
                half.ended = true;
            }
            Ok(ReadEnd::Reset(_)) => assert!(half.given_up, "{stream} was not reset"),
            Ok(ReadEnd::Open) | Err(_) => {}
        }
    }

    pub(super) fn read_all(&mut self, books: &mut Books) {
        for stream in self.streams.clone() {
            self.read(stream, usize::MAX, books);
        }
    }
}
