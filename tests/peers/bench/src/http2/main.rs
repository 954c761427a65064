//! Whole servers against each other over HTTP/2: processor time for a request and for a mebibyte.
//!
//! ```text
//!   http2 --ours 'COMMAND {port} {tls}' [--serve 'COMMAND']… [--rounds 9] [--scale 1]
//!         [--only LOAD]… [--without NAME]…
//! ```
//!
//! | column  | what it is                                | its contents come from       |
//! |---------|-------------------------------------------|------------------------------|
//! | `ours`  | a handler on our loop                     | memory, as hyper's           |
//! | `serve` | `wirebook serve`                          | files, as nghttpd's, nginx's |
//! | others  | hyper with rustls on ring, nghttpd, nginx |                              |

mod load;

use std::io::{self, Write as _};

use bench::server::Recipe;
use bench::table::{Options, cell, median, ratio};
use load::{LOADS, Sample};

const USAGE: &str = "usage: http2 --ours 'COMMAND {port} {tls}' [--NAME 'COMMAND']… \
                     [--rounds N] [--scale F] [--only LOAD]… [--without NAME]…";

/// Whom ours are held against.
const RIVALS: [&str; 3] = ["hyper", "nghttpd", "nginx"];

fn recipes() -> io::Result<Vec<Recipe>> {
    let recipe = |name: &str, command: &str| Recipe { name: name.into(), command: command.into() };
    Ok(vec![
        recipe("ours", ""),
        recipe("serve", ""),
        Recipe::beside("hyper", "hyper-http2-server {port} {tls}")?,
        recipe("nghttpd", "nghttpd -a 127.0.0.1 -n 1 -d {folder}/site {port} {tls}"),
        recipe("nginx", "nginx -c {folder}/nginx.conf"),
    ])
}

/// A line for each load, a column for each server.
fn medians(options: &Options, measured: &[(&str, Vec<Vec<Sample>>)]) -> String {
    let names: Vec<&str> = options.recipes.iter().map(|recipe| recipe.name.as_str()).collect();
    let mut text =
        format!("| load | {} |\n|---|{}\n", names.join(" | "), "---|".repeat(names.len()));
    for (name, samples) in measured {
        text += &format!("| {name} |");
        for samples in samples {
            text += &format!(" {} |", cell(median(samples.iter().map(Sample::figure).collect())));
        }
        text += "\n";
    }
    text
}

/// A line for each load, a column for each of ours against each of theirs.
fn ratios(options: &Options, measured: &[(&str, Vec<Vec<Sample>>)]) -> String {
    let place = |name: &str| options.recipes.iter().position(|recipe| recipe.name == name);
    let pairs: Vec<(&str, &str)> = ["ours", "serve"]
        .into_iter()
        .flat_map(|ours| RIVALS.into_iter().map(move |theirs| (ours, theirs)))
        .filter(|(ours, theirs)| place(ours).is_some() && place(theirs).is_some())
        .collect();
    let heads: Vec<String> =
        pairs.iter().map(|(ours, theirs)| format!("{ours} / {theirs}")).collect();
    let mut text =
        format!("| load | {} |\n|---|{}\n", heads.join(" | "), "---|".repeat(heads.len()));
    for (name, samples) in measured {
        text += &format!("| {name} |");
        for (ours, theirs) in &pairs {
            let of = |name| place(name).and_then(|at| samples.get(at));
            if let (Some(ours), Some(theirs)) = (of(ours), of(theirs)) {
                text += &format!(" {} |", cell(ratio(ours, &[theirs], Sample::figure)));
            }
        }
        text += "\n";
    }
    text
}

fn run() -> Result<(), String> {
    let recipes = recipes().map_err(|error| error.to_string())?;
    let options = Options::read(recipes, USAGE)?;
    let mut measured = Vec::new();
    for load in LOADS.iter().filter(|load| options.wants(load.name)) {
        let samples = options.measure(
            load.name,
            |recipe| load.sample(recipe, options.scale),
            |sample| format!("{:.2} {}", sample.figure(), load.unit()),
        )?;
        measured.push((load.name, samples));
    }
    let text = format!(
        "Server's processor time over HTTP/2, h2load -c 10 -m 32 -t 1: µs for a request, or ms for \
         a mebibyte (median of {} alternating rounds)\n\n{}\nMedian of each round's ratio\n\n{}",
        options.rounds,
        medians(&options, &measured),
        ratios(&options, &measured)
    );
    io::stdout().lock().write_all(text.as_bytes()).map_err(|error| error.to_string())
}

fn main() {
    if let Err(error) = run() {
        eprintln!("http2: {error}");
        std::process::exit(1);
    }
}
