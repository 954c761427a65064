//! What answers requests: one interface for every version of HTTP.

use crate::{Reply, Request};
use http::StatusCode;
use std::sync::Arc;

/// Where a handler runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On a worker thread, where it may block.
    Worker,
    /// On the event loop, at the price of never blocking: a loop that waits serves nobody.
    Inline,
}

/// Something that answers requests.
///
/// A closure `Fn(Request, Reply)` is a handler that runs on a worker; [`inline`] makes it one that
/// runs on the loop.
pub trait Handler: Send + Sync + 'static {
    /// Answers one request, now or later, here or from another thread.
    fn handle(&self, request: Request, reply: Reply);

    /// Where [`handle`](Self::handle) wants to be called.
    fn place(&self) -> Place {
        Place::Worker
    }

    /// Whether [`handle`](Self::handle) may be given a request that came as early data, which
    /// somebody may have recorded and sent again (RFC 8470 §3). Where not, it is answered 425, and
    /// the client sends it again when it has shown who it is.
    fn accepts_early(&self, _request: &Request) -> bool {
        false
    }
}

impl<F: Fn(Request, Reply) + Send + Sync + 'static> Handler for F {
    fn handle(&self, request: Request, reply: Reply) {
        self(request, reply);
    }
}

impl Handler for Arc<dyn Handler> {
    fn handle(&self, request: Request, reply: Reply) {
        (**self).handle(request, reply);
    }

    fn place(&self) -> Place {
        (**self).place()
    }

    fn accepts_early(&self, request: &Request) -> bool {
        (**self).accepts_early(request)
    }
}

/// A handler that promises never to block.
pub fn inline(handler: impl Fn(Request, Reply) + Send + Sync + 'static) -> impl Handler {
    Inline(handler)
}

struct Inline<F>(F);

impl<F: Fn(Request, Reply) + Send + Sync + 'static> Handler for Inline<F> {
    fn handle(&self, request: Request, reply: Reply) {
        (self.0)(request, reply);
    }

    fn place(&self) -> Place {
        Place::Inline
    }
}

/// Lets `handler` see early data, where the method is safe (RFC 9110 §9.2.1) and the request has no
/// content: for what may be asked for any number of times, by anybody who recorded that it was.
pub fn early(handler: impl Handler) -> impl Handler {
    Early(handler)
}

struct Early<H>(H);

impl<H: Handler> Handler for Early<H> {
    fn handle(&self, request: Request, reply: Reply) {
        self.0.handle(request, reply);
    }

    fn place(&self) -> Place {
        self.0.place()
    }

    fn accepts_early(&self, request: &Request) -> bool {
        request.method.is_safe() && request.body.is_none()
    }
}

/// Calls `handler` where it wants to be called; or answers 425 where it must not see early data
/// (RFC 8470 §5.2).
pub(crate) fn dispatch(handler: &Arc<dyn Handler>, request: Request, reply: Reply) {
    if request.early && !handler.accepts_early(&request) {
        return reply.status(StatusCode::TOO_EARLY);
    }
    match handler.place() {
        Place::Inline => guarded(&**handler, request, reply),
        Place::Worker => reply.offload(request, handler.clone()),
    }
}

/// Calls `handler`; a panic costs that request a 500, since its reply is dropped, and nothing else.
pub(crate) fn guarded(handler: &dyn Handler, request: Request, reply: Reply) {
    contained(|| handler.handle(request, reply));
}

/// Does `work`; answers whether it came to its end. Code that is not ours must not take a thread
/// with it that serves others: a loop's death would cut off all of its connections.
pub(crate) fn contained(work: impl FnOnce()) -> bool {
    // The panic has been reported by the panic hook; there is nothing to add. What `work` had a
    // hold of is dropped or never looked at again by the callers.
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work)).is_ok()
}
