//! A stream over a network that loses, repeats and reorders: what was written is what is read.

use crate::{
    flow::{ReceiveWindow, SendWindow},
    stream::{Assembler, Piece, ReceiveStream, SendStream, StreamId},
};
use std::time::{Duration, Instant};

/// The octet that stands at `offset` of every stream here.
fn octet(offset: u64) -> u8 {
    let mixed = offset.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 56;
    u8::try_from(mixed).unwrap_or_default()
}

fn octets(offset: u64, length: usize) -> Vec<u8> {
    (offset..).take(length).map(octet).collect()
}

/// A STREAM frame on its way.
struct Flight {
    piece: Piece,
    octets: Vec<u8>,
    delivered: bool,
    /// Whether the sender has given it up; it may come yet.
    lost: bool,
}

/// Both ends of one stream, and what lies between them.
struct Line {
    send: SendStream,
    receive: ReceiveStream,
    outgoing: SendWindow,
    incoming: ReceiveWindow,
    flights: Vec<Flight>,
    now: Instant,
    ended: bool,
    reset: bool,
    read: u64,
    written: u64,
}

/// Windows small enough to be full now and then.
const STREAM_WINDOW: u64 = 10_000;
const CONNECTION_WINDOW: u64 = 15_000;
const MOST: u64 = 60_000;

impl Line {
    fn new() -> Self {
        Self {
            send: SendStream::new(STREAM_WINDOW),
            receive: ReceiveStream::new(StreamId::new(0), STREAM_WINDOW, MOST),
            outgoing: SendWindow::new(CONNECTION_WINDOW),
            incoming: ReceiveWindow::connection(CONNECTION_WINDOW, MOST),
            flights: Vec::new(),
            now: Instant::now(),
            ended: false,
            reset: false,
            read: 0,
            written: 0,
        }
    }

    fn write(&mut self, length: usize) {
        let taken = self.send.write(&octets(self.written, length), 40_000);
        self.written += taken as u64;
        assert!(self.send.held() <= 40_000);
    }

    fn poll(&mut self, room: usize) {
        let Some(piece) = self.send.poll(room, &mut self.outgoing) else { return };
        let mut octets = Vec::new();
        self.send.copy(&piece, &mut octets);
        assert_eq!(octets.len() as u64, u64::from(piece.length), "a frame has its octets");
        assert!(octets.len() <= room);
        self.flights.push(Flight { piece, octets, delivered: false, lost: false });
    }

    fn pick(&mut self, by: u8) -> Option<&mut Flight> {
        let at = usize::from(by).checked_rem(self.flights.len())?;
        self.flights.get_mut(at)
    }

    fn deliver(&mut self, by: u8) {
        let Some(flight) = self.pick(by) else { return };
        flight.delivered = true;
        let (piece, octets) = (flight.piece, flight.octets.clone());
        let taken = self.receive.on_stream(piece.offset, &octets, piece.fin, &mut self.incoming);
        assert!(taken.is_ok(), "an honest sender was blamed: {taken:?}");
    }

    fn acknowledge(&mut self, by: u8) {
        if let Some(piece) =
            self.pick(by).filter(|flight| flight.delivered).map(|flight| flight.piece)
        {
            self.send.on_acked(&piece);
            let at = usize::from(by).checked_rem(self.flights.len()).unwrap_or_default();
            self.flights.swap_remove(at);
        }
    }

    fn lose(&mut self, by: u8) {
        let Some(flight) = self.pick(by).filter(|flight| !flight.lost) else { return };
        flight.lost = true;
        let piece = flight.piece;
        self.send.on_lost(&piece);
    }

    fn read(&mut self, most: usize) {
        let peeked = self.receive.peek();
        let length = peeked.len().min(most);
        let expected = octets(self.read, length);
        assert_eq!(peeked.get(..length), Some(expected.as_slice()), "at {}", self.read);
        self.receive.consume(length, &mut self.incoming);
        self.read += length as u64;
    }

    fn credit(&mut self, lost: bool) {
        let rtt = Duration::from_millis(50);
        if let Some(limit) = self.receive.poll_max_data(self.now, rtt) {
            if lost {
                self.receive.on_max_data_lost(limit);
            } else {
                self.send.on_max_data(limit);
            }
        }
        if let Some(limit) = self.incoming.poll(self.now, rtt) {
            if lost {
                self.incoming.on_lost(limit);
            } else {
                self.outgoing.raise(limit);
            }
        }
    }

    fn reset(&mut self, how: u8) {
        match how % 2 {
            0 => self.reset |= self.send.reset(how.into()),
            _ => {
                let over = self.receive.is_over();
                self.receive.stop(how.into(), &mut self.incoming);
                self.reset |= !over;
                if let Some(code) = self.receive.poll_stop() {
                    self.send.on_stop_sending(code);
                }
            }
        }
        let Some(reset) = self.send.poll_reset() else { return };
        if how > 127 {
            self.send.on_reset_lost();
        } else {
            let told = self.receive.on_reset(reset.code, reset.final_size, &mut self.incoming);
            assert!(told.is_ok(), "an honest sender was blamed: {told:?}");
            self.send.on_reset_acked();
        }
    }

    /// More frames than are kept here: the oldest is lost for good.
    fn forget(&mut self) {
        if self.flights.len() > 200 {
            self.lose(0);
            self.flights.remove(0);
        }
    }

    fn check(&self) {
        // Blocks lie in a queue that doubles, and that is smaller than a hundredth of them.
        let span = self.receive.window().received().saturating_sub(self.read);
        let most = span + span / 8 + span / 50 + 3 * 4096;
        assert!(self.receive.held() as u64 <= most, "{} for {span}", self.receive.held());
        assert!(self.incoming.received() <= self.incoming.limit());
        assert!(self.incoming.received() - self.read <= MOST || self.reset);
    }

    /// The network is good again: everything arrives.
    fn settle(&mut self) {
        if !self.ended {
            self.send.finish();
        }
        for _ in 0..2000 {
            self.poll(1200);
            for flight in std::mem::take(&mut self.flights) {
                self.flights.push(flight);
                self.deliver(u8::try_from(self.flights.len() - 1).unwrap_or_default());
                self.acknowledge(u8::try_from(self.flights.len() - 1).unwrap_or_default());
            }
            self.read(usize::MAX);
            self.credit(false);
            let waits = self.send.is_reset_pending();
            if let Some(reset) = self.send.poll_reset().filter(|_| waits) {
                let _ = self.receive.on_reset(reset.code, reset.final_size, &mut self.incoming);
                self.send.on_reset_acked();
            }
            self.receive.read_reset();
            if self.send.is_over() && self.receive.is_over() {
                break;
            }
        }
        assert!(self.send.is_over(), "{:?} hangs", self.send.state());
        assert!(self.receive.is_over(), "{:?} hangs", self.receive.state());
        assert!(self.reset || self.read == self.written, "{} of {}", self.read, self.written);
        // All that came was paid for, and all of it was given back.
        let (received, incoming) = (self.receive.window().received(), &mut self.incoming);
        assert_eq!(incoming.received(), received);
        let room = incoming.limit() - incoming.received();
        assert!(incoming.is_due() || room > incoming.window() / 2, "credit leaks");
    }
}

/// Each two octets are an operation and its argument.
pub fn check_stream(input: &[u8]) {
    let mut line = Line::new();
    for operation in input.as_chunks::<2>().0.iter().take(4000) {
        let [what, how] = *operation;
        match what % 16 {
            0 | 1 => line.write(usize::from(how) * usize::from(what)),
            2 if what > 200 => line.ended |= line.send.finish(),
            2..=4 => line.poll(usize::from(how) * 8),
            5..=7 => line.deliver(how),
            8 | 9 => line.acknowledge(how),
            10 => line.lose(how),
            11 | 12 => line.read(usize::from(how) * usize::from(what)),
            13 => line.credit(how > 200),
            14 => line.now += Duration::from_millis(how.into()),
            _ if what > 240 && how % 16 == 1 => line.reset(how),
            _ => line.lose(how),
        }
        line.forget();
        line.check();
    }
    line.settle();
}

/// Each three octets are where something comes, and how much: the assembler against a plain copy.
pub fn check_assembler(input: &[u8]) {
    const SPAN: usize = 70_000;
    let mut assembler = Assembler::new();
    let mut came = vec![false; SPAN];
    let (mut read, mut end, mut ready) = (0, 0, 0);
    for operation in input.as_chunks::<3>().0.iter().take(2000) {
        let [high, low, length] = *operation;
        let offset = usize::from(u16::from_be_bytes([high, low]));
        if length == 0 {
            assembler.consume(assembler.peek().len().min(offset));
            let now = usize::try_from(assembler.read_offset()).unwrap_or(SPAN);
            read = now.max(read);
            continue;
        }
        let length = usize::from(length) * 16;
        assembler.insert(offset as u64, &octets(offset as u64, length));
        came.iter_mut().skip(offset).take(length).for_each(|came| *came = true);
        end = (offset + length).max(end);
        ready += came.iter().skip(ready).take_while(|came| **came).count();
        assert_eq!(assembler.ready_offset(), ready as u64);
        assert_eq!(assembler.end(), end as u64);
        let peeked = assembler.peek();
        assert_eq!(peeked, octets(read as u64, peeked.len()));
        assert_eq!(peeked.is_empty(), assembler.readable() == 0);
        let span = end - read;
        assert!(assembler.held() <= span + span / 8 + span / 50 + 3 * 4096);
    }
}
