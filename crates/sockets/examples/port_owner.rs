//! Tells who sits on a port, as `ss -tulnp` and `lsof -i` do.
//!
//! ```text
//! cargo run -p sockets --example port_owner -- 7007
//! TCP  127.0.0.1:7007  LISTEN  user 1000  echo_tcp (pid 4711)
//! ```
//!
//! Other users' processes are shown by name only to root.

use sockets::owner::{self, Owner, Protocol};
use std::{env, io, process::ExitCode};

fn main() -> ExitCode {
    let Some(port) = env::args().nth(1).and_then(|text| text.parse().ok()) else {
        eprintln!("usage: port_owner PORT");
        return ExitCode::from(2);
    };
    match report(port) {
        Ok(lines) if lines.is_empty() => println!("nobody sits on port {port}"),
        Ok(lines) => print!("{lines}"),
        Err(error) => {
            eprintln!("port_owner: {error}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

/// A line for each socket on the port.
pub(crate) fn report(port: u16) -> io::Result<String> {
    let mut lines = String::new();
    for (protocol, name) in [(Protocol::Tcp, "TCP"), (Protocol::Udp, "UDP")] {
        for owner in owner::of(protocol, port)? {
            lines += &format!("{name}  {}\n", line(&owner));
        }
    }
    Ok(lines)
}

fn line(Owner { entry, processes }: &Owner) -> String {
    let peer = match entry.is_listener() {
        true => String::new(),
        false => format!(" ◄─► {}", entry.remote),
    };
    let who: Vec<String> =
        processes.iter().map(|process| format!("{} (pid {})", process.name, process.id)).collect();
    let who = if who.is_empty() { "(not visible)".to_string() } else { who.join(", ") };
    format!("{}{peer}  {}  user {}  {who}", entry.local, entry.state.name(), entry.user)
}
