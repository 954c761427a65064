//! Connections, and the connection IDs that find them.
//!
//! RFC 9000 §5.1, §5.2
//!
//! Invariant: a connection ID leads to a connection that is there, or to none; a [`Handle`] of a
//! connection that is gone finds nothing, whoever has its place now.
//!
//! Invariant: the last [`LATE`] IDs that a peer retired still lead to its connection. A datagram
//! that was overtaken by the RETIRE_CONNECTION_ID is no stranger's, and a stateless reset for it
//! would end a connection that is well.

use crate::{
    connection::{Connection, Routing},
    connection_id::ConnectionId,
};
use std::{
    collections::{HashMap, VecDeque},
    net::SocketAddr,
};

/// Retired IDs of a connection that are still known: as many as a peer has at once, so that they
/// need no clock.
const LATE: usize = 8;

/// A connection of an endpoint. It stays what it is when the connection is gone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Handle {
    place: usize,
    /// How many had that place before.
    generation: u64,
}

#[derive(Debug)]
struct Slot {
    connection: Box<Connection>,
    generation: u64,
    /// IDs that lead here.
    ids: Vec<ConnectionId>,
    /// Those that the peer has retired, the last one at the back.
    late: VecDeque<ConnectionId>,
    /// The handshake is not complete, and nobody knows where the peer is.
    half_open: bool,
    /// The handshake was not complete when last looked at.
    shaking: bool,
}

#[derive(Debug, Default)]
pub(super) struct Slots {
    slots: Vec<Option<Slot>>,
    free: Vec<usize>,
    routes: HashMap<ConnectionId, Handle>,
    generation: u64,
    half_open: usize,
    /// Those that we began.
    own: Vec<Handle>,
}

impl Slots {
    /// Keeps a connection that we began.
    pub(super) fn insert_own(&mut self, connection: Connection) -> Handle {
        let handle = self.insert(connection, None, false);
        self.own.push(handle);
        handle
    }

    /// Whose stateless reset it is, of the connections that we began: nobody else is sent one.
    pub(super) fn reset(&mut self, remote: SocketAddr, datagram: &[u8]) -> Option<Handle> {
        let own = std::mem::take(&mut self.own);
        let found = own.iter().copied().find(|handle| {
            self.get_mut(*handle).is_some_and(|connection| {
                connection.path().remote == remote && connection.receive_reset(datagram)
            })
        });
        self.own = own;
        found
    }

    /// Keeps a connection; `first` is the ID that the peer chose for its first packets.
    pub(super) fn insert(
        &mut self,
        connection: Connection,
        first: Option<ConnectionId>,
        half_open: bool,
    ) -> Handle {
        let generation = self.generation;
        self.generation += 1;
        let slot = Slot {
            connection: Box::new(connection),
            generation,
            ids: Vec::new(),
            late: VecDeque::new(),
            half_open,
            shaking: true,
        };
        self.half_open += usize::from(half_open);
        let place = self.free.pop().unwrap_or(self.slots.len());
        match self.slots.get_mut(place) {
            Some(free) => *free = Some(slot),
            None => self.slots.push(Some(slot)),
        }
        let handle = Handle { place, generation };
        if let Some(first) = first {
            self.add(handle, first);
        }
        self.route(handle);
        handle
    }

    fn slot(&mut self, handle: Handle) -> Option<&mut Slot> {
        let slot = self.slots.get_mut(handle.place)?.as_mut()?;
        (slot.generation == handle.generation).then_some(slot)
    }

    fn add(&mut self, handle: Handle, id: ConnectionId) {
        if let Some(slot) = self.slot(handle) {
            slot.ids.push(id);
            self.routes.insert(id, handle);
        }
    }

    /// Takes in what a connection says of its IDs.
    pub(super) fn route(&mut self, handle: Handle) {
        while let Some(routing) = self.slot(handle).and_then(|slot| slot.connection.poll_routing())
        {
            match routing {
                Routing::Add(id) => self.add(handle, id),
                Routing::Retire(id) => self.retire(handle, id),
            }
        }
    }

    fn retire(&mut self, handle: Handle, id: ConnectionId) {
        let Some(slot) = self.slot(handle) else { return };
        slot.ids.retain(|known| *known != id);
        slot.late.push_back(id);
        let forgotten = if slot.late.len() > LATE { slot.late.pop_front() } else { None };
        if let Some(forgotten) = forgotten {
            self.routes.remove(&forgotten);
        }
    }

    pub(super) fn find(&self, id: &[u8]) -> Option<Handle> {
        self.routes.get(&ConnectionId::new(id)?).copied()
    }

    pub(super) fn get(&self, handle: Handle) -> Option<&Connection> {
        let slot = self.slots.get(handle.place)?.as_ref()?;
        (slot.generation == handle.generation).then_some(&*slot.connection)
    }

    pub(super) fn get_mut(&mut self, handle: Handle) -> Option<&mut Connection> {
        self.slot(handle).map(|slot| &mut *slot.connection)
    }

    /// The handshake is complete; answers whether that is news.
    pub(super) fn complete(&mut self, handle: Handle) -> bool {
        let Some(slot) = self.slot(handle) else { return false };
        let news = std::mem::take(&mut slot.shaking);
        let counted = std::mem::take(&mut slot.half_open);
        self.half_open -= usize::from(counted);
        news
    }

    pub(super) fn remove(&mut self, handle: Handle) {
        self.own.retain(|own| *own != handle);
        let Some(slot) = self.slot(handle) else { return };
        let (ids, late) = (std::mem::take(&mut slot.ids), std::mem::take(&mut slot.late));
        let counted = slot.half_open;
        self.half_open -= usize::from(counted);
        for id in ids.into_iter().chain(late) {
            self.routes.remove(&id);
        }
        if let Some(place) = self.slots.get_mut(handle.place) {
            *place = None;
            self.free.push(handle.place);
        }
    }

    pub(super) fn handles(&self) -> impl Iterator<Item = Handle> + '_ {
        (0..).zip(&self.slots).filter_map(|(place, slot)| {
            slot.as_ref().map(|slot| Handle { place, generation: slot.generation })
        })
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len() - self.free.len()
    }

    pub(super) const fn half_open(&self) -> usize {
        self.half_open
    }
}
