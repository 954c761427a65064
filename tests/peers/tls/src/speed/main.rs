//! Our TLS and rustls in turn: handshakes, and data, for one second of processor time.
//!
//! ```text
//!   tls_speed [--rounds 9] [--scale 1] [--only NAME]…
//! ```
//!
//! Each sample is a process of its own, since glibc reads its tunables once. There are two tables:
//! the processor and the library as they are, and with `memcpy` kept from an instruction that is
//! slow where the destination lies a few octets behind the source, modulo 4096.
#![allow(
    clippy::indexing_slicing,
    reason = "indices are constants, and a panic here is a failed measurement"
)]

mod sample;

use bench::server::Recipe;
use bench::table::Options;
use sample::{NAMES, Sample};
use std::io::{self, Write as _};
use std::process::Command;

const USAGE: &str = "usage: tls_speed [--rounds N] [--scale F] [--only NAME]…";

/// What keeps glibc's `memcpy` from `rep movsb`.
const TUNABLE: &str = "glibc.cpu.x86_rep_movsb_threshold=100000000";

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let result = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--sample", name, scale, ref wanted @ ..] => {
            let wanted: Vec<usize> = wanted.iter().filter_map(|one| one.parse().ok()).collect();
            scale.parse().map_err(|_| USAGE.into()).map(|scale| {
                for figure in sample::measure(name, scale, &wanted) {
                    println!("{figure}");
                }
            })
        }
        _ => tables(),
    };
    if let Err(error) = result {
        eprintln!("tls_speed: {error}");
        std::process::exit(1);
    }
}

fn tables() -> Result<(), String> {
    let recipe = |name: &str| Recipe { name: name.into(), command: name.into() };
    let options = Options::read(vec![recipe("ours"), recipe("rustls")], USAGE)?;
    let wanted: Vec<usize> =
        (0..NAMES.len()).filter(|index| options.wants(NAMES[*index])).collect();
    let mut text = String::new();
    for tunable in ["", TUNABLE] {
        let title = if tunable.is_empty() { "as it is" } else { tunable };
        let samples = options.measure(
            title,
            |recipe| sample_of(&recipe.command, tunable, options.scale, &wanted),
            |sample| format!("{sample:.1?}"),
        )?;
        let rounds = options.rounds;
        text += &format!(
            "TLS 1.3 for a second of processor time, median of {rounds} alternating rounds, \
             {title}\n\n{}\n",
            options.head("P-256, X25519, AES-128-GCM")
        );
        for index in &wanted {
            text += &options.row(NAMES[*index], &samples, |sample: &Sample| sample[*index]);
            text.push('\n');
        }
        text.push('\n');
    }
    io::stdout().lock().write_all(text.trim_end().as_bytes()).map_err(|error| error.to_string())?;
    println!();
    Ok(())
}

/// One process, one stack.
fn sample_of(name: &str, tunable: &str, scale: f64, wanted: &[usize]) -> io::Result<Sample> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--sample", name, &scale.to_string()]);
    command.args(wanted.iter().map(usize::to_string));
    if !tunable.is_empty() {
        command.env("GLIBC_TUNABLES", tunable);
    }
    let output = command.output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let figures: Vec<f64> = text.lines().filter_map(|line| line.parse().ok()).collect();
    let complaint = || io::Error::other(String::from_utf8_lossy(&output.stderr).into_owned());
    figures.try_into().map_err(|_| complaint())
}
