//! The kernel's tables of sockets, line by line.
//!
//! proc(5), `/proc/net/tcp` and its kin
//!
//! ```text
//!   sl local_address rem_address   st tx_queue:rx_queue tr:tm->when retrnsmt  uid timeout inode
//!   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 1000       0 4711 …
//!      │        │                  │
//!      │        port, as read      state (10: LISTEN)
//!      address: words of 32 bits, each in the machine's order
//! ```
//!
//! Invariant: a pure function of text; a line that is cut or odd is an error that names it.
//!
//! Used by: [`owner`](super).

use crate::tcp::State;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// One socket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Entry {
    /// Our address and port.
    pub local: SocketAddr,
    /// The peer's, or all zeros.
    pub remote: SocketAddr,
    /// Where it is in its life; UDP borrows "established" (connected) and "closed" (not).
    pub state: State,
    /// The user who made it.
    pub user: u32,
    /// The socket's number, as in `/proc/PID/fd`; 0 where no process has it (TIME-WAIT).
    pub inode: u64,
}

/// A line that is not as the manual says.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: '{field}' is missing or odd")]
pub struct Problem {
    /// Counted from 1; the first one holds the headings.
    pub line: usize,
    /// The column.
    pub field: &'static str,
}

/// All entries of `/proc/net/tcp`, `tcp6`, `udp` or `udp6`.
///
/// # Errors
/// The first line that is not as the manual says.
pub fn parse(text: &str) -> Result<Vec<Entry>, Problem> {
    let lines = text.lines().enumerate().skip(1).filter(|(_, line)| !line.trim().is_empty());
    lines
        .map(|(before, line)| entry(line).map_err(|field| Problem { line: before + 1, field }))
        .collect()
}

fn entry(line: &str) -> Result<Entry, &'static str> {
    let mut columns = line.split_whitespace().skip(1);
    let mut column = |name| columns.next().ok_or(name);
    let local = address(column("local_address")?).ok_or("local_address")?;
    let remote = address(column("rem_address")?).ok_or("rem_address")?;
    let state = u8::from_str_radix(column("st")?, 16).ok().and_then(State::from_number);
    let state = state.ok_or("st")?;
    for skipped in ["tx_queue:rx_queue", "tr:tm->when", "retrnsmt"] {
        column(skipped)?;
    }
    let user = column("uid")?.parse().map_err(|_| "uid")?;
    column("timeout")?;
    let inode = column("inode")?.parse().map_err(|_| "inode")?;
    Ok(Entry { local, remote, state, user, inode })
}

/// `0100007F:1F90` is 127.0.0.1, port 8080, on a little-endian machine.
fn address(text: &str) -> Option<SocketAddr> {
    let (address, port) = text.split_once(':')?;
    let port = hex(port, 4)?.try_into().ok()?;
    let mut octets = Vec::with_capacity(16);
    let mut rest = address;
    while !rest.is_empty() {
        let (word, after) = rest.split_at_checked(8)?;
        octets.extend(hex(word, 8)?.to_ne_bytes());
        rest = after;
    }
    let address: IpAddr = match octets.len() {
        4 => Ipv4Addr::from(*octets.first_chunk::<4>()?).into(),
        16 => Ipv6Addr::from(*octets.first_chunk::<16>()?).into(),
        _ => return None,
    };
    Some(SocketAddr::new(address, port))
}

/// Exactly so many hex digits: the standard function would also take a sign.
fn hex(text: &str, digits: usize) -> Option<u32> {
    let exact = text.len() == digits && text.bytes().all(|octet| octet.is_ascii_hexdigit());
    exact.then(|| u32::from_str_radix(text, 16).ok()).flatten()
}

/// The sockets of `/proc/net/unix` that have a path: inode and path. The path is the rest of the
/// line and may hold spaces; an abstract name begins with `@`.
pub fn parse_unix(text: &str) -> impl Iterator<Item = (u64, &str)> {
    text.lines().skip(1).filter_map(|line| {
        let mut rest = line.trim_start();
        // Num, RefCount, Protocol, Flags, Type, St
        for _ in 0..6 {
            rest = rest.split_once(' ')?.1.trim_start();
        }
        let (inode, path) = rest.split_once(' ')?;
        Some((inode.parse().ok()?, path))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEAD: &str = "  sl  local_address rem_address   st tx_queue rx_queue tr \
        tm->when retrnsmt   uid  timeout inode\n";

    fn table(line: &str) -> Result<Vec<Entry>, Problem> {
        parse(&format!("{HEAD}{line}\n"))
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn a_listener_of_ipv4() {
        let line = "   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 \
            00000000  1000        0 4711 1 000000007a680a93 100 0 0 10 0";
        let expected = Entry {
            local: "127.0.0.1:8080".parse().unwrap(),
            remote: "0.0.0.0:0".parse().unwrap(),
            state: State::Listen,
            user: 1000,
            inode: 4711,
        };
        assert_eq!(table(line), Ok(vec![expected]));
        assert!(expected.is_listener());
    }

    #[test]
    #[cfg(target_endian = "little")]
    fn a_connection_of_ipv6() {
        let line = " 12: 00000000000000000000000001000000:0050 \
            B80D01200000000000000000EFBE0000:C350 01 00000000:00000000 00:00000000 \
            00000000     0        0 99 1 0 20 4 30 10 -1";
        let entry = table(line).unwrap()[0];
        assert_eq!(entry.local, "[::1]:80".parse().unwrap());
        assert_eq!(entry.remote, "[2001:db8::beef]:50000".parse().unwrap());
        assert_eq!((entry.state, entry.inode), (State::Established, 99));
        assert!(!entry.is_listener());
    }

    #[test]
    fn each_cut_of_a_line_is_an_error_that_names_the_column() {
        let line =
            "0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 1000 0 4711";
        let columns = line.split(' ').collect::<Vec<_>>();
        let names = [
            "local_address",
            "rem_address",
            "st",
            "tx_queue:rx_queue",
            "tr:tm->when",
            "retrnsmt",
            "uid",
            "timeout",
            "inode",
        ];
        for (kept, field) in (1..).zip(names) {
            let cut = columns[..kept].join(" ");
            assert_eq!(table(&cut), Err(Problem { line: 2, field }));
        }
        assert_eq!(table(line).unwrap().len(), 1);
    }

    #[test]
    fn odd_addresses_are_refused() {
        for text in [
            "",
            ":",
            "0100007F",
            "0100007F:",
            "0100007F:1F9",
            "0100007F:+1F9",
            "01:1F90",
            "0100007F0100007F:1F90",
            "+100007F:1F90",
            "é100007:1F90",
            "0100007F:1F900",
        ] {
            assert_eq!(address(text), None, "{text}");
        }
    }

    #[test]
    fn an_empty_table_has_no_entries() {
        assert_eq!(parse(""), Ok(vec![]));
        assert_eq!(parse(HEAD), Ok(vec![]));
    }

    #[test]
    fn unix_sockets_with_a_path_are_told() {
        let text = "Num       RefCount Protocol Flags    Type St Inode Path\n\
            00000000e50f84c0: 00000003 00000000 00000000 0001 03   490\n\
            00000000e50f84c1: 00000002 00000000 00010000 0001 01   491 /run/my app.sock\n\
            00000000e50f84c2: 00000002 00000000 00010000 0001 01 12345 @abstract\n\
            odd line\n";
        let found: Vec<_> = parse_unix(text).collect();
        assert_eq!(found, [(491, "/run/my app.sock"), (12345, "@abstract")]);
    }
}
