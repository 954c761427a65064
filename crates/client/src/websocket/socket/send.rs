//! What goes: framed by the connection, written by whoever has the way out.
//!
//! | call          | waits until                                     | for                       |
//! |---------------|-------------------------------------------------|---------------------------|
//! | `send`        | the socket has taken all                        | a message at a time       |
//! | `queue`       | as `send`, where 64 KiB wait; else for nothing  | many small messages       |
//! | `ping`, `close` | nothing                                       | any thread, at any time   |

use super::{WebSocket, lock};
use crate::{
    Error,
    core::timeouts::{Deadline, Phase},
    driver::connection::Waits,
    websocket::{
        CloseCode, Message,
        writer::{Writer, Wrote},
    },
};
use ::websocket::{Connection, Misuse};
use std::{io, sync::atomic::Ordering, time::Instant};

impl WebSocket {
    // ANCHOR: send
    /// Sends a message, and waits until the socket has taken all of it. Large messages are masked
    /// where they are and not copied.
    ///
    /// # Errors
    /// [`Error::WebSocket`] once the connection is closing; [`Error::Timeout`] if the socket takes
    /// nothing for as long as `read` of the time-outs says, after which the rest still waits and
    /// another call goes on with it; [`Error::Send`] if the connection broke.
    pub fn send(&self, message: Message) -> Result<(), Error> {
        let mut writer = lock(&self.writer);
        // What a time-out left behind goes first, or the connection would be full of it.
        self.flush(&mut writer)?;
        lock(&self.connection).send(message)?;
        let flushed = self.flush(&mut writer);
        drop(writer);
        self.send_pending();
        flushed
    }
    // ANCHOR_END: send

    /// Puts a message behind what waits to be sent, and sends only if a lot does: for many small
    /// messages in one write. [`flush_queued`](Self::flush_queued) sends what is left.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn queue(&self, message: Message) -> Result<(), Error> {
        /// As much as one write takes well.
        const ENOUGH: usize = 64 * 1024;
        let mut connection = lock(&self.connection);
        if connection.output_room() == 0 {
            drop(connection);
            self.flush_queued()?;
            connection = lock(&self.connection);
        }
        connection.send(message)?;
        let waits = self.output.saturating_sub(connection.output_room());
        drop(connection);
        if waits < ENOUGH { Ok(()) } else { self.flush_queued() }
    }

    /// Sends what [`queue`](Self::queue) left waiting.
    ///
    /// # Errors
    /// As [`send`](Self::send).
    pub fn flush_queued(&self) -> Result<(), Error> {
        let mut writer = lock(&self.writer);
        let flushed = self.flush(&mut writer);
        drop(writer);
        self.send_pending();
        flushed
    }

    /// Asks the peer for a Pong with these octets, at most 125 (RFC 6455 §5.5.2). Never waits, as
    /// [`pong`](Self::pong) and [`close`](Self::close) never do: what the socket does not take now
    /// goes out while somebody receives or sends.
    ///
    /// # Errors
    /// [`Error::WebSocket`], [`Error::Send`].
    pub fn ping(&self, octets: &[u8]) -> Result<(), Error> {
        self.control(|connection| connection.send_ping(octets))
    }

    /// Sends a Pong that nobody asked for (RFC 6455 §5.5.3). Pings are answered without this.
    ///
    /// # Errors
    /// As [`ping`](Self::ping).
    pub fn pong(&self, octets: &[u8]) -> Result<(), Error> {
        self.control(|connection| connection.send_pong(octets))
    }

    /// Begins the closing handshake: nothing can be sent from here on, while what the peer sends
    /// before its own Close still comes. [`receive`](Self::receive) tells when all is over, at the
    /// latest [`close_timeout`](crate::websocket::Limits::close_timeout) later.
    ///
    /// # Errors
    /// As [`ping`](Self::ping); a code that must not be sent and a reason of more than 123 octets
    /// are refused.
    pub fn close(&self, code: CloseCode, reason: &str) -> Result<(), Error> {
        self.control(|connection| connection.close(code, reason))
    }

    /// A small frame: it goes behind what is under way, and waits for nobody. What the socket does
    /// not take now goes out with the next call, or by the receiver.
    fn control(
        &self,
        act: impl FnOnce(&mut Connection) -> Result<(), Misuse>,
    ) -> Result<(), Error> {
        act(&mut lock(&self.connection))?;
        self.pending.store(true, Ordering::SeqCst);
        let sent = match self.writer.try_lock() {
            Ok(mut writer) => {
                self.pending.store(false, Ordering::SeqCst);
                self.advance(&mut writer)
            }
            // Whoever holds it sends it.
            Err(_) => Ok(Wrote::All),
        };
        self.send_pending();
        self.wake();
        sent.map(|_| ()).map_err(|source| Error::Send { to: self.name.clone(), source })
    }

    /// Wakes the receiver: its timers have changed, or there is something that it must send.
    fn wake(&self) {
        if let Some(waker) = self.waker.get() {
            waker.wake();
        }
    }

    /// Sends what waits as far as the socket takes it and the writer is free. Answers whether the
    /// socket is full. A broken way out is no error here: reading will tell more.
    pub(super) fn send_some(&self) -> bool {
        self.pending.store(true, Ordering::SeqCst);
        self.send_pending()
    }

    fn send_pending(&self) -> bool {
        let mut unsent = false;
        while self.pending.load(Ordering::SeqCst) {
            let Ok(mut writer) = self.writer.try_lock() else { return false };
            self.pending.store(false, Ordering::SeqCst);
            unsent = matches!(self.advance(&mut writer), Ok(Wrote::Full));
        }
        unsent
    }

    /// Writes what the socket takes now; what the connection wants sent is fetched when nothing is
    /// left from before, so that it knows how much waits.
    fn advance(&self, writer: &mut Writer) -> io::Result<Wrote> {
        loop {
            let order = self.in_order();
            let wrote = writer.write(&self.stream, &self.sent, &self.trace)?;
            drop(order);
            if wrote == Wrote::Full {
                return Ok(Wrote::Full);
            }
            let mut connection = lock(&self.connection);
            connection.poll_transmit(Instant::now(), &mut writer.output);
            if writer.output.is_empty() {
                if connection.wants_shutdown() {
                    // Once more does no harm.
                    let _ = self.stream.shut_down_writing();
                }
                return Ok(Wrote::All);
            }
        }
    }

    // ANCHOR: flush
    /// Writes all that the connection wants sent; waits for the socket, and reads meanwhile.
    fn flush(&self, writer: &mut Writer) -> Result<(), Error> {
        let failed = |source| Error::Send { to: self.name.clone(), source };
        let deadline = Deadline::new(Instant::now(), None);
        let waits = Waits { timeouts: self.timeouts, deadline };
        let mut reads = true;
        while self.advance(writer).map_err(failed)? == Wrote::Full {
            let wait = waits.cap(Phase::Send)?;
            match writer.wait(&self.stream, reads, wait.limit).map_err(failed)? {
                None => {
                    // The receiver, if there is one, goes on with it.
                    self.wake();
                    return Err(wait.expired.into());
                }
                // Whoever receives has it already, or the connection wants no more for now.
                Some(true) => reads = self.read_meanwhile(),
                Some(false) => {}
            }
        }
        Ok(())
    }
    // ANCHOR_END: flush
}
