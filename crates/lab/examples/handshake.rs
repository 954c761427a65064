//! A handshake as a conversation, from a real run: who says what, how long it is, and every octet
//! of what anybody can see; then what each kind of handshake costs.
//!
//! ```text
//! cargo run --release -p lab --example handshake
//! cargo run --release -p lab --example handshake -- octets
//! cargo run --release -p lab --example handshake -- costs 200
//! ```

use lab::{security, tour};
use std::io::{self, Write};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut out = io::stdout().lock();
    let mut arguments = std::env::args().skip(1);
    match arguments.next().as_deref() {
        None => tour::https(&mut out, false)?,
        Some("octets") => tour::https(&mut out, true)?,
        Some("costs") => {
            let times = arguments.next().map_or(Ok(100), |times| times.parse())?;
            write!(out, "{}", security::text(&security::costs(times)?))?;
        }
        Some(other) => return Err(format!("{other}? There are octets and costs").into()),
    }
    Ok(())
}
