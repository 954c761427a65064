//! A file's octets into a socket without a detour through our memory.
//!
//! sendfile(2) lets the kernel hand pages of its file cache to the socket: no copy to user space,
//! no buffer of ours. Where it cannot (another system, an odd file system), pread and write do.
//!
//! Invariant: the file's own position is neither used nor moved, so that many connections may send
//! one open file.
//!
//! Used by: `server`, for the `External` segments of an `Output`.

use crate::sys::file;
use std::{fs::File, io, os::fd::AsFd, os::unix::fs::FileExt};

/// What one call may send: Linux's own ceiling, `INT_MAX` rounded down to a page.
const MOST: usize = 0x7fff_f000;

/// How much the fallback copies at once: enough that the calls cost less than the copying.
const PIECE: usize = 64 * 1024;

/// Sends up to `count` octets of `file`, from `offset` on; answers how many went.
///
/// Less than `count` is normal: a non-blocking socket takes what fits. 0 means that the file ended
/// before `offset + count`: it was cut while it was being sent.
///
/// # Errors
/// `WouldBlock` from a non-blocking socket that is full; otherwise what the kernel says of either
/// side.
pub fn sendfile(socket: &impl AsFd, file: &File, offset: u64, count: u64) -> io::Result<usize> {
    let count = usize::try_from(count).unwrap_or(MOST).min(MOST);
    if count == 0 {
        return Ok(0);
    }
    match file::sendfile(socket.as_fd(), file, offset, count)? {
        Some(sent) => Ok(sent),
        None => copy(socket, file, offset, count),
    }
}

/// The portable way: one pread, one write.
fn copy(socket: &impl AsFd, file: &File, offset: u64, count: usize) -> io::Result<usize> {
    let mut piece = vec![0; count.min(PIECE)];
    let read = file.read_at(&mut piece, offset)?;
    // Octets that the socket does not take are read again next time; the offset is the caller's.
    file::write_to(socket.as_fd(), piece.get(..read).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{io::Read, os::unix::net::UnixStream};

    #[test]
    fn the_portable_way_sends_the_same_octets() {
        let folder = testkit::TempDir::new("copy");
        let path = folder.path().join("file");
        let octets: Vec<u8> = (0..=255).cycle().take(200_000).collect();
        std::fs::write(&path, &octets).unwrap();
        let file = File::open(path).unwrap();
        let (ours, mut theirs) = UnixStream::pair().unwrap();
        let reader = std::thread::spawn(move || {
            let mut found = Vec::new();
            theirs.read_to_end(&mut found).unwrap();
            found
        });
        let mut offset = 5;
        while offset < octets.len() {
            offset += copy(&ours, &file, offset as u64, octets.len() - offset).unwrap();
        }
        assert_eq!(copy(&ours, &file, offset as u64, 100).unwrap(), 0, "the end");
        drop(ours);
        assert!(reader.join().unwrap() == octets[5..]);
    }
}
