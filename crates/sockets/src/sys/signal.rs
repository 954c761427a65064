//! Signals: the handler writes one octet to a pipe, the rest of the program reads it.
//!
//! signal(2), sigaction(2)
//!
//! signal(2) installs our handler, because its arguments have the same layout everywhere, and
//! because the C libraries of Linux, macOS and the BSDs give it the semantics we want: the handler
//! stays installed, interrupted calls are restarted (waiting ones are not).
//!
//! What was there before belongs to somebody else and may have flags and a mask, which signal(2)
//! loses: a handler that was promised three arguments would be called with one. So sigaction(2)
//! reads it out and puts it back, as octets that nobody here looks into.
//!
//! Invariant: the handler calls nothing but write(2), which is safe in a handler, and restores
//! `errno`, so that the code it interrupted never notices.
//!
//! Invariant: the pipe lives as long as the process. A handler that runs late thus never writes to
//! a descriptor that means something else by now.

use super::call::check;
use std::{
    ffi::{c_int, c_void},
    fmt, io,
    os::{fd::AsRawFd, unix::net::UnixStream},
    ptr,
    sync::{
        OnceLock,
        atomic::{AtomicI32, Ordering},
    },
};

/// What signal(2) takes and gives: the address of a handler, or one of three small numbers.
type Handler = usize;
/// `SIG_IGN`.
pub(super) const IGNORED: Handler = 1;
/// `SIG_ERR`.
const FAILED: Handler = usize::MAX;

/// Room for a `struct sigaction`, the largest of which is glibc's with 152 octets.
#[derive(Clone, Copy)]
#[repr(C, align(16))]
pub(super) struct Action([u8; 256]);

/// What [`catch`] replaced.
pub(crate) struct Replaced {
    action: Action,
    /// Whether the signal was ignored.
    pub(crate) was_ignored: bool,
}

unsafe extern "C" {
    fn signal(number: c_int, handler: Handler) -> Handler;
    #[cfg_attr(target_os = "netbsd", link_name = "__sigaction14")]
    fn sigaction(number: c_int, action: *const Action, before: *mut Action) -> c_int;
    fn write(descriptor: c_int, octets: *const c_void, length: usize) -> isize;
    #[cfg_attr(target_os = "linux", link_name = "__errno_location")]
    #[cfg_attr(
        any(target_os = "macos", target_os = "ios", target_os = "freebsd"),
        link_name = "__error"
    )]
    #[cfg_attr(any(target_os = "netbsd", target_os = "openbsd"), link_name = "__errno")]
    fn errno_location() -> *mut c_int;
}

impl fmt::Debug for Replaced {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Replaced").field("was_ignored", &self.was_ignored).finish_non_exhaustive()
    }
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
pub(crate) fn catch(number: c_int) -> io::Result<Replaced> {
    let mut action = Action([0; 256]);
    // SAFETY: nothing is installed; `action` has room for the structure and lives through the call.
    check(unsafe { sigaction(number, ptr::null(), &mut action) })?;
    let handler: extern "C" fn(c_int) = on_signal;
    // SAFETY: our function is of the type that signal(2) asks for, and never unloaded.
    match unsafe { signal(number, handler as Handler) } {
        FAILED => Err(io::Error::last_os_error()),
        before => Ok(Replaced { action, was_ignored: before == IGNORED }),
    }
}

/// Puts back what [`catch`] replaced.
pub(crate) fn restore(number: c_int, replaced: &Replaced) {
    // SAFETY: these octets are what sigaction(2) itself wrote for this number; it reads them back.
    let answer = unsafe { sigaction(number, &replaced.action, ptr::null_mut()) };
    // It was accepted for this number before; there is nobody to tell of a failure.
    let _ = check(answer);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sys::number;
    use std::mem;

    /// A handler of three arguments, as somebody else in the process may have one: called with one
    /// alone, it would read what nobody handed over.
    extern "C" fn of_three(_: c_int, _: *mut libc::siginfo_t, _: *mut c_void) {}

    fn installed(number: c_int, new: Option<&libc::sigaction>) -> libc::sigaction {
        // SAFETY: all zeros are a value of this structure.
        let mut before: libc::sigaction = unsafe { mem::zeroed() };
        let new = new.map_or(ptr::null(), ptr::from_ref);
        // SAFETY: both structures live through the call, and the handler is of the kind it says.
        assert_eq!(unsafe { libc::sigaction(number, new, &mut before) }, 0);
        before
    }

    #[test]
    fn a_handler_comes_back_with_its_flags_and_its_mask() {
        let handler: extern "C" fn(c_int, *mut libc::siginfo_t, *mut c_void) = of_three;
        let mut theirs = installed(number::SIGHUP, None);
        theirs.sa_sigaction = handler as usize;
        theirs.sa_flags = libc::SA_SIGINFO | libc::SA_NODEFER;
        // SAFETY: the mask is a valid set that outlives the call.
        assert_eq!(unsafe { libc::sigaddset(&mut theirs.sa_mask, libc::SIGUSR2) }, 0);
        let first = installed(number::SIGHUP, Some(&theirs));

        let replaced = catch(number::SIGHUP).unwrap();
        assert_ne!(installed(number::SIGHUP, None).sa_sigaction, handler as usize);
        restore(number::SIGHUP, &replaced);

        let again = installed(number::SIGHUP, Some(&first));
        assert_eq!(again.sa_sigaction, handler as usize);
        assert_eq!(again.sa_flags & libc::SA_SIGINFO, libc::SA_SIGINFO, "called with three");
        assert_eq!(again.sa_flags & libc::SA_NODEFER, libc::SA_NODEFER);
        // SAFETY: the mask is a valid set that outlives the call.
        assert_eq!(unsafe { libc::sigismember(&again.sa_mask, libc::SIGUSR2) }, 1);
    }
}
