//! Servers that echo WebSocket messages, in turn: processor time of the server for one message.
//!
//! ```text
//!   messages --ours 'COMMAND {port}' [--rounds 9] [--scale 1] [--only NAME]… [--without NAME]…
//!            [--NAME 'COMMAND {port}']…     one more column, or another command for a peer
//! ```
//!
//! | column              | what it is                                                           |
//! |---------------------|----------------------------------------------------------------------|
//! | tungstenite         | blocking, a thread for each connection, `send`: as its examples do   |
//! | tungstenite-batched | on mio: answers all that is there, then flushes once                 |
//! | fastwebsockets      | tokio and hyper on one thread, as its example does                   |
//! | yawc                | the same; knows permessage-deflate                                   |

mod load;
mod script;

use std::io::{self, Write as _};

use bench::process;
use bench::server::{Recipe, Running};
use bench::table::Options;
use load::Load;
use script::Script;

const USAGE: &str = "usage: messages --ours 'COMMAND {port}' [--NAME 'COMMAND {port}']… \
                     [--rounds N] [--scale F] [--only NAME]… [--without NAME]…";

/// What one message is.
#[derive(Clone, Copy)]
enum Content {
    /// So many octets, uncompressed.
    Octets(usize),
    /// 256 octets of JSON, deflated both ways.
    Json,
}

/// One line of the table.
struct Scenario {
    name: &'static str,
    content: Content,
    connections: usize,
    /// Messages under way on each connection.
    depth: usize,
    /// Messages in one round.
    messages: usize,
}

const fn scenario(
    name: &'static str,
    content: Content,
    connections: usize,
    depth: usize,
    messages: usize,
) -> Scenario {
    Scenario { name, content, connections, depth, messages }
}

const SCENARIOS: [Scenario; 9] = [
    scenario("64 octets, 1 connection, 1 under way", Content::Octets(64), 1, 1, 60_000),
    scenario("64 octets, 1 connection, 64 under way", Content::Octets(64), 1, 64, 1_000_000),
    scenario("64 octets, 64 connections, 16 under way", Content::Octets(64), 64, 16, 1_000_000),
    scenario("16 KiB, 1 connection, 16 under way", Content::Octets(16 << 10), 1, 16, 60_000),
    scenario("16 KiB, 64 connections, 4 under way", Content::Octets(16 << 10), 64, 4, 60_000),
    scenario("1 MiB, 1 connection, 2 under way", Content::Octets(1 << 20), 1, 2, 1_200),
    scenario("1 MiB, 64 connections, 1 under way", Content::Octets(1 << 20), 64, 1, 1_200),
    scenario(
        "256 octets of JSON deflated, 1 connection, 16 under way",
        Content::Json,
        1,
        16,
        100_000,
    ),
    scenario(
        "256 octets of JSON deflated, 64 connections, 4 under way",
        Content::Json,
        64,
        4,
        100_000,
    ),
];

/// What one server showed in one round; NaN where it cannot do what is asked.
struct Sample {
    /// Processor time of the server for one message, in microseconds.
    micros: f64,
    /// Octets of heap and stacks that one connection added, while it worked.
    each: f64,
}

impl Scenario {
    /// Starts the server, warms it up, measures one round and ends it.
    fn sample(&self, script: &Script, recipe: &Recipe, scale: f64) -> io::Result<Sample> {
        let server = Running::start(recipe)?;
        let messages = ((self.messages as f64 * scale) as usize).max(self.connections * 4);
        let before = process::memory(server.pid()).anonymous;
        let load = Load::open(server.address, script, self.connections, self.depth)?;
        let Some(mut load) = load else { return Ok(Sample { micros: f64::NAN, each: f64::NAN }) };
        load.run(messages / 10)?;
        let start = process::processor_time(server.pid());
        let count = load.run(messages)?;
        let used = process::processor_time(server.pid()).saturating_sub(start);
        let grown = process::memory(server.pid()).anonymous.saturating_sub(before);
        Ok(Sample {
            micros: used.as_secs_f64() * 1e6 / count as f64,
            each: grown as f64 / self.connections as f64,
        })
    }

    fn script(&self) -> io::Result<Script> {
        match self.content {
            // Long enough to be written in one piece, at least one, and no more than is needed.
            Content::Octets(length) => Ok(Script::plain(length, ((64 << 10) / length).max(1))),
            Content::Json => Script::deflated(),
        }
    }
}

fn recipes() -> io::Result<Vec<Recipe>> {
    Ok(vec![
        Recipe { name: "ours".into(), command: String::new() },
        Recipe::beside("tungstenite", "tungstenite-server {port}")?,
        Recipe::beside("tungstenite-batched", "tungstenite-server {port} batched")?,
        Recipe::beside("fastwebsockets", "fastwebsockets-server {port}")?,
        Recipe::beside("yawc", "yawc-server {port}")?,
    ])
}

fn run() -> Result<(), String> {
    let recipes = recipes().map_err(|error| error.to_string())?;
    let options = Options::read(recipes, USAGE)?;
    let (mut times, mut memories) = (Vec::new(), Vec::new());
    for scenario in SCENARIOS.iter().filter(|scenario| options.wants(scenario.name)) {
        let script = scenario.script().map_err(|error| error.to_string())?;
        let samples = options.measure(
            scenario.name,
            |recipe| scenario.sample(&script, recipe, options.scale),
            |sample| format!("{:.2} µs, {:.0} octets each", sample.micros, sample.each),
        )?;
        times.push(options.row(scenario.name, &samples, |sample| sample.micros));
        if scenario.connections > 1 {
            memories.push(options.row(scenario.name, &samples, |sample| sample.each / 1024.0));
        }
    }
    if times.is_empty() {
        return Ok(());
    }
    let text = format!(
        "Server's processor time for one echoed message, µs (median of {} alternating rounds)\n\n\
         {}\n{}\n\nHeap and stacks that one connection at work added, KiB\n\n{}\n{}\n",
        options.rounds,
        options.head("load"),
        times.join("\n"),
        options.head("load"),
        memories.join("\n")
    );
    io::stdout().lock().write_all(text.as_bytes()).map_err(|error| error.to_string())
}

fn main() {
    if let Err(error) = run() {
        eprintln!("messages: {error}");
        std::process::exit(1);
    }
}
