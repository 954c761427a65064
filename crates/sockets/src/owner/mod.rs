//! Who sits on this port? The port finds the process, and here we follow it by hand.
//!
//! proc(5)
//!
//! ```text
//!   port ──► /proc/net/tcp ──► inode ──► /proc/PID/fd/* ──► process
//!            one line each     4711      a link: socket:[4711]
//! ```
//!
//! What `ss -ltnp` and `lsof -i` do. The kernel keeps no way back from a socket to its processes
//! (it may have several, or none), so that all descriptors of all processes are looked at; those of
//! other users only by root.
//!
//! Used by: the example `port_owner`; `server`, to say who is in the way when a port is taken.

mod table;

pub use table::{Entry, Problem, parse, parse_unix};

use std::{collections::HashMap, fs, io, net::SocketAddr, path::PathBuf};

/// Whose ports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Protocol {
    /// TCP's: the listeners' and the connections'.
    Tcp,
    /// UDP's.
    Udp,
}

impl Protocol {
    fn tables(self) -> [&'static str; 2] {
        match self {
            Self::Tcp => ["/proc/net/tcp", "/proc/net/tcp6"],
            Self::Udp => ["/proc/net/udp", "/proc/net/udp6"],
        }
    }
}

/// A process that has a socket open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Process {
    /// Its number.
    pub id: u32,
    /// Its name, as the kernel shortens it: 15 octets.
    pub name: String,
}

/// A socket on a port, and who has it open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// The line of the kernel's table.
    pub entry: Entry,
    /// The processes that we are allowed to see; often one, several after a fork.
    pub processes: Vec<Process>,
}

/// The sockets whose local port is `port`, listeners first.
///
/// # Errors
/// `Unsupported` where there is no `/proc/net`; `InvalidData` for a table that we do not
/// understand.
pub fn of(protocol: Protocol, port: u16) -> io::Result<Vec<Owner>> {
    let mut entries = entries(protocol)?;
    entries.retain(|entry| entry.local.port() == port);
    entries.sort_by_key(|entry| (!entry.is_listener(), entry.local, entry.remote));
    let wanted = entries.iter().map(|entry| entry.inode).filter(|&inode| inode != 0);
    let mut processes = processes(&wanted.collect::<Vec<_>>());
    let with_processes = |entry: Entry| {
        let processes = processes.remove(&entry.inode).unwrap_or_default();
        Owner { entry, processes }
    };
    Ok(entries.into_iter().map(with_processes).collect())
}

/// All sockets of a protocol, IPv4's and then IPv6's.
///
/// # Errors
/// As [`of`].
pub fn entries(protocol: Protocol) -> io::Result<Vec<Entry>> {
    let mut all = Vec::new();
    for path in protocol.tables() {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            // A kernel without IPv6 has no table for it.
            Err(error) if error.kind() == io::ErrorKind::NotFound && path.ends_with('6') => {
                continue;
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                return Err(io::Error::new(io::ErrorKind::Unsupported, "there is no /proc/net"));
            }
            Err(error) => return Err(error),
        };
        let parsed = parse(&text).map_err(|problem| {
            io::Error::new(io::ErrorKind::InvalidData, format!("{path}: {problem}"))
        })?;
        all.extend(parsed);
    }
    Ok(all)
}

/// The Unix-domain sockets bound to `path`: their inodes and who has them open.
///
/// # Errors
/// As [`of`].
pub fn of_unix(path: &str) -> io::Result<Vec<(u64, Vec<Process>)>> {
    let text = fs::read_to_string("/proc/net/unix")?;
    let mut inodes: Vec<u64> =
        parse_unix(&text).filter(|(_, bound)| *bound == path).map(|(inode, _)| inode).collect();
    inodes.sort_unstable();
    let mut processes = processes(&inodes);
    let found = |inode| (inode, processes.remove(&inode).unwrap_or_default());
    Ok(inodes.into_iter().map(found).collect())
}

/// Who has these inodes open. Processes come and go while we look, and most are not ours to see:
/// whatever cannot be read is passed over.
fn processes(inodes: &[u64]) -> HashMap<u64, Vec<Process>> {
    let mut found: HashMap<u64, Vec<Process>> = HashMap::new();
    if inodes.is_empty() {
        return found;
    }
    for process in fs::read_dir("/proc").into_iter().flatten().flatten() {
        let Some(id) = process.file_name().to_str().and_then(|name| name.parse().ok()) else {
            continue;
        };
        for inode in sockets_of(process.path()).filter(|inode| inodes.contains(inode)) {
            let list = found.entry(inode).or_default();
            if list.iter().all(|known| known.id != id) {
                list.push(Process { id, name: name_of(process.path()) });
            }
        }
    }
    for list in found.values_mut() {
        list.sort_by_key(|process| process.id);
    }
    found
}

fn sockets_of(process: PathBuf) -> impl Iterator<Item = u64> {
    let descriptors = fs::read_dir(process.join("fd")).into_iter().flatten().flatten();
    descriptors.filter_map(|descriptor| {
        let target = fs::read_link(descriptor.path()).ok()?;
        target.to_str()?.strip_prefix("socket:[")?.strip_suffix(']')?.parse().ok()
    })
}

fn name_of(process: PathBuf) -> String {
    fs::read_to_string(process.join("comm")).unwrap_or_default().trim_end().to_string()
}

impl Entry {
    /// Whether it waits for peers rather than having one.
    pub fn is_listener(&self) -> bool {
        let nobody = SocketAddr::new(self.remote.ip(), 0);
        self.remote == nobody && self.remote.ip().is_unspecified()
    }
}
