//! What is measured: seven ways to ask one server for thirteen octets.

use std::io;
use std::time::Duration;

use bench::process::{self, Memory};
use bench::server::{Recipe, Running};

use crate::load::{Load, run_one_each, timed};

/// How the connections are used.
#[derive(Clone, Copy, Debug)]
pub enum Shape {
    /// So many connections, each with so many requests under way.
    KeepAlive { connections: usize, depth: usize },
    /// A connection for each request, so many at a time.
    OneEach { at_once: usize },
    /// So many connections that were used once and wait, beside 64 that work.
    Idle { idle: usize },
}

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Scenario {
    /// What the line is called, and what `--only` asks for.
    pub name: &'static str,
    /// How the connections are used.
    pub shape: Shape,
    /// Requests in one round.
    pub requests: usize,
}

/// All of them, in the order of the table.
pub const SCENARIOS: [Scenario; 7] = [
    keep_alive("1 connection", 1, 1, 30_000),
    keep_alive("64 keep-alive", 64, 1, 100_000),
    keep_alive("1,000 keep-alive", 1_000, 1, 100_000),
    keep_alive("10,000 keep-alive", 10_000, 1, 100_000),
    keep_alive("pipelining 16, 64 connections", 64, 16, 400_000),
    Scenario {
        name: "a connection per request, 64",
        shape: Shape::OneEach { at_once: 64 },
        requests: 15_000,
    },
    Scenario { name: "9,000 idle + 64", shape: Shape::Idle { idle: 9_000 }, requests: 50_000 },
];

const fn keep_alive(
    name: &'static str,
    connections: usize,
    depth: usize,
    requests: usize,
) -> Scenario {
    Scenario { name, shape: Shape::KeepAlive { connections, depth }, requests }
}

/// What one server showed in one round.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// Processor time of the server for one request, in microseconds.
    pub micros: f64,
    /// Requests in a second, as the one client thread saw them; it is often the slower side.
    pub rate: f64,
    /// Memory when all connections stood open.
    pub memory: Memory,
    /// Octets of heap and stacks that one connection added.
    pub each: f64,
}

impl Scenario {
    /// Starts the server, warms it up, measures one round and ends it.
    pub fn sample(&self, recipe: &Recipe, scale: f64) -> io::Result<Sample> {
        let server = Running::start(recipe)?;
        let requests = ((self.requests as f64 * scale) as usize).max(200);
        let warm = requests / 10;
        let pid = server.pid();
        let mut load = Load::new(server.address)?;
        load.open(1)?;
        let before_connections = process::memory(pid);
        let (used, wall) = match self.shape {
            Shape::KeepAlive { connections, depth } => {
                load.open(connections.saturating_sub(1))?;
                load.run(0..connections, warm.max(connections), depth)?;
                measured(pid, || load.run(0..connections, requests, depth))?
            }
            Shape::OneEach { at_once } => {
                run_one_each(server.address, warm, at_once)?;
                measured(pid, || run_one_each(server.address, requests, at_once))?
            }
            Shape::Idle { idle } => {
                load.open(idle + 64)?;
                load.run(0..64, warm, 1)?;
                measured(pid, || load.run(0..64, requests, 1))?
            }
        };
        let memory = process::memory(pid);
        let grown = memory.anonymous.saturating_sub(before_connections.anonymous);
        Ok(Sample {
            micros: used.as_secs_f64() * 1e6 / requests as f64,
            rate: requests as f64 / wall.as_secs_f64(),
            memory,
            each: grown as f64 / load.len() as f64,
        })
    }
}

/// Processor time of `pid` and wall time during `what`.
fn measured(pid: u32, what: impl FnOnce() -> io::Result<()>) -> io::Result<(Duration, Duration)> {
    let before = process::processor_time(pid);
    let wall = timed(what)?;
    Ok((process::processor_time(pid).saturating_sub(before), wall))
}
