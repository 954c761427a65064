//! SETTINGS, GOAWAY, priorities, and which pushes are wanted.
//!
//! RFC 9114 §5.2, §7.2; RFC 9218 §7.2
//!
//! Invariant: a number that is told twice never grows (GOAWAY) or never shrinks (MAX_PUSH_ID).
//!
//! Used by: `unidirectional`, which cuts the control stream into frames.

use super::{Connection, Order};
use crate::{
    Error, ErrorCode, Event, Role, Settings, StreamId,
    frame::{Control, FrameHead, FrameType, Place, encode_numbers, parse_control},
};
use http::Priority;
use wire::trace::Direction;

impl Connection {
    // ANCHOR: admit_control
    /// Whether a frame may be on the control stream, and its payload is to be kept.
    pub(super) fn admit_control(&mut self, id: StreamId, head: FrameHead) -> Result<bool, Error> {
        let FrameHead { kind, length } = head;
        let frame = kind.name();
        if kind != FrameType::SETTINGS {
            self.teller(Direction::Received).frame(id, kind, length, &[]);
        }
        if !self.introduced && kind != FrameType::SETTINGS {
            return Err(Error::SettingsMissing { frame });
        }
        if !kind.is_known() {
            self.charge_control("frames that mean nothing")?;
            return Ok(false);
        }
        let first = !self.introduced && kind == FrameType::SETTINGS;
        if !first && !kind.is_allowed(Place::Control, self.peer()) {
            return Err(Error::FrameUnexpected { frame, place: "on the control stream" });
        }
        if length > u64::from(self.limits.control_frame) {
            let limit = self.limits.control_frame;
            return Err(Error::FrameTooLong { frame, length, limit });
        }
        Ok(true)
    }
    // ANCHOR_END: admit_control

    pub(super) fn on_control(
        &mut self,
        id: StreamId,
        kind: FrameType,
        payload: &[u8],
    ) -> Result<(), Error> {
        if kind == FrameType::SETTINGS {
            return self.on_settings(id, payload);
        }
        self.charge_control("frames on the control stream")?;
        match parse_control(kind, payload)? {
            Some(Control::CancelPush(push)) => self.on_cancel_push(push),
            Some(Control::GoAway(number)) => self.on_go_away(number),
            Some(Control::MaxPushId(push)) => self.on_max_push(push),
            Some(Control::PriorityUpdate { push, element, value }) => {
                let priority = Priority::parse(value);
                if push {
                    self.on_push_priority(element, priority)
                } else {
                    self.on_priority(StreamId::new(element), priority)
                }
            }
            None => Ok(()),
        }
    }

    fn on_settings(&mut self, id: StreamId, payload: &[u8]) -> Result<(), Error> {
        let settings = Settings::parse(payload, self.limits.settings)?;
        if self.trace.is_on() {
            let entries: Vec<_> =
                settings.entries().map(|(id, value)| (crate::settings::name(id), value)).collect();
            let teller = self.teller(Direction::Received);
            teller.frame(id, FrameType::SETTINGS, payload.len() as u64, &entries);
        }
        if let Some(remembered) = self.remembered.take() {
            settings.check_kept(&remembered)?;
        }
        self.theirs = settings;
        self.introduced = true;
        let capacity = usize::try_from(settings.qpack_max_table_capacity).unwrap_or(usize::MAX);
        self.encoder.set_peer(capacity, settings.qpack_blocked_streams);
        self.events.push_back(Event::Settings);
        Ok(())
    }

    /// What was sent in 0-RTT was not taken: the server owes us none of what it said before.
    pub fn reject_early_data(&mut self) {
        if self.remembered.take().is_some() && !self.introduced {
            self.theirs = Settings::default();
        }
    }

    fn on_go_away(&mut self, number: u64) -> Result<(), Error> {
        let wrong = |reason| Err(Error::Id { what: "GOAWAY", id: number, reason });
        if self.role == Role::Client && !StreamId::new(number).is_request() {
            return wrong("is no request's stream");
        }
        if self.goaway_received.is_some_and(|before| number > before) {
            return wrong("is more than before");
        }
        self.goaway_received = Some(number);
        self.events.push_back(Event::GoAway { id: number });
        if self.role == Role::Client {
            // They were not looked at, and can be asked for elsewhere (§5.2).
            let lost: Vec<_> =
                self.streams.range(StreamId::new(number)..).map(|(id, _)| *id).collect();
            for id in lost.into_iter().filter(|id| id.is_request()) {
                self.give_up(id, ErrorCode::H3_REQUEST_CANCELLED);
                self.lose(id, ErrorCode::H3_REQUEST_REJECTED, None);
            }
        }
        self.finish_when_idle();
        Ok(())
    }

    fn on_max_push(&mut self, push: u64) -> Result<(), Error> {
        if self.max_push.is_some_and(|before| push < before) {
            let reason = "is less than before";
            return Err(Error::Id { what: "MAX_PUSH_ID", id: push, reason });
        }
        self.max_push = Some(push);
        Ok(())
    }

    fn on_cancel_push(&mut self, push: u64) -> Result<(), Error> {
        let wrong = |reason| Err(Error::Id { what: "CANCEL_PUSH", id: push, reason });
        match self.role {
            Role::Server if push >= self.next_push => wrong("was never promised"),
            Role::Server => {
                if let Some(stream) = self.promises.get(&push).and_then(|promise| promise.stream) {
                    self.orders.push(Order::Reset(stream, ErrorCode::H3_REQUEST_CANCELLED));
                    self.lose(stream, ErrorCode::H3_REQUEST_CANCELLED, None);
                }
                Ok(())
            }
            Role::Client if self.max_push.is_none_or(|most| push > most) => {
                wrong("is above MAX_PUSH_ID")
            }
            Role::Client => {
                let promise = self.promises.entry(push).or_default();
                // Where its response has begun, that stands (§7.2.3).
                if promise.stream.is_none() && self.waive(push) {
                    self.events.push_back(Event::PushCancelled { push });
                }
                Ok(())
            }
        }
    }

    fn on_priority(&mut self, id: StreamId, priority: Priority) -> Result<(), Error> {
        let wrong = |reason| Err(Error::Id { what: "PRIORITY_UPDATE", id: id.get(), reason });
        if !id.is_request() {
            return wrong("is no request's stream");
        }
        let beyond = self.is_beyond(id);
        match self.streams.get_mut(&id) {
            Some(stream) => {
                (stream.priority, stream.reprioritized) = (priority, true);
                self.orders.push(Order::Priority(id, priority));
                self.events.push_back(Event::Priority { stream: id, priority });
            }
            None if self.begun.contains(id) => {}
            None if beyond => return wrong("is beyond the limit of streams"),
            None => {
                self.early.retain(|(early, _)| *early != id);
                if self.early.len() < self.limits.early_priorities as usize {
                    self.early.push((id, priority));
                }
            }
        }
        Ok(())
    }

    /// Whether a client cannot have begun that request: the transport's limit is `streams` above
    /// those that are over, which have begun.
    pub(super) fn is_beyond(&self, id: StreamId) -> bool {
        id.index() >= self.next_request / 4 + u64::from(self.limits.streams)
    }

    fn on_push_priority(&mut self, push: u64, priority: Priority) -> Result<(), Error> {
        if push >= self.next_push {
            let reason = "was never promised";
            return Err(Error::Id { what: "PRIORITY_UPDATE", id: push, reason });
        }
        if let Some(id) = self.promises.get(&push).and_then(|promise| promise.stream)
            && let Some(stream) = self.streams.get_mut(&id)
        {
            (stream.priority, stream.reprioritized) = (priority, true);
            self.orders.push(Order::Priority(id, priority));
            self.events.push_back(Event::Priority { stream: id, priority });
        }
        Ok(())
    }

    /// A client's wish: how urgent the answer on a stream is, a request's or a push's.
    pub fn set_priority(&mut self, stream: StreamId, priority: Priority) {
        let Some(record) = self.streams.get(&stream).filter(|_| self.role == Role::Client) else {
            return;
        };
        let (kind, element) = match record.push {
            Some(push) => (FrameType::PRIORITY_UPDATE_PUSH, push),
            None => (FrameType::PRIORITY_UPDATE, stream.get()),
        };
        self.orders.push(Order::Priority(stream, priority));
        self.put_control(kind, &[element], priority.to_string().as_bytes());
    }

    /// Appends a frame to the control stream.
    pub(super) fn put_control(&mut self, kind: FrameType, numbers: &[u64], rest: &[u8]) {
        let [control, ..] = &mut self.lanes;
        control.queue.put(|out| encode_numbers(kind, numbers, rest, out));
        if self.trace.is_on() {
            let name = match kind {
                FrameType::GOAWAY => "id",
                FrameType::PRIORITY_UPDATE => "prioritized_stream_id",
                _ => "push_id",
            };
            let numbers: Vec<_> = numbers.iter().map(|number| (name, *number)).collect();
            let stream = self.lanes.first().and_then(|lane| lane.stream);
            let length = rest.len() as u64;
            let stream = stream.unwrap_or(StreamId::new(0));
            self.teller(Direction::Sent).frame(stream, kind, length, &numbers);
        }
    }
}
