//! Whole servers against each other: ours, hyper and nginx in turn, processor time for one request.
//!
//! ```text
//!   servers --ours 'COMMAND {port}' [--rounds 9] [--scale 1] [--only NAME]… [--without NAME]…
//!           [--NAME 'COMMAND {port}']…      one more column, or another command for hyper or nginx
//! ```

mod load;
mod scenario;

use std::io::{self, Write as _};

use bench::server::Recipe;
use bench::table::Options;
use scenario::SCENARIOS;

const USAGE: &str = "usage: servers --ours 'COMMAND {port}' [--NAME 'COMMAND {port}']… \
                     [--rounds N] [--scale F] [--only NAME]… [--without hyper|nginx]…";

fn recipes() -> io::Result<Vec<Recipe>> {
    Ok(vec![
        Recipe { name: "ours".into(), command: String::new() },
        Recipe::beside("hyper", "hyper-server {port}")?,
        Recipe { name: "nginx".into(), command: "nginx -c {folder}/nginx.conf".into() },
    ])
}

fn run() -> Result<(), String> {
    let recipes = recipes().map_err(|error| error.to_string())?;
    let options = Options::read(recipes, USAGE)?;
    // Children inherit it: ten thousand connections need as many descriptors on either side.
    sockets::tcp::raise_descriptor_limit().map_err(|error| error.to_string())?;
    let mut times = Vec::new();
    let mut memories = Vec::new();
    for scenario in SCENARIOS.iter().filter(|scenario| options.wants(scenario.name)) {
        let samples = options.measure(
            scenario.name,
            |recipe| scenario.sample(recipe, options.scale),
            |sample| format!("{:.2} µs, {:.0}/s", sample.micros, sample.rate),
        )?;
        times.push(options.row(scenario.name, &samples, |sample| sample.micros));
        if matches!(scenario.shape, scenario::Shape::Idle { .. }) {
            memories.push(
                options.row("resident, MB", &samples, |sample| sample.memory.resident as f64 / 1e6),
            );
            memories.push(
                options.row("heap and stacks, KiB a connection", &samples, |sample| {
                    sample.each / 1024.0
                }),
            );
        }
    }
    let mut out = io::stdout().lock();
    let rounds = options.rounds;
    let text = format!(
        "Server's processor time for one request, µs (median of {rounds} alternating rounds)\n\n\
         {}\n{}\n",
        options.head("load"),
        times.join("\n")
    );
    let memory = match memories.is_empty() {
        true => String::new(),
        false => format!(
            "\nMemory of the server, 9,000 idle connections and 64 that work\n\n{}\n{}\n",
            options.head("memory"),
            memories.join("\n")
        ),
    };
    out.write_all((text + &memory).as_bytes()).map_err(|error| error.to_string())
}

fn main() {
    if let Err(error) = run() {
        eprintln!("servers: {error}");
        std::process::exit(1);
    }
}
