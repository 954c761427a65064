//! Unix-domain sockets: the same calls between two processes of one machine, named by a path.
//!
//! unix(7)
//!
//! ```text
//!   TCP     192.0.2.1:80        a port, which the kernel frees with the process
//!   Unix    /run/app.sock       a file, which outlives the process: it has to be removed
//! ```
//!
//! No handshake, no checksums, no port; access by the file's permissions; and the kernel tells who
//! the peer is. std has the types; here is what it cannot do.
//!
//! Invariant: [`listen`] removes a socket that nobody listens on, and nothing else, ever.
//!
//! Used by: the book's chapter on sockets; `server` behind a proxy on the same machine.

use crate::sys::{peer, socket};
use std::{
    fs, io,
    os::{
        fd::AsFd,
        unix::{
            fs::{FileTypeExt, PermissionsExt},
            net::{UnixDatagram, UnixListener, UnixStream},
        },
    },
    path::Path,
};

/// How to listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ListenOptions {
    /// Connections that may wait to be accepted. Unlike TCP's, a connect beyond it blocks, or fails
    /// with `WouldBlock`, until there is room.
    pub backlog: u32,
    /// The file's permissions, as `0o660`; `None`: what the process's umask leaves. They are set
    /// after bind; where that instant matters, the folder's permissions must be strict.
    pub mode: Option<u32>,
}

impl Default for ListenOptions {
    fn default() -> Self {
        Self { backlog: 1024, mode: None }
    }
}

/// Listens on `path`, after removing a socket that a dead process left there.
///
/// Two processes that start on the same path in the same instant may both find the old socket dead;
/// the later one then takes the path from the earlier. A lock file would prevent that, this cannot.
///
/// # Errors
/// `AddrInUse` where somebody listens there or the path is not a socket; as the kernel says
/// otherwise (a path of more than 107 octets, no right to the folder).
pub fn listen(path: impl AsRef<Path>, options: &ListenOptions) -> io::Result<UnixListener> {
    let path = path.as_ref();
    let listener = match UnixListener::bind(path) {
        Err(error) if error.kind() == io::ErrorKind::AddrInUse && is_stale(path) => {
            fs::remove_file(path)?;
            UnixListener::bind(path)?
        }
        other => other?,
    };
    // listen(2) on a socket that listens changes its backlog.
    socket::listen_on(listener.as_fd(), options.backlog)?;
    if let Some(mode) = options.mode {
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    }
    Ok(listener)
}

/// Whether `path` is a socket that no process has open: the kernel refuses who connects to it.
///
/// It is asked with a datagram socket. A living stream socket answers that with "wrong type" at
/// once, while a stream's connect would wait if the other's backlog is full, and would wake it.
fn is_stale(path: &Path) -> bool {
    // Not through a symbolic link: the link would be removed instead of the socket.
    let is_socket = fs::symlink_metadata(path).is_ok_and(|about| about.file_type().is_socket());
    let asked = || UnixDatagram::unbound()?.connect(path);
    is_socket && asked().is_err_and(|error| error.kind() == io::ErrorKind::ConnectionRefused)
}

/// Who opened the other end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Credentials {
    /// The process, where the system tells (Linux) and it is visible from here.
    pub process: Option<u32>,
    /// Its effective user when it connected or listened.
    pub user: u32,
    /// Its effective group.
    pub group: u32,
}

/// Who opened the other end, in the kernel's word, not the peer's.
///
/// # Errors
/// As the kernel says.
pub fn peer_credentials(stream: &UnixStream) -> io::Result<Credentials> {
    let peer::Peer { process, user, group } = peer::peer(stream.as_fd())?;
    Ok(Credentials { process, user, group })
}
