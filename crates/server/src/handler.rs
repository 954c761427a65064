//! What answers requests: one interface for every version of HTTP.

use crate::{Reply, Request};
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

/// Calls `handler` where it wants to be called.
pub(crate) fn dispatch(handler: &Arc<dyn Handler>, request: Request, reply: Reply) {
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
