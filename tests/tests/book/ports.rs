//! The kernel chooses ports; a figure must not change with its choice.
//!
//! ```text
//!   127.0.0.1:41907   the listener's, seen first    127.0.0.1:8080
//!   127.0.0.1:53550   the first client's            127.0.0.1:50001
//!   127.0.0.1:53552   the second client's           127.0.0.1:50002
//! ```

use std::net::SocketAddr;

/// Real ports and what a figure calls them.
pub(crate) struct Ports(Vec<(u16, u16)>);

impl Ports {
    /// The server's port is shown as 8080.
    pub(crate) fn new(server: SocketAddr) -> Self {
        Self(vec![(server.port(), 8080)])
    }

    /// The next client's port is shown as 50001, 50002 …
    pub(crate) fn client(&mut self, address: SocketAddr) {
        let next = 50_000 + u16::try_from(self.0.len()).unwrap();
        self.0.push((address.port(), next));
    }

    /// `text` with every `:PORT`, `port PORT` and `htons(PORT)` of a known port replaced.
    pub(crate) fn mask(&self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some(start) = rest.find(|c: char| c.is_ascii_digit()) {
            let (before, from) = rest.split_at(start);
            let length = from.find(|c: char| !c.is_ascii_digit()).unwrap_or(from.len());
            let (digits, after) = from.split_at(length);
            let is_port = [":", "(", "port "].iter().any(|mark| before.ends_with(mark));
            let shown = digits.parse().ok().and_then(|port: u16| self.shown(port));
            out += before;
            match shown.filter(|_| is_port) {
                Some(shown) => out += &shown.to_string(),
                None => out += digits,
            }
            rest = after;
        }
        out + rest
    }

    /// Whether `end`, as `ss` prints it, has a port of ours or stands for any.
    pub(crate) fn knows(&self, end: &str) -> bool {
        let port = end.rsplit(':').next().unwrap_or_default();
        port == "*" || port.parse().is_ok_and(|port| self.shown(port).is_some())
    }

    /// The port as figures show it.
    fn shown(&self, port: u16) -> Option<u16> {
        self.0.iter().find(|(real, _)| *real == port).map(|(_, shown)| *shown)
    }
}

#[test]
fn only_ports_that_are_known_are_replaced() {
    let mut ports = Ports::new(([127, 0, 0, 1], 41_907).into());
    ports.client(([127, 0, 0, 1], 53_550).into());
    let text = "127.0.0.1:53550 127.0.0.1:41907 htons(41907) 41907 :80";
    assert_eq!(ports.mask(text), "127.0.0.1:50001 127.0.0.1:8080 htons(8080) 41907 :80");
}
