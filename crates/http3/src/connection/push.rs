//! Requests that a server makes up: promises, kept or cancelled.
//!
//! RFC 9114 §4.6, §7.2.3, §7.2.5, §7.2.7
//!
//! ```text
//!   client                                    server
//!     │ MAX_PUSH_ID 15  ───────────────────►   │  so many, and no more
//!     │ HEADERS (stream 0) GET /page ──────►   │
//!     │ ◄── PUSH_PROMISE (stream 0): 0, GET /style
//!     │ ◄── push stream: 0, HEADERS, DATA …    │  in any order: streams overtake each other
//!     │ CANCEL_PUSH 0 ─────────────────────►   │  or no, thanks
//! ```
//!
//! Invariant: the response of a push is told behind its promise, whichever came first.
//!
//! Used by: `server`, for handlers that push; `client`, which keeps what was pushed.

use super::{
    Connection, Order,
    sections::Carrier,
    unidirectional::{Inbound, PUSH},
};
use crate::{Error, ErrorCode, Event, Misuse, Role, StreamId, frame::FrameType, stream::Stream};
use http::{
    HeaderName, Method, Priority, Request, Target,
    message::{
        RequestHead,
        outgoing::{Sink, Unsendable},
    },
};
use wire::{VarInt, trace::Direction};

impl Connection {
    // ANCHOR: push
    /// Promises the response to `request` on the stream of a request; answer it as any other, on
    /// the stream that this gives. Its target is a path, its Host the server's.
    ///
    /// # Errors
    /// [`Misuse::NoPush`] where the client takes none now, or the request is not safe or has
    /// content.
    pub fn push(&mut self, parent: StreamId, request: &Request) -> Result<StreamId, Misuse> {
        if self.role != Role::Server {
            return Err(Misuse::Role);
        }
        let safe = matches!(request.method, Method::Get | Method::Head);
        let length = request.headers.contains(HeaderName::CONTENT_LENGTH);
        let open = !self.find(parent)?.sending.finished && parent.is_request();
        if !safe || length || !open || !self.can_push() {
            return Err(Misuse::NoPush);
        }
        if self.draining {
            return Err(Misuse::GoingAway);
        }
        let (Target::Origin(path), Some(host)) =
            (&request.target, request.headers.get(HeaderName::HOST))
        else {
            return Err(Misuse::Head(Unsendable::TargetForm));
        };
        let Some(id) = self.spare.pop() else { return Err(Misuse::NoPush) };
        let (push, scheme) = (self.next_push, self.scheme.clone());
        let promised = self.put_section(parent, Carrier::Promise(push), |lines| {
            lines.field(b":method", request.method.as_str().as_bytes());
            lines.field(b":scheme", scheme.as_str().as_bytes());
            lines.field(b":authority", host.as_bytes());
            lines.field(b":path", path.as_bytes());
            lines.fields(&request.headers, &[HeaderName::HOST]);
        });
        if let Err(misuse) = promised {
            self.spare.push(id);
            return Err(misuse);
        }
        self.next_push += 1;
        self.promises.entry(push).or_default().stream = Some(id);
        let mut stream = Box::new(Stream::new());
        stream.receiving.phase = crate::stream::Phase::Over;
        (stream.told, stream.push) = (true, Some(push));
        stream.sending.head_request = request.method == Method::Head;
        if let Some(value) = request.headers.get(HeaderName::PRIORITY) {
            stream.priority = Priority::parse(value.as_bytes());
            self.orders.push(Order::Priority(id, stream.priority));
        }
        stream.sending.queue.put(|out| {
            for number in [PUSH, push] {
                VarInt::new(number).unwrap_or(VarInt::MAX).encode(out);
            }
        });
        self.streams.insert(id, stream);
        self.teller(Direction::Sent).stream_type(id, "push stream");
        Ok(id)
    }
    // ANCHOR_END: push

    /// Whether the client takes a push now.
    pub fn can_push(&self) -> bool {
        let welcome = self.max_push.is_some_and(|most| self.next_push <= most);
        let refused = self.goaway_received.is_some_and(|first| self.next_push >= first);
        let few = self.promises.len() < self.limits.pushes as usize;
        self.role == Role::Server && welcome && !refused && few && !self.spare.is_empty()
    }

    /// What must hold before a promise is decoded.
    pub(super) fn check_push(&self, push: u64) -> Result<(), Error> {
        if self.max_push.is_none_or(|most| push > most) {
            let reason = "is above MAX_PUSH_ID";
            return Err(Error::Id { what: "PUSH_PROMISE", id: push, reason });
        }
        Ok(())
    }

    // ANCHOR: promise
    /// A promise came.
    pub(super) fn on_promise(
        &mut self,
        parent: StreamId,
        push: u64,
        head: RequestHead,
    ) -> Result<(), Error> {
        check_promised(parent, push, &head)?;
        let promise = self.promises.entry(push).or_default();
        match &promise.head {
            Some(before) if **before != head => return Err(Error::PromiseDiffers { push }),
            // Promised on several streams: it is still one response (§4.6).
            Some(_) => return Ok(()),
            None => promise.head = Some(Box::new(head.clone())),
        }
        if promise.over {
            return Ok(());
        }
        let stream = promise.stream;
        self.events.push_back(Event::PushPromise { parent, push, head });
        if let Some(stream) = stream {
            self.open_push(stream, push);
            self.events.push_back(Event::Readable(stream));
        }
        Ok(())
    }
    // ANCHOR_END: promise

    /// A client does without what was promised.
    pub fn cancel_push(&mut self, push: u64) {
        if self.role != Role::Client || self.max_push.is_none_or(|most| push > most) {
            return;
        }
        let promise = self.promises.entry(push).or_default();
        match promise.stream.filter(|stream| self.streams.contains_key(stream)) {
            Some(stream) => self.reset(stream, ErrorCode::H3_REQUEST_CANCELLED),
            None if self.waive(push) => self.put_control(FrameType::CANCEL_PUSH, &[push], &[]),
            None => {}
        }
    }

    /// Does without a push whose response was not told of; answers whether it was awaited.
    pub(super) fn waive(&mut self, push: u64) -> bool {
        let awaited = !self.promises.entry(push).or_default().over;
        if awaited {
            self.end_push(push);
        }
        awaited
    }

    /// No request is under way whose stream could still bring a promise: it was lost when its own
    /// was reset, and who waits for it would wait for ever.
    pub(super) fn give_up_unpromised(&mut self) {
        let mut lost = Vec::new();
        for (id, inbound) in &mut self.inbound {
            if let Inbound::Unpromised(push) = inbound {
                self.orders.push(Order::Stop(*id, ErrorCode::H3_REQUEST_CANCELLED));
                lost.push(*push);
                *inbound = Inbound::Ignored;
            }
        }
        for push in lost {
            self.waive(push);
        }
    }

    /// A push is over, or will not come: there is room for another.
    pub(super) fn end_push(&mut self, push: u64) {
        match self.role {
            Role::Server => {
                self.promises.remove(&push);
            }
            Role::Client => {
                self.promises.entry(push).or_default().over = true;
                // Its number is not used again, and of what is forgotten no copy can be held
                // against it: a few are kept.
                let most = self.limits.pushes as usize;
                while self.promises.len() > most.saturating_mul(4) {
                    self.promises.pop_first();
                }
                if let Some(highest) = self.max_push
                    && !self.draining
                {
                    self.max_push = Some(highest.saturating_add(1));
                    self.put_control(FrameType::MAX_PUSH_ID, &[highest.saturating_add(1)], &[]);
                }
            }
        }
    }
}

/// A server may promise only what a client could have asked without consequences.
fn check_promised(stream: StreamId, push: u64, head: &RequestHead) -> Result<(), Error> {
    let reason = if !head.request.method.is_safe() {
        "is not safe"
    } else if head.content_length.is_some_and(|length| length > 0) {
        "has content"
    } else if head.protocol.is_some() {
        "is for another protocol"
    } else {
        return Ok(());
    };
    Err(Error::Promise { push, stream, reason })
}
