//! HTTP/3 on the server's QUIC loops: the same handlers, over other streams.
//!
//! RFC 9114 §3
//!
//! ```text
//!   loop ──► Event ──► core::Http3 ──► handler
//!        ◄── settle ◄──    │
//!        ◄── Word::Touched ◄── a handler on another thread, or somebody who has a socket
//! ```
//!
//! Invariant: a connection is looked at when QUIC, a handler or a timer has something for it, and
//! at no other time.

use super::{Application, Word};
use crate::{
    Hub, Peer, Said, Share, Wake,
    core::{self, Cast, Service},
    driver::Shared,
    handler::contained,
};
use quic::{Connection, Event, Handle};
use sockets::Timers;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
    time::Instant,
};

/// Members of groups that get what was said in one turn.
const MEMBERS: usize = 256;

/// What was said to a group.
enum Group {
    /// Not taken yet.
    Waiting(Arc<Share>),
    /// On its way to the members.
    UnderWay(Said),
}

/// A connection.
struct Slot {
    number: u64,
    http3: core::Http3,
    /// The earliest reminder.
    armed: Option<Instant>,
}

/// What a loop speaks.
pub(crate) struct Http3 {
    service: Arc<Service>,
    hub: Arc<Hub>,
    moment: core::Moment,
    slots: BTreeMap<Handle, Slot>,
    /// By the numbers that handlers know.
    handles: BTreeMap<u64, Handle>,
    next: u64,
    timers: Timers<Handle>,
    /// Connections whose turn ended before their work did.
    again: Vec<Handle>,
    groups: VecDeque<Group>,
}

impl Http3 {
    /// For one loop, which `wake` wakes.
    pub(crate) fn new(shared: &Shared, wake: Arc<dyn Wake>) -> Self {
        let hub = shared.hub(wake);
        let now = port::moment();
        Self {
            service: shared.service().clone(),
            hub: Arc::new(hub),
            moment: core::Moment::new(now.instant, now.time),
            slots: BTreeMap::new(),
            handles: BTreeMap::new(),
            next: 0,
            timers: Timers::new(),
            again: Vec::new(),
            groups: VecDeque::new(),
        }
    }

    fn slot(&mut self, handle: Handle, connection: &Connection) -> &mut Slot {
        let Self { service, hub, moment, handles, next, .. } = self;
        self.slots.entry(handle).or_insert_with(|| {
            *next += 1;
            handles.insert(*next, handle);
            let peer = Peer::Inet(connection.path().remote);
            let mut http3 = core::Http3::new(service.clone(), hub.clone(), peer, *next, moment);
            http3.set_grease(crate::random::number());
            Slot { number: *next, http3, armed: None }
        })
    }

    /// Does `work` on a connection whose name a handler knows; it gets its turn.
    fn with(
        &mut self,
        number: u64,
        touched: &mut Vec<Handle>,
        work: impl FnOnce(&mut core::Http3, &core::Moment),
    ) {
        let Some(handle) = self.handles.get(&number) else { return };
        if let Some(slot) = self.slots.get_mut(handle) {
            contained(|| work(&mut slot.http3, &self.moment));
            touched.push(*handle);
        }
    }

    /// Brings what was said to groups to the next members.
    fn cast(&mut self, touched: &mut Vec<Handle>) {
        let mut turn = MEMBERS;
        while turn > 0
            && let Some(group) = self.groups.pop_front()
        {
            let mut said = match group {
                Group::Waiting(share) => share.take(),
                Group::UnderWay(said) => said,
            };
            while turn > 0
                && let Some((key, messages)) = said.next_member()
            {
                turn -= 1;
                self.with(key.connection, touched, |http3, moment| {
                    if messages.iter().any(|message| http3.cast(key.stream, message) == Cast::Full)
                    {
                        http3.cut_off(key.stream, moment);
                    }
                });
            }
            if turn == 0 {
                self.groups.push_front(Group::UnderWay(said));
            }
        }
    }
}

impl Application for Http3 {
    fn turn(&mut self, now: tls::Moment, words: Vec<Word>, touched: &mut Vec<Handle>) {
        self.moment.advance(now.instant, now.time);
        touched.append(&mut self.again);
        for word in words {
            match word {
                Word::Touched(key) => self.with(key.connection, touched, |http3, moment| {
                    http3.touch(key.stream, moment);
                }),
                Word::Said(share) => self.groups.push_back(Group::Waiting(share)),
            }
        }
        self.cast(touched);
        while let Some(handle) = self.timers.pop_expired(now.instant) {
            let Some(slot) = self.slots.get_mut(&handle) else { continue };
            if slot.armed.is_none_or(|armed| armed > now.instant) {
                continue;
            }
            slot.armed = None;
            if slot.http3.next_timeout().is_some_and(|due| due <= now.instant) {
                contained(|| slot.http3.handle_timeout(&self.moment));
            }
            touched.push(handle);
        }
    }

    fn next_timeout(&self) -> Option<Instant> {
        if self.again.is_empty() && self.groups.is_empty() {
            self.timers.next()
        } else {
            Some(self.moment.now)
        }
    }

    fn event(&mut self, handle: Handle, connection: &mut Connection, event: Event) {
        let moment = self.moment.clone();
        self.slot(handle, connection).http3.on_event(event, connection, &moment);
    }

    fn settle(&mut self, handle: Handle, connection: &mut Connection) {
        let Some(slot) = self.slots.get_mut(&handle) else { return };
        slot.http3.advance(connection, &self.moment);
        if slot.http3.has_more() {
            self.again.push(handle);
        }
        // Reminders are only ever set earlier; a later one is found when the earlier is due.
        if let Some(due) = slot.http3.next_timeout()
            && slot.armed.is_none_or(|armed| due < armed)
        {
            slot.armed = Some(due);
            self.timers.set(due, handle);
        }
    }

    fn stop(&mut self, handle: Handle, connection: &mut Connection) {
        match self.slots.get_mut(&handle) {
            Some(slot) => slot.http3.shut_down(&self.moment),
            None => connection.close(::http3::ErrorCode::H3_NO_ERROR.0, b"the server stops"),
        }
    }

    fn gone(&mut self, handle: Handle) {
        if let Some(mut slot) = self.slots.remove(&handle) {
            self.handles.remove(&slot.number);
            slot.http3.disconnect(&self.moment);
        }
    }
}
