//! How much processor time QUIC costs: both ends ours against both ends quinn, in turn.
//!
//! ```text
//!   bulk        one stream, AES-128-GCM, from memory to memory over the loopback: ns for a KiB
//!   handshakes  one after the other, certificate and all, no tickets: µs for each
//! ```
//!
//! Processor time of the process, which holds both ends; each pair in turn, medians of the rounds.

use std::path::PathBuf;
use std::time::Instant;

use cpu_time::ProcessTime;

mod ours;
mod theirs;

/// Whatever goes wrong ends the measurement.
pub(crate) type Failure = Box<dyn std::error::Error + Send + Sync>;

/// The certificate and its key, PEM.
pub(crate) struct Papers {
    pub(crate) certificate: PathBuf,
    pub(crate) key: PathBuf,
}

/// What is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Load {
    /// Octets of each answer.
    pub(crate) octets: u64,
    /// Connections, one after the other.
    pub(crate) connections: u32,
    /// Whether the system cuts and joins datagrams.
    pub(crate) offload: bool,
}

/// Octets that are sent again and again.
pub(crate) const PIECE: usize = 1 << 20;

type Run = fn(&Papers, Load) -> Result<(), Failure>;

fn main() -> Result<(), Failure> {
    let (mut rounds, mut scale) = (9_usize, 1.0_f64);
    let mut arguments = std::env::args().skip(1);
    while let Some(flag) = arguments.next() {
        let value = arguments.next().ok_or("each flag has a value")?;
        match flag.as_str() {
            "--rounds" => rounds = value.parse()?,
            "--scale" => scale = value.parse()?,
            _ => return Err(format!("there is no {flag}").into()),
        }
    }
    let papers = papers()?;
    let bulk = (((1_u64 << 29) as f64 * scale) as u64).max(1 << 20);
    let handshakes = ((1000.0 * scale) as u32).max(5);
    println!("| load | ours | quinn | ours / quinn | MiB/s or handshakes/s, ours | quinn |");
    println!("|---|---|---|---|---|---|");
    for offload in [true, false] {
        let name = if offload { "with offload" } else { "without" };
        let octets = if offload { bulk } else { bulk / 4 };
        let load = Load { octets, connections: 1, offload };
        let kib = octets as f64 / 1024.0;
        row(&format!("bulk, {name}: ns a KiB"), &papers, load, rounds, kib, kib / 1024.0)?;
    }
    let load = Load { octets: 1, connections: handshakes, offload: true };
    let count = f64::from(handshakes);
    row("handshakes: ns each", &papers, load, rounds, count, count)?;
    Ok(())
}

/// One row: processor time for each unit, and units of the second kind in a second of the clock.
fn row(
    name: &str,
    papers: &Papers,
    load: Load,
    rounds: usize,
    units: f64,
    rate: f64,
) -> Result<(), Failure> {
    let pairs: [Run; 2] = [ours::run, theirs::run];
    let (mut costs, mut rates) = ([Vec::new(), Vec::new()], [Vec::new(), Vec::new()]);
    for _ in 0..rounds.max(1) {
        for (index, run) in pairs.iter().enumerate() {
            let (cpu, clock) = (ProcessTime::now(), Instant::now());
            run(papers, load)?;
            costs[index].push(cpu.elapsed().as_nanos() as f64 / units);
            rates[index].push(rate / clock.elapsed().as_secs_f64());
        }
    }
    let [ours, theirs] = costs.map(median);
    let [ours_rate, their_rate] = rates.map(median);
    println!(
        "| {name} | {ours:.0} | {theirs:.0} | {:.2} | {ours_rate:.0} | {their_rate:.0} |",
        ours / theirs
    );
    Ok(())
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}

fn papers() -> Result<Papers, Failure> {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned()])?;
    let folder = std::env::temp_dir().join(format!("quic-speed-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let (certificate, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    std::fs::write(&certificate, made.cert.pem())?;
    std::fs::write(&key, made.signing_key.serialize_pem())?;
    Ok(Papers { certificate, key })
}
