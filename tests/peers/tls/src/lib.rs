//! Our TLS and rustls behind one trait, so that either can speak to either, in memory.
//!
//! ```text
//!   stage    keys, certificates, and the same wishes as a configuration of ours and of rustls'
//!   ours     tls::record::Connection, driven as `server` and `client` drive it
//!   theirs   rustls' connections, driven as its documentation says
//!   line     the octets between them, and a clock for what belongs to neither
//! ```

pub mod line;
pub mod ours;
pub mod stage;
pub mod theirs;

use line::Line;

/// What two ends agreed on, in the numbers of the registries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreed {
    /// The cipher suite.
    pub suite: u16,
    /// The group of the key exchange.
    pub group: u16,
    /// What is spoken inside.
    pub alpn: Option<Vec<u8>>,
    /// Whether a ticket was used.
    pub resumed: bool,
    /// Whether it took a HelloRetryRequest.
    pub retried: bool,
    /// Certificates that the peer showed, now or in the connection before.
    pub chain: usize,
}

/// One end of a connection.
pub trait End {
    /// Puts all that waits to be sent on the line.
    fn transmit(&mut self, line: &mut Line);

    /// Takes all octets from the line, and gives the data to `heard`.
    ///
    /// # Errors
    /// What is wrong with them, in words.
    fn receive(&mut self, line: &mut Line, heard: &mut dyn FnMut(&[u8])) -> Result<(), String>;

    /// Sends data.
    fn send(&mut self, data: &[u8]);

    /// Sends data before the handshake is done; answers how much of it may go so.
    fn send_early(&mut self, data: &[u8]) -> usize;

    /// Whether the handshake is done.
    fn is_complete(&self) -> bool;

    /// What was agreed on; meaningful when the handshake is done.
    fn agreed(&self) -> Agreed;

    /// At a client: whether its early data counts. At a server: whether it took any.
    fn took_early_data(&mut self) -> bool;

    /// Octets that only these two ends can make (RFC 8446 §7.5).
    fn export(&self) -> [u8; 32];

    /// Takes the next key, and asks the other end to do the same.
    fn key_update(&mut self);

    /// Sends close_notify.
    fn close(&mut self);

    /// Whether the other end has sent it.
    fn is_closed(&self) -> bool;
}

/// Lets two ends speak until neither has anything more to say; what each heard is added to its
/// list.
///
/// # Errors
/// What one of them did not like, and which.
pub fn converse(
    client: &mut dyn End,
    server: &mut dyn End,
    heard: &mut [Vec<u8>; 2],
) -> Result<(), String> {
    let [at_client, at_server] = heard;
    let mut line = Line::default();
    loop {
        client.transmit(&mut line);
        let up = line.len();
        server
            .receive(&mut line, &mut |data| at_server.extend_from_slice(data))
            .map_err(|error| format!("server: {error}"))?;
        server.transmit(&mut line);
        let down = line.len();
        client
            .receive(&mut line, &mut |data| at_client.extend_from_slice(data))
            .map_err(|error| format!("client: {error}"))?;
        if up + down == 0 {
            return Ok(());
        }
    }
}
