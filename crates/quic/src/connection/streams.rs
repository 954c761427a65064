//! Which streams there are, and which of them waits to send.
//!
//! RFC 9000 §2, §3, §4; RFC 9218 (whose turn it is)
//!
//! ```text
//!   streams by identifier        control: RESET_STREAM, STOP_SENDING, MAX_STREAM_DATA …
//!   queues[urgency]  ──► next     a stream stands in a queue once, if it has octets and credit
//!   parked           ──► waits for the connection's window
//! ```
//!
//! Invariant: a stream is in the map from its opening until both its halves are over.
//!
//! Invariant: of the peer's streams at most as many are open as it was allowed.
//!
//! Used by: `frames`, `packets`, `commands`.

use crate::{
    config::Transport,
    error::Error,
    event::Event,
    flow::{OwnStreams, PeerStreams, ReceiveWindow, SendWindow},
    parameters::TransportParameters,
    stream::{Direction, Piece, ReceiveStream, SendStream, StreamId},
};
use std::{
    collections::{HashMap, VecDeque},
    hash::{BuildHasherDefault, Hasher},
};
use tls::Role;

/// Urgencies, 0 to 7; 3 where nobody says (RFC 9218 §4.1).
const URGENCIES: usize = 8;
const URGENCY: u8 = 3;

/// Identifiers are given out in order, and limited: no hash of them needs to be hard to guess.
#[derive(Debug, Default)]
pub(super) struct IdHasher(u64);

impl Hasher for IdHasher {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, octets: &[u8]) {
        for octet in octets {
            self.write_u64(u64::from(*octet));
        }
    }

    fn write_u64(&mut self, number: u64) {
        self.0 = (self.0 ^ number).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    }
}

/// A stream of ours or of the peer's.
#[derive(Debug)]
#[allow(clippy::struct_excessive_bools, reason = "each says that it stands in one queue")]
pub(super) struct Stream {
    pub(super) send: Option<SendStream>,
    pub(super) receive: Option<ReceiveStream>,
    queued: bool,
    control: bool,
    /// The application was told, and has not read since.
    pub(super) told: bool,
    /// A `send` took less than all.
    pub(super) wants_room: bool,
    urgency: u8,
    incremental: bool,
}

/// All streams of a connection.
#[derive(Debug)]
pub(super) struct Streams {
    role: Role,
    map: HashMap<StreamId, Stream, BuildHasherDefault<IdHasher>>,
    own: [OwnStreams; 2],
    peers: [PeerStreams; 2],
    pub(super) incoming: ReceiveWindow,
    pub(super) outgoing: SendWindow,
    /// Octets that all streams hold for the peer.
    pub(super) held: u64,
    queues: [VecDeque<StreamId>; URGENCIES],
    control: VecDeque<StreamId>,
    parked: VecDeque<StreamId>,
    window: (u64, u64),
    /// The peer's windows for new streams: bidirectional ones of its own, of ours, and
    /// unidirectional ones of ours.
    theirs: [u64; 3],
}

const fn of<T>(both: &mut [T; 2], direction: Direction) -> &mut T {
    let [bidirectional, unidirectional] = both;
    match direction {
        Direction::Bidirectional => bidirectional,
        Direction::Unidirectional => unidirectional,
    }
}

impl Streams {
    pub(super) fn new(role: Role, transport: &Transport) -> Self {
        let (window, most) = transport.connection_window;
        Self {
            role,
            map: HashMap::default(),
            own: [OwnStreams::new(0), OwnStreams::new(0)],
            peers: [
                PeerStreams::new(transport.bidirectional_streams),
                PeerStreams::new(transport.unidirectional_streams),
            ],
            incoming: ReceiveWindow::connection(window, most),
            outgoing: SendWindow::new(0),
            held: 0,
            queues: std::array::from_fn(|_| VecDeque::new()),
            control: VecDeque::new(),
            parked: VecDeque::new(),
            window: transport.stream_window,
            theirs: [0; 3],
        }
    }

    /// The peer's limits are known.
    pub(super) fn on_peer(&mut self, peer: &TransportParameters) {
        self.theirs = [
            peer.initial_max_stream_data_bidi_local,
            peer.initial_max_stream_data_bidi_remote,
            peer.initial_max_stream_data_uni,
        ];
        self.outgoing.raise(peer.initial_max_data);
        of(&mut self.own, Direction::Bidirectional).raise(peer.initial_max_streams_bidi);
        of(&mut self.own, Direction::Unidirectional).raise(peer.initial_max_streams_uni);
        let theirs = self.theirs;
        let ids: Vec<_> = self.map.keys().copied().collect();
        for id in ids {
            let window = window_for(&theirs, self.role, id);
            if let Some(send) = self.map.get_mut(&id).and_then(|stream| stream.send.as_mut()) {
                send.on_max_data(window);
            }
            self.enqueue(id);
        }
        self.unpark();
    }

    /// 0-RTT was rejected: all goes again, within these limits.
    pub(super) fn restart(&mut self, peer: &TransportParameters) {
        self.outgoing.restart(peer.initial_max_data);
        of(&mut self.own, Direction::Bidirectional).restart(peer.initial_max_streams_bidi);
        of(&mut self.own, Direction::Unidirectional).restart(peer.initial_max_streams_uni);
        // Those beyond a lower limit wait outside the queues.
        self.queues
            .iter_mut()
            .chain([&mut self.control, &mut self.parked])
            .for_each(VecDeque::clear);
        let theirs = self.theirs;
        let mut ids: Vec<_> = self.map.keys().copied().collect();
        ids.sort_unstable();
        for id in ids {
            if let Some(stream) = self.map.get_mut(&id) {
                (stream.queued, stream.control) = (false, false);
            }
            let window = window_for(&theirs, self.role, id);
            if let Some(send) = self.map.get_mut(&id).and_then(|stream| stream.send.as_mut()) {
                send.restart(window);
            }
            self.enqueue(id);
            self.enqueue_control(id);
        }
    }

    /// Whether the peer lets us say anything on it.
    fn allows(&self, id: StreamId) -> bool {
        let [bidirectional, unidirectional] = &self.own;
        let own = match id.direction() {
            Direction::Bidirectional => bidirectional,
            Direction::Unidirectional => unidirectional,
        };
        id.initiator() != self.role || own.allows(id.index())
    }

    fn insert(&mut self, id: StreamId) {
        let (window, most) = self.window;
        let send = id.sends(self.role);
        let receive = id.receives(self.role);
        let theirs = window_for(&self.theirs, self.role, id);
        self.map.insert(
            id,
            Stream {
                send: send.then(|| SendStream::new(theirs)),
                receive: receive.then(|| ReceiveStream::new(id, window, most)),
                queued: false,
                control: false,
                told: false,
                wants_room: false,
                urgency: URGENCY,
                incremental: true,
            },
        );
    }

    pub(super) fn open(&mut self, direction: Direction) -> Option<StreamId> {
        let index = of(&mut self.own, direction).open()?;
        let id = StreamId::from_index(self.role, direction, index);
        self.insert(id);
        Some(id)
    }

    pub(super) fn get_mut(&mut self, id: StreamId) -> Option<&mut Stream> {
        self.map.get_mut(&id)
    }

    pub(super) fn get(&self, id: StreamId) -> Option<&Stream> {
        self.map.get(&id)
    }

    /// How many there are.
    pub(super) fn count(&self) -> usize {
        self.map.len()
    }

    /// A stream with its connection's window.
    pub(super) fn with_window(
        &mut self,
        id: StreamId,
    ) -> Option<(&mut Stream, &mut ReceiveWindow)> {
        Some((self.map.get_mut(&id)?, &mut self.incoming))
    }

    // ANCHOR: meet
    /// The stream that a frame names: a new one of the peer's is opened, with all below it (§3.2).
    /// `None` for one that is over.
    fn meet(
        &mut self,
        id: StreamId,
        frame: &'static str,
        events: &mut VecDeque<Event>,
    ) -> Result<Option<&mut Stream>, Error> {
        let (direction, index) = (id.direction(), id.index());
        if id.initiator() == self.role {
            if index >= of(&mut self.own, direction).opened() {
                let why = "we did not begin";
                return Err(Error::StreamState { frame, stream: id.get(), why });
            }
        } else {
            let new = of(&mut self.peers, direction).on_used(index, id.get())?;
            for index in new {
                let id = StreamId::from_index(self.role.peer(), direction, index);
                self.insert(id);
                events.push_back(Event::Opened(id));
            }
        }
        Ok(self.map.get_mut(&id))
    }
    // ANCHOR_END: meet

    pub(super) fn on_stream(
        &mut self,
        id: StreamId,
        offset: u64,
        data: &[u8],
        fin: bool,
        events: &mut VecDeque<Event>,
    ) -> Result<(), Error> {
        // Most frames are for a stream that is there.
        if !self.map.contains_key(&id) && self.meet(id, "STREAM", events)?.is_none() {
            return Ok(());
        }
        let Some((stream, window)) = self.with_window(id) else { return Ok(()) };
        let Some(receive) = &mut stream.receive else { return Ok(()) };
        if receive.on_stream(offset, data, fin, window)? && !stream.told {
            stream.told = true;
            events.push_back(Event::Readable(id));
        }
        if receive.is_over() {
            self.remove_if_over(id);
        }
        Ok(())
    }

    pub(super) fn on_reset(
        &mut self,
        id: StreamId,
        code: u64,
        final_size: u64,
        events: &mut VecDeque<Event>,
    ) -> Result<(), Error> {
        self.meet(id, "RESET_STREAM", events)?;
        let Some((stream, window)) = self.with_window(id) else { return Ok(()) };
        let Some(receive) = &mut stream.receive else { return Ok(()) };
        if receive.on_reset(code, final_size, window)? {
            receive.read_reset();
            events.push_back(Event::Reset { stream: id, code });
        }
        if receive.is_over() {
            self.remove_if_over(id);
        }
        Ok(())
    }

    pub(super) fn on_stop(
        &mut self,
        id: StreamId,
        code: u64,
        events: &mut VecDeque<Event>,
    ) -> Result<(), Error> {
        let stream = self.meet(id, "STOP_SENDING", events)?;
        let Some(send) = stream.and_then(|stream| stream.send.as_mut()) else { return Ok(()) };
        let held = send.held();
        if send.on_stop_sending(code) {
            self.held -= held;
            events.push_back(Event::Stopped { stream: id, code });
            self.enqueue_control(id);
        }
        Ok(())
    }

    pub(super) fn on_max_stream_data(
        &mut self,
        id: StreamId,
        limit: u64,
        events: &mut VecDeque<Event>,
    ) -> Result<(), Error> {
        let stream = self.meet(id, "MAX_STREAM_DATA", events)?;
        if let Some(send) = stream.and_then(|stream| stream.send.as_mut())
            && send.on_max_data(limit)
        {
            self.enqueue(id);
        }
        Ok(())
    }

    pub(super) fn on_stream_data_blocked(
        &mut self,
        id: StreamId,
        events: &mut VecDeque<Event>,
    ) -> Result<(), Error> {
        self.meet(id, "STREAM_DATA_BLOCKED", events).map(|_| ())
    }

    pub(super) fn on_max_data(&mut self, limit: u64) {
        if self.outgoing.raise(limit) {
            self.unpark();
        }
    }

    pub(super) fn on_max_streams(
        &mut self,
        direction: Direction,
        limit: u64,
        events: &mut VecDeque<Event>,
    ) {
        let before = of(&mut self.own, direction).clone();
        if of(&mut self.own, direction).raise(limit) {
            events.push_back(Event::StreamsAvailable(direction));
        }
        // Those that were opened for 0-RTT and had to wait.
        for index in (0..before.opened()).rev().take_while(|index| !before.allows(*index)) {
            let id = StreamId::from_index(self.role, direction, index);
            self.enqueue(id);
            self.enqueue_control(id);
        }
    }

    pub(super) fn on_acked(&mut self, id: StreamId, piece: &Piece, events: &mut VecDeque<Event>) {
        let Some(stream) = self.map.get_mut(&id) else { return };
        let Some(send) = &mut stream.send else { return };
        let (held, over) = (send.held(), send.on_acked(piece));
        self.held -= held - send.held();
        if over {
            events.push_back(Event::Finished(id));
            return self.remove_if_over(id);
        }
        // Told once half of what may be held is gone; the command asks again.
        if stream.wants_room {
            stream.wants_room = false;
            events.push_back(Event::Writable(id));
        }
    }

    pub(super) fn on_lost(&mut self, id: StreamId, piece: &Piece) {
        if let Some(send) = self.map.get_mut(&id).and_then(|stream| stream.send.as_mut()) {
            send.on_lost(piece);
            self.enqueue(id);
        }
    }

    pub(super) fn on_reset_acked(&mut self, id: StreamId) {
        if let Some(send) = self.map.get_mut(&id).and_then(|stream| stream.send.as_mut()) {
            send.on_reset_acked();
        }
        self.remove_if_over(id);
    }

    /// Forgets a stream whose halves are both over.
    pub(super) fn remove_if_over(&mut self, id: StreamId) {
        let Some(stream) = self.map.get(&id) else { return };
        let sends = stream.send.as_ref().is_some_and(|send| !send.is_over());
        let receives = stream.receive.as_ref().is_some_and(|receive| !receive.is_over());
        if sends || receives {
            return;
        }
        self.map.remove(&id);
        if id.initiator() != self.role {
            of(&mut self.peers, id.direction()).on_closed();
        }
    }

    pub(super) fn set_priority(&mut self, id: StreamId, urgency: u8, incremental: bool) {
        if let Some(stream) = self.map.get_mut(&id) {
            (stream.urgency, stream.incremental) = (urgency.min(7), incremental);
        }
    }
}

mod queue;

/// The window of a stream's sending half, as the peer's parameters have it.
fn window_for(theirs: &[u64; 3], role: Role, id: StreamId) -> u64 {
    let [own_bidi, our_bidi, uni] = *theirs;
    match (id.direction(), id.initiator() == role) {
        (Direction::Unidirectional, _) => uni,
        (Direction::Bidirectional, true) => our_bidi,
        (Direction::Bidirectional, false) => own_bidi,
    }
}
