//! Both ends ours.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;

use client::quic::{Config, QuicClient};
use ours_quic::connection::ReadEnd;
use ours_quic::stream::{Direction, StreamId};
use ours_quic::{Connection, Event, Handle, ServerConfig};
use server::Certificates;
use server::identity::Identity;
use server::quic::{Application, QuicServer};

use crate::{Failure, Load, PIECE, Papers};

/// Answers each stream with so many octets.
struct Bulk {
    octets: u64,
    piece: Arc<[u8]>,
    under_way: Vec<(Handle, StreamId, u64)>,
}

impl Bulk {
    fn go_on(&mut self, handle: Handle, connection: &mut Connection) {
        for (_, stream, sent) in self.under_way.iter_mut().filter(|(it, ..)| *it == handle) {
            while *sent < self.octets {
                // The last piece is cut at its beginning, which costs nothing.
                let left = usize::try_from(self.octets - *sent).unwrap_or(PIECE);
                let within = usize::try_from(*sent % PIECE as u64).unwrap_or(0);
                let from = within.max(PIECE.saturating_sub(left));
                match connection.send_shared(*stream, &self.piece, from) {
                    Ok(0) | Err(_) => return,
                    Ok(taken) => *sent += taken as u64,
                }
            }
            let _ = connection.finish(*stream);
        }
        let octets = self.octets;
        self.under_way.retain(|(it, _, sent)| *it != handle || *sent < octets);
    }
}

impl Application for Bulk {
    fn event(&mut self, handle: Handle, connection: &mut Connection, event: Event) {
        match event {
            Event::Readable(stream) => {
                let read = connection.read(stream, |octets| octets.len());
                if read.is_ok_and(|read| read.end == ReadEnd::End) {
                    self.under_way.push((handle, stream, 0));
                    self.go_on(handle, connection);
                }
            }
            Event::Writable(_) => self.go_on(handle, connection),
            _ => {}
        }
    }

    fn gone(&mut self, handle: Handle) {
        self.under_way.retain(|(it, ..)| *it != handle);
    }
}

/// A server in a thread of its own, and a client in this one.
pub(crate) fn run(papers: &Papers, load: Load) -> Result<(), Failure> {
    let identity = Identity::read(&papers.certificate, &papers.key)?;
    let mut tls = ours_tls::ServerConfig::new(Certificates::of([identity])?);
    tls.alpn = vec![b"bulk".to_vec()];
    tls.suites = vec![ours_tls::Suite::Aes128GcmSha256];
    let piece: Arc<[u8]> = vec![7; PIECE].into();
    let make = move || -> Box<dyn Application> {
        Box::new(Bulk { octets: load.octets, piece: piece.clone(), under_way: Vec::new() })
    };
    let server = QuicServer::new(ServerConfig::new(Arc::new(tls)), make)
        .offload(load.offload)
        .grace(Duration::ZERO)
        .listen(SocketAddr::from(([127, 0, 0, 1], 0)))
        .start()?;
    let remote = *server.addresses().first().ok_or("no address")?;
    let options = client::tls::Options {
        trust: client::tls::Trust::Anybody,
        resumption: false,
        ..client::tls::Options::default()
    };
    let config = Config::new(options).speak(b"bulk", "localhost")?;
    let mut client = QuicClient::new(remote, load.offload)?;
    for _ in 0..load.connections {
        let name = ours_tls::ServerName::parse("localhost")?;
        let handle = client.connect(&config, name, remote, Vec::new())?;
        let octets = fetch(&mut client, handle)?;
        if octets != load.octets {
            return Err(format!("{octets} octets came of {}", load.octets).into());
        }
    }
    server.stop();
    server.wait()?;
    Ok(())
}

/// Reads one stream to its end.
fn fetch(client: &mut QuicClient, handle: Handle) -> Result<u64, Failure> {
    let (mut octets, mut ended, mut confirmed) = (0, false, false);
    loop {
        client.turn(Duration::from_secs(10))?;
        let connection = client.connection(handle).ok_or("the connection is gone")?;
        while let Some(event) = connection.poll_event() {
            match event {
                Event::Connected(_) => {
                    let stream = connection.open(Direction::Bidirectional).ok_or("no stream")?;
                    connection.send(stream, b"?")?;
                    connection.finish(stream)?;
                }
                Event::HandshakeConfirmed => confirmed = true,
                Event::Readable(stream) => {
                    let read = connection.read(stream, |piece| piece.len())?;
                    octets += read.octets as u64;
                    ended |= read.end == ReadEnd::End;
                }
                Event::Closed(closed) => return Err(format!("{closed:?}").into()),
                _ => {}
            }
        }
        if ended && confirmed {
            connection.close(0, b"");
            client.send();
            return Ok(octets);
        }
    }
}
