//! A TLS server on one blocking socket: says who it is, and echoes lines.
//!
//! ```sh
//! cargo run -p tls --example tls_server 127.0.0.1:8443 [--ask] [--p256]
//! openssl s_client -connect 127.0.0.1:8443 -CAfile /tmp/wirebook.pem
//! ```
//!
//! It makes itself a certificate for `localhost`, and writes it to standard output; with `--ask` it
//! wants to see a client's, whoever's; with `--p256` it wants another ClientHello from those who
//! begin with X25519. One connection after the other, and no end: see `server` for a real one.

#[path = "common/drive.rs"]
mod drive;

use drive::{Drive, SystemRandom, now};
use std::error::Error;
use std::net::TcpListener;
use std::sync::Arc;
use tls::record::{Connection, Event};
use tls::{CertifiedKey, ClientAuth, MemoryTickets, NamedGroup, ServerConfig, Unverified};
use x509::issue::{Serial, self_signed};
use x509::{ServerName, SigningKey, Validity, pem};

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let address = arguments.iter().find(|one| !one.starts_with("--"));
    let listener = TcpListener::bind(address.map_or("127.0.0.1:8443", String::as_str))?;

    let names: Vec<_> =
        ["localhost", "127.0.0.1"].into_iter().flat_map(ServerName::parse).collect();
    let key = SigningKey::generate_p256()?;
    let made = self_signed(&key, &names, Validity::from_now(now().time, 13), Serial(7))?;
    print!("{}", pem::encode("CERTIFICATE", made.der()));
    let key = CertifiedKey::new(vec![made], Box::new(key))?;

    let mut config = ServerConfig::new(Arc::new(Arc::new(key)));
    config.tickets = Some(Arc::new(MemoryTickets::default()));
    config.early_data = 16_384;
    config.alpn = vec![b"http/1.1".to_vec()];
    if arguments.iter().any(|one| one == "--ask") {
        config.client_auth = ClientAuth::Required(Arc::new(Unverified));
    }
    if arguments.iter().any(|one| one == "--p256") {
        config.groups = vec![NamedGroup::SECP256R1];
    }
    let config = Arc::new(config);
    println!("listening on {}", listener.local_addr()?);
    for stream in listener.incoming() {
        let connection = Connection::server(Arc::clone(&config), SystemRandom::boxed(), now());
        // Whatever one client does, the next one is served.
        if let Err(error) = serve(Drive::new(stream?, connection)) {
            println!("{error}");
        }
    }
    Ok(())
}

/// Sends back whatever comes.
fn serve(mut drive: Drive) -> Result<(), Box<dyn Error>> {
    loop {
        while let Some(event) = drive.connection.poll_event() {
            match event {
                Event::HandshakeComplete(summary) => println!("{}", drive::describe(&summary)),
                Event::EarlyData(outcome) => println!("early data: {outcome:?}"),
                Event::Data { octets, early } => {
                    println!("{} octets{}", octets.len(), if early { ", early" } else { "" });
                    drive.connection.send(&octets).map_err(|misuse| misuse.to_string())?;
                }
                Event::Violation(error) => println!("violation: {error}"),
                Event::Closed { clean } => {
                    println!("closed{}", if clean { "" } else { ", cut short" });
                    let _ = drive.connection.close();
                    return Ok(drive.send()?);
                }
                _ => {}
            }
        }
        drive.turn()?;
    }
}
