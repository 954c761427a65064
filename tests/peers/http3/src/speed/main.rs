//! Servers of HTTP/3 against each other: processor time for a request and for a mebibyte.
//!
//! ```text
//!   http3_speed --ours 'COMMAND {port} {tls}' [--rounds 9] [--scale 1] [--only LOAD]…
//! ```
//!
//! Each load is one connection with so many requests under way, asked for by h3's client and by
//! ours, for each reads in other pieces and acknowledges in other batches.

use std::fs;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::Path;

use bench::process;
use bench::server::{Recipe, Running};
use bench::table::Options;

mod ours;
mod theirs;

const USAGE: &str =
    "usage: http3_speed --ours 'COMMAND {port} {tls}' [--rounds N] [--scale F] [--only LOAD]…";

/// Whatever goes wrong ends the measurement.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What a client is to do on one connection.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Task {
    pub(crate) address: SocketAddr,
    pub(crate) path: &'static str,
    /// Octets of each answer.
    pub(crate) octets: usize,
    pub(crate) requests: usize,
    pub(crate) at_once: usize,
}

type Ask = fn(Task) -> Result<(), Failure>;

/// One line of the table.
struct Load {
    name: &'static str,
    path: &'static str,
    octets: usize,
    requests: usize,
    at_once: usize,
    ask: Ask,
}

const LOADS: [Load; 4] = [
    small("13 octets, 32 at once, asked by h3: µs", theirs::ask),
    small("13 octets, 32 at once, asked by ours: µs", ours::ask),
    long("1 MiB, asked by h3: µs", theirs::ask),
    long("1 MiB, asked by ours: µs", ours::ask),
];

const fn small(name: &'static str, ask: Ask) -> Load {
    Load { name, path: "/", octets: 13, requests: 100_000, at_once: 32, ask }
}

const fn long(name: &'static str, ask: Ask) -> Load {
    Load { name, path: "/mebibyte", octets: 1 << 20, requests: 400, at_once: 1, ask }
}

impl Load {
    /// Starts the server, warms it up, measures one round in µs of it for a request, and ends it.
    fn sample(&self, recipe: &Recipe, scale: f64) -> io::Result<f64> {
        let command = recipe.command.replace("{tls}", "{folder}/certificate.pem {folder}/key.pem");
        let recipe = Recipe { command, ..recipe.clone() };
        let server = Running::start_in(&recipe, |folder, _| make_certificate(folder))?;
        let requests = ((self.requests as f64 * scale) as usize).max(self.at_once);
        let ask = |requests| {
            let Self { path, octets, at_once, .. } = *self;
            let task = Task { address: server.address, path, octets, requests, at_once };
            (self.ask)(task).map_err(io::Error::other)
        };
        ask((requests / 10).max(self.at_once))?;
        let before = process::processor_time(server.pid());
        ask(requests)?;
        let used = process::processor_time(server.pid()).saturating_sub(before);
        Ok(used.as_secs_f64() * 1e6 / requests as f64)
    }
}

fn make_certificate(folder: &Path) -> io::Result<()> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]);
    let made = made.map_err(io::Error::other)?;
    fs::write(folder.join("certificate.pem"), made.cert.pem())?;
    fs::write(folder.join("key.pem"), made.signing_key.serialize_pem())
}

fn run() -> Result<(), String> {
    let ours = Recipe { name: "ours".into(), command: String::new() };
    let theirs = Recipe::beside("quinn + h3", "h3-server {port} {tls}")
        .map_err(|error| error.to_string())?;
    let options = Options::read(vec![ours, theirs], USAGE)?;
    let mut text = options.head("server's processor time") + "\n";
    for load in LOADS.iter().filter(|load| options.wants(load.name)) {
        let samples = options.measure(
            load.name,
            |recipe| load.sample(recipe, options.scale),
            |micros| format!("{micros:.2} µs"),
        )?;
        text += &options.row(load.name, &samples, |micros| *micros);
        text += "\n";
    }
    io::stdout().lock().write_all(text.as_bytes()).map_err(|error| error.to_string())
}

fn main() {
    if let Err(error) = run() {
        eprintln!("http3_speed: {error}");
        std::process::exit(1);
    }
}
