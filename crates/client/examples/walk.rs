//! Prints the walk from `get` down to the socket, with Python's names: `walk http://host/`.
//!
//! The second request shows what a session is for: the connection is there already.
#![allow(clippy::print_stdout, reason = "an example shows what it does")]

use client::{Session, trace};
use std::{sync::Arc, time::Instant};
use wire::trace::{Event, Sink, Trace};

/// Prints each step, indented by its floor.
struct Print(Instant);

impl Sink for Print {
    fn event(&self, event: &Event<'_>) {
        let Some(step) = trace::step(event.name) else { return };
        let (indent, ms) = ("  ".repeat(step.depth), (event.time - self.0).as_secs_f64() * 1e3);
        println!("{ms:8.2} ms  {indent}{:<30} {}", step.name, step.python);
    }
}

fn main() -> Result<(), client::Error> {
    let url = std::env::args().nth(1).unwrap_or_else(|| "http://127.0.0.1:8080/".to_owned());
    let session = Session::builder().trace(Trace::to(Arc::new(Print(Instant::now())), 0)).build();
    for _ in 0..2 {
        let mut response = session.get(&url)?.send()?;
        let octets = response.copy_to(&mut std::io::sink())?;
        let timings = response.timings();
        println!(
            "{} {octets} octets in {:?}, reused: {}",
            response.status, timings.total, timings.reused
        );
    }
    Ok(())
}
