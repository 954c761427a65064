//! h3 over quinn on both sides of HTTP/3's cases.
//!
//! ```text
//!   h3-cases ask CASE HOST PORT AUTHORITY        one case against a server, checked here
//!   h3-cases serve CERTIFICATE KEY FOLDER        prints its port, and serves until it is ended
//! ```
//!
//! RFC 9114. The client prints `lacks` where h3 cannot do it; what fails ends with an error.
//!
//! Used by: the tests of HTTP/3 between ours and other people's.

mod cases;
mod client;
mod server;

use std::error::Error;

use ring::digest::SHA256;

type Failure = Box<dyn Error + Send + Sync>;

/// SHA-256 in hexadecimal digits.
fn digest(octets: &[u8]) -> String {
    let digest = ring::digest::digest(&SHA256, octets);
    digest.as_ref().iter().map(|octet| format!("{octet:02x}")).collect()
}

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let local = tokio::task::LocalSet::new();
    match words[..] {
        ["ask", case, host, port, authority] => {
            let address = std::net::SocketAddr::new(host.parse()?, port.parse()?);
            local.block_on(&runtime, cases::play(case, address, authority))
        }
        ["serve", certificate, key, folder] => {
            local.block_on(&runtime, server::serve(certificate, key, folder))
        }
        _ => {
            Err("usage: h3-cases ask CASE HOST PORT AUTHORITY | serve CERTIFICATE KEY FOLDER"
                .into())
        }
    }
}
