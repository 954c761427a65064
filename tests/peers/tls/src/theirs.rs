//! rustls' connections, driven as its documentation says: read, process, read what was opened.

use crate::line::Line;
use crate::stage::HOST;
use crate::{Agreed, End};
use rustls::{ClientConnection, HandshakeKind, ServerConnection};
use std::cell::RefCell;
use std::io::{BufRead as _, Read as _, Write as _};
use std::sync::Arc;

/// One end of rustls'.
#[derive(Debug)]
pub struct Theirs {
    connection: rustls::Connection,
    reading: Reading,
    early: bool,
    closed: bool,
}

/// How the application takes what was opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reading {
    /// `read`, as rustls' documentation does and everybody who has a `Read`: one more copy.
    Copied,
    /// `fill_buf`: looked at where it lies.
    Seen,
}

thread_local! {
    /// Where `read` puts it: the application's own.
    static BUFFER: RefCell<Vec<u8>> = RefCell::new(vec![0; 64 * 1024]);
}

impl Theirs {
    /// A client's end.
    pub fn client(config: &Arc<rustls::ClientConfig>) -> Self {
        let name = HOST.try_into().expect("a host's name");
        let connection = ClientConnection::new(Arc::clone(config), name).expect("a good client");
        Self::new(connection.into())
    }

    /// A server's end.
    pub fn server(config: &Arc<rustls::ServerConfig>) -> Self {
        Self::new(ServerConnection::new(Arc::clone(config)).expect("a good server").into())
    }

    fn new(mut connection: rustls::Connection) -> Self {
        connection.set_buffer_limit(None);
        Self { connection, reading: Reading::Seen, early: false, closed: false }
    }

    /// Takes what was opened so from here on.
    pub fn reading(mut self, reading: Reading) -> Self {
        self.reading = reading;
        self
    }

    fn opened(&mut self, heard: &mut dyn FnMut(&[u8])) {
        if let rustls::Connection::Server(server) = &mut self.connection
            && let Some(mut early) = server.early_data()
        {
            let mut data = Vec::new();
            if early.read_to_end(&mut data).is_ok() {
                self.early |= !data.is_empty();
                heard(&data);
            }
        }
        let mut reader = self.connection.reader();
        if self.reading == Reading::Copied {
            return BUFFER.with_borrow_mut(|buffer| {
                while let Ok(count @ 1..) = reader.read(buffer) {
                    heard(buffer.get(..count).unwrap_or_default());
                }
            });
        }
        while let Ok(data) = reader.fill_buf() {
            if data.is_empty() {
                break;
            }
            heard(data);
            let count = data.len();
            reader.consume(count);
        }
    }
}

impl End for Theirs {
    fn transmit(&mut self, line: &mut Line) {
        while self.connection.wants_write() {
            self.connection.write_tls(line).expect("a line takes everything");
        }
    }

    fn receive(&mut self, line: &mut Line, heard: &mut dyn FnMut(&[u8])) -> Result<(), String> {
        while !line.is_empty() {
            self.connection.read_tls(line).map_err(|error| error.to_string())?;
            let state = self.connection.process_new_packets().map_err(|error| error.to_string())?;
            self.closed |= state.peer_has_closed();
            self.opened(heard);
        }
        Ok(())
    }

    fn send(&mut self, data: &[u8]) {
        self.connection.writer().write_all(data).expect("there is no limit");
    }

    fn send_early(&mut self, data: &[u8]) -> usize {
        match &mut self.connection {
            rustls::Connection::Client(client) => {
                client.early_data().and_then(|mut early| early.write(data).ok()).unwrap_or(0)
            }
            rustls::Connection::Server(_) => 0,
        }
    }

    fn is_complete(&self) -> bool {
        !self.connection.is_handshaking()
    }

    fn agreed(&self) -> Agreed {
        let kind = self.connection.handshake_kind();
        let suite = self.connection.negotiated_cipher_suite();
        let group = self.connection.negotiated_key_exchange_group();
        Agreed {
            suite: suite.map_or(0, |suite| suite.suite().into()),
            group: group.map_or(0, |group| group.name().into()),
            alpn: self.connection.alpn_protocol().map(<[u8]>::to_vec),
            resumed: kind == Some(HandshakeKind::Resumed),
            // Of a resumed handshake it does not tell.
            retried: kind == Some(HandshakeKind::FullWithHelloRetryRequest),
            chain: self.connection.peer_certificates().map_or(0, <[_]>::len),
        }
    }

    fn took_early_data(&mut self) -> bool {
        match &self.connection {
            rustls::Connection::Client(client) => client.is_early_data_accepted(),
            rustls::Connection::Server(_) => self.early,
        }
    }

    fn export(&self) -> [u8; 32] {
        let context = Some(&b"context"[..]);
        let exported = self.connection.export_keying_material([0; 32], b"EXPORTER-test", context);
        exported.expect("the handshake is done")
    }

    fn key_update(&mut self) {
        self.connection.refresh_traffic_keys().expect("the handshake is done");
    }

    fn close(&mut self) {
        self.connection.send_close_notify();
    }

    fn is_closed(&self) -> bool {
        self.closed
    }
}
