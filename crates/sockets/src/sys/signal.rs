//! Signals: the handler writes one octet to a pipe, the rest of the program reads it.
//!
//! signal(2) is used rather than sigaction(2), because its arguments have the same layout
//! everywhere, and because the C libraries of Linux, macOS and the BSDs give it the semantics we
//! want: the handler stays installed, interrupted calls are restarted (waiting ones are not).
//!
//! Invariant: the handler calls nothing but write(2), which is safe in a handler, and restores
//! `errno`, so that the code it interrupted never notices.
//!
//! Invariant: the pipe lives as long as the process. A handler that runs late thus never writes to
//! a descriptor that means something else by now.

use std::{
    ffi::{c_int, c_void},
    io,
    os::{fd::AsRawFd, unix::net::UnixStream},
    sync::{
        OnceLock,
        atomic::{AtomicI32, Ordering},
    },
};

/// What signal(2) takes and gives: the address of a handler, or one of three small numbers.
pub(crate) type Handler = usize;
/// `SIG_IGN`.
pub(crate) const IGNORED: Handler = 1;
/// `SIG_ERR`.
const FAILED: Handler = usize::MAX;

unsafe extern "C" {
    fn signal(number: c_int, handler: Handler) -> Handler;
    fn write(descriptor: c_int, octets: *const c_void, length: usize) -> isize;
    #[cfg_attr(target_os = "linux", link_name = "__errno_location")]
    #[cfg_attr(
        any(target_os = "macos", target_os = "ios", target_os = "freebsd"),
        link_name = "__error"
    )]
    #[cfg_attr(any(target_os = "netbsd", target_os = "openbsd"), link_name = "__errno")]
    fn errno_location() -> *mut c_int;
}

/// The writing end's number for the handler, which may not lock anything.
static WRITING_END: AtomicI32 = AtomicI32::new(-1);
/// Reading end, writing end; never closed.
static PIPE: OnceLock<(UnixStream, UnixStream)> = OnceLock::new();

/// The process's pipe, from which the numbers of signals are read.
pub(crate) fn pipe() -> io::Result<&'static UnixStream> {
    if PIPE.get().is_none() {
        let (reading, writing) = UnixStream::pair()?;
        reading.set_nonblocking(true)?;
        // A full pipe drops the signal: hundreds of unread ones say no more than these do.
        writing.set_nonblocking(true)?;
        let _ = PIPE.set((reading, writing));
    }
    let (reading, writing) =
        PIPE.get().ok_or_else(|| io::Error::other("the signals' pipe cannot be made"))?;
    WRITING_END.store(writing.as_raw_fd(), Ordering::Release);
    Ok(reading)
}

/// Lets the handler below catch `number`; answers what was there before.
pub(crate) fn catch(number: c_int) -> io::Result<Handler> {
    let handler: extern "C" fn(c_int) = on_signal;
    install(number, handler as Handler)
}

/// Puts back what [`catch`] replaced.
pub(crate) fn restore(number: c_int, before: Handler) {
    // It was accepted for this number before; there is nobody to tell of a failure.
    let _ = install(number, before);
}

fn install(number: c_int, handler: Handler) -> io::Result<Handler> {
    // SAFETY: `handler` is either our function, of the type that signal(2) asks for, or a value
    // that signal(2) itself handed out for this number.
    match unsafe { signal(number, handler) } {
        FAILED => Err(io::Error::last_os_error()),
        before => Ok(before),
    }
}

extern "C" fn on_signal(number: c_int) {
    let octet = number.to_le_bytes();
    // SAFETY: the location of this thread's errno is valid as long as the thread runs.
    let saved = unsafe { *errno_location() };
    // SAFETY: write(2) may be called in a handler; one octet of a live array is handed over, and
    // the descriptor is -1 (harmless) or the pipe's end, which is never closed.
    unsafe { write(WRITING_END.load(Ordering::Acquire), octet.as_ptr().cast(), 1) };
    // SAFETY: as above.
    unsafe { *errno_location() = saved };
}
