//! Whole servers against each other: ours, hyper and nginx in turn, processor time for one request.
//!
//! ```text
//!   servers --ours 'COMMAND {port}' [--rounds 9] [--scale 1] [--only NAME]… [--without NAME]…
//!           [--NAME 'COMMAND {port}']…      one more column, or another command for hyper or nginx
//! ```
//!
//! Each round starts one server after the other, in an order that turns, so that what the machine
//! does meanwhile falls on all alike; the table shows medians, and medians of each round's ratio.
//! Nothing is pinned: the kernel places the load and the server as it places them everywhere.

mod load;
mod process;
mod scenario;
mod server;

use std::io::{self, Write as _};

use scenario::{SCENARIOS, Sample, Scenario};
use server::Recipe;

struct Options {
    recipes: Vec<Recipe>,
    rounds: usize,
    scale: f64,
    only: Vec<String>,
}

const USAGE: &str = "usage: servers --ours 'COMMAND {port}' [--NAME 'COMMAND {port}']… \
                     [--rounds N] [--scale F] [--only NAME]… [--without hyper|nginx]…";

fn options() -> Result<Options, String> {
    let beside = std::env::current_exe().map_err(|error| error.to_string())?;
    let hyper = beside.with_file_name("hyper-server").display().to_string();
    let mut options = Options {
        recipes: vec![
            Recipe { name: "ours".into(), command: String::new() },
            Recipe { name: "hyper".into(), command: format!("{hyper} {{port}}") },
            Recipe { name: "nginx".into(), command: "nginx -c {folder}/nginx.conf".into() },
        ],
        rounds: 9,
        scale: 1.0,
        only: Vec::new(),
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(flag) = arguments.next() {
        let value = arguments.next().ok_or(USAGE)?;
        match flag.as_str() {
            "--rounds" => options.rounds = value.parse().map_err(|_| USAGE)?,
            "--scale" => options.scale = value.parse().map_err(|_| USAGE)?,
            "--only" => options.only.push(value),
            "--without" => options.recipes.retain(|recipe| recipe.name != value),
            _ => {
                let name = flag.strip_prefix("--").ok_or(USAGE)?;
                match options.recipes.iter_mut().find(|recipe| recipe.name == name) {
                    Some(recipe) => recipe.command = value,
                    None => options.recipes.push(Recipe { name: name.into(), command: value }),
                }
            }
        }
    }
    options.recipes.retain(|recipe| !recipe.command.is_empty());
    if options.recipes.is_empty() || options.rounds == 0 {
        return Err(USAGE.into());
    }
    Ok(options)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let at = |index: usize| values.get(index).copied().unwrap_or(f64::NAN);
    if values.len() % 2 == 1 { at(middle) } else { (at(middle.wrapping_sub(1)) + at(middle)) / 2.0 }
}

/// Samples of one scenario: for each server in the order of the recipes, one for each round.
fn measure(options: &Options, scenario: &Scenario) -> io::Result<Vec<Vec<Sample>>> {
    let count = options.recipes.len();
    let mut samples: Vec<Vec<Sample>> = vec![Vec::new(); count];
    for round in 0..options.rounds {
        for turn in 0..count {
            let index = (round + turn) % count;
            let (Some(recipe), Some(kept)) = (options.recipes.get(index), samples.get_mut(index))
            else {
                continue;
            };
            let sample = scenario
                .sample(recipe, options.scale)
                .map_err(|error| io::Error::other(format!("{}: {error}", recipe.name)))?;
            let (micros, rate) = (sample.micros, sample.rate);
            let (name, round) = (&recipe.name, round + 1);
            eprintln!("{}, round {round}: {name} {micros:.2} µs, {rate:.0}/s", scenario.name);
            kept.push(sample);
        }
    }
    Ok(samples)
}

/// Median over the rounds of ours against the best of the others in the same round.
fn ratio(ours: &[Sample], others: &[&Vec<Sample>], of: impl Fn(&Sample) -> f64) -> f64 {
    let rounds = ours.iter().enumerate().map(|(round, sample)| {
        let theirs = others.iter().filter_map(|samples| samples.get(round)).map(&of);
        of(sample) / theirs.fold(f64::INFINITY, f64::min)
    });
    median(rounds.collect())
}

/// One line: a cell for each server, then ours against each and against the better of them.
fn row(options: &Options, name: &str, samples: &[Vec<Sample>], of: fn(&Sample) -> f64) -> String {
    let mut line = format!("| {name} |");
    for samples in samples {
        line += &format!(" {:.2} |", median(samples.iter().map(of).collect()));
    }
    let has_ours = options.recipes.first().is_some_and(|recipe| recipe.name == "ours");
    if let (true, Some((ours, others))) = (has_ours, samples.split_first()) {
        let others: Vec<&Vec<Sample>> = others.iter().collect();
        for other in &others {
            line += &format!(" {:.2} |", ratio(ours, &[*other], of));
        }
        if others.len() > 1 {
            line += &format!(" **{:.2}** |", ratio(ours, &others, of));
        }
    }
    line
}

fn head(options: &Options, first: &str) -> String {
    let names: Vec<&str> = options.recipes.iter().map(|recipe| recipe.name.as_str()).collect();
    let mut columns = vec![first.to_owned()];
    columns.extend(names.iter().map(|name| (*name).to_owned()));
    if let Some(("ours", others)) = names.split_first().map(|(first, rest)| (*first, rest)) {
        columns.extend(others.iter().map(|name| format!("ours / {name}")));
        if others.len() > 1 {
            columns.push("ours / the better".into());
        }
    }
    let rule = columns.iter().map(|_| "---|").collect::<String>();
    format!("| {} |\n|{rule}", columns.join(" | "))
}

fn run() -> Result<(), String> {
    let options = options()?;
    // Children inherit it: ten thousand connections need as many descriptors on either side.
    sockets::tcp::raise_descriptor_limit().map_err(|error| error.to_string())?;
    let chosen = SCENARIOS.iter().filter(|scenario| {
        let name = scenario.name;
        options.only.is_empty() || options.only.iter().any(|only| name.contains(only.as_str()))
    });
    let mut times = Vec::new();
    let mut memories = Vec::new();
    for scenario in chosen {
        let samples =
            measure(&options, scenario).map_err(|error| format!("{}: {error}", scenario.name))?;
        times.push(row(&options, scenario.name, &samples, |sample| sample.micros));
        if matches!(scenario.shape, scenario::Shape::Idle { .. }) {
            memories.push(row(&options, "resident, MB", &samples, |sample| {
                sample.memory.resident as f64 / 1e6
            }));
            memories.push(row(&options, "heap and stacks, KiB a connection", &samples, |sample| {
                sample.each / 1024.0
            }));
        }
    }
    let mut out = io::stdout().lock();
    let rounds = options.rounds;
    let text = format!(
        "Server's processor time for one request, µs (median of {rounds} alternating rounds)\n\n\
         {}\n{}\n",
        head(&options, "load"),
        times.join("\n")
    );
    let memory = match memories.is_empty() {
        true => String::new(),
        false => format!(
            "\nMemory of the server, 9,000 idle connections and 64 that work\n\n{}\n{}\n",
            head(&options, "memory"),
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
