//! A TLS client on one blocking socket: connects, says a line, prints the answer; and once more,
//! resumed, with the line as early data where the server takes it.
//!
//! ```sh
//! openssl s_server -accept 8443 -key key.pem -cert cert.pem -tls1_3 -rev &
//! cargo run -p tls --example tls_client 127.0.0.1:8443 cert.pem
//! ```
//!
//! The last argument is whom to believe, a PEM file; without it anybody is believed.

#[path = "common/drive.rs"]
mod drive;

use drive::{Drive, SystemRandom, now};
use std::error::Error;
use std::net::TcpStream;
use std::sync::Arc;
use tls::record::{Connection, Event};
use tls::{CertificateVerifier, ClientConfig, EarlyData, MemorySessions, Unverified};
use x509::{Roots, ServerName, Verifier};

const LINE: &[u8] = b"hello from wirebook\n";

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8443".into());
    let verifier: Arc<dyn CertificateVerifier> = match arguments.next() {
        Some(file) => Arc::new(Verifier::new(Roots::from_pem(&std::fs::read(file)?).0)),
        None => Arc::new(Unverified),
    };
    let mut config = ClientConfig::new(verifier);
    config.sessions = Some(Arc::new(MemorySessions::default()));
    config.early_data = true;
    let config = Arc::new(config);
    for _ in 0..2 {
        let name = ServerName::parse("localhost")?;
        let connection =
            Connection::client(Arc::clone(&config), name, SystemRandom::boxed(), now())?;
        talk(Drive::new(TcpStream::connect(&address)?, connection))?;
    }
    Ok(())
}

/// Says the line, early if that is possible, and hears the answer.
fn talk(mut drive: Drive) -> Result<(), Box<dyn Error>> {
    let mut said = drive.connection.send_early(LINE) == Ok(LINE.len());
    let mut heard = Vec::new();
    loop {
        while let Some(event) = drive.connection.poll_event() {
            match event {
                Event::EarlyData(EarlyData::Rejected) => said = false,
                Event::HandshakeComplete(summary) => {
                    println!("{}", drive::describe(&summary));
                    if !said {
                        drive.connection.send(LINE).map_err(|misuse| misuse.to_string())?;
                    }
                }
                Event::Data { octets, .. } => heard.extend(octets),
                Event::Violation(error) => return Err(error.into()),
                Event::Closed { clean } => {
                    println!("closed{}", if clean { "" } else { ", cut short" });
                    return Ok(());
                }
                _ => {}
            }
        }
        if heard.ends_with(b"\n") {
            print!("{}", String::from_utf8_lossy(&heard));
            heard.clear();
            drive.connection.close().map_err(|misuse| misuse.to_string())?;
        }
        drive.turn()?;
    }
}
