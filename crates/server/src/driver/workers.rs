//! Threads for handlers that block.
//!
//! Threads are started when work waits and no thread is free, up to a ceiling, and end after some
//! seconds without work: a server that only serves files has none.
//!
//! ```text
//!  loop ── submit ──► [ queue: `worker_queue` ] ──► threads: `workers` ──► handler
//!             │ full
//!             └──► 503, at once: a client that is told can go elsewhere, one that waits cannot
//! ```
//!
//! Invariant: no job waits while a thread is free or may be started.

use crate::{Handler, Reply, Request, handler::guarded};
use std::{
    collections::VecDeque,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    thread,
    time::Duration,
};

/// A request, its answer, and who gives it.
pub(crate) type Job = (Arc<dyn Handler>, Request, Reply);

/// How long a thread waits for work before it ends.
const IDLE: Duration = Duration::from_secs(10);

#[derive(Default)]
struct State {
    queue: VecDeque<Job>,
    threads: usize,
    /// Threads that wait for a job, and those that were started and have not looked yet: so many
    /// jobs of the queue do not wait, they are only on their way.
    free: usize,
    stopped: bool,
}

/// A pool of threads behind a bounded queue.
pub struct Workers {
    state: Mutex<State>,
    work: Condvar,
    most_threads: usize,
    most_waiting: usize,
}

impl Workers {
    /// At most `threads` threads, and at most `waiting` requests that wait for one.
    pub fn new(threads: usize, waiting: usize) -> Arc<Self> {
        let (state, work) = (Mutex::default(), Condvar::new());
        Arc::new(Self { state, work, most_threads: threads.max(1), most_waiting: waiting })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Gives `job` to a thread.
    ///
    /// # Errors
    /// The job itself, when the queue is full or the server has stopped.
    pub(crate) fn submit(self: &Arc<Self>, job: Job) -> Result<(), Box<Job>> {
        let mut state = self.state();
        if state.queue.len() >= state.free && state.threads < self.most_threads {
            let pool = self.clone();
            let thread = thread::Builder::new().name("worker".into());
            // Where no thread is to be had, another one may take the job.
            if !state.stopped && thread.spawn(move || pool.run()).is_ok() {
                (state.threads, state.free) = (state.threads + 1, state.free + 1);
            }
        }
        let waiting = state.queue.len().checked_sub(state.free);
        let too_many = waiting.is_some_and(|waiting| waiting >= self.most_waiting);
        if state.stopped || state.threads == 0 || too_many {
            return Err(Box::new(job));
        }
        state.queue.push_back(job);
        drop(state);
        self.work.notify_one();
        Ok(())
    }

    fn run(&self) {
        self.state().free -= 1;
        while let Some((handler, request, reply)) = self.next() {
            guarded(&*handler, request, reply);
        }
    }

    fn next(&self) -> Option<Job> {
        let mut state = self.state();
        loop {
            if let Some(job) = state.queue.pop_front() {
                return Some(job);
            }
            if state.stopped {
                state.threads -= 1;
                return None;
            }
            state.free += 1;
            let (woken, wait) =
                self.work.wait_timeout(state, IDLE).unwrap_or_else(PoisonError::into_inner);
            state = woken;
            state.free -= 1;
            if wait.timed_out() && state.queue.is_empty() {
                state.threads -= 1;
                return None;
            }
        }
    }

    /// Lets the threads end once the queue is empty; whoever is inside a handler finishes it.
    pub(crate) fn stop(&self) {
        self.state().stopped = true;
        self.work.notify_all();
    }
}
