//! `cargo run --release -p lab --example realtime`: events by polling, long polling, server-sent
//! events and WebSocket, and what each way costs.

use lab::realtime::{self, Fields, Options, Way};
use std::{
    io::{IsTerminal, Write},
    process::ExitCode,
    time::Duration,
};

const HELP: &str = "\
realtime [-n EVENTS] [--interval MS] [--size OCTETS] [--browser] [--no-clock] [--json]

  -n EVENTS       how many events are delivered in each way (300)
  --interval MS   one event in each so many milliseconds (10)
  --size OCTETS   of each event's text (120)
  --browser       requests carry what a browser's requests carry
  --no-clock      count octets alone; without waiting, and the same each time
  --json          for machines
";

fn main() -> ExitCode {
    let mut out = std::io::stdout();
    let answer = match options() {
        Ok(Asked::Help) => Ok(HELP.to_owned()),
        Ok(Asked::Run { options, json }) => table(&options, json),
        Err(line) => Err(line),
    };
    let (text, code) = match answer {
        Ok(text) => (text, ExitCode::SUCCESS),
        Err(line) => {
            // Nobody is left to tell if standard error is closed.
            let _ = writeln!(std::io::stderr(), "realtime: {line}");
            (String::new(), ExitCode::FAILURE)
        }
    };
    match out.write_all(text.as_bytes()) {
        Ok(()) => code,
        Err(_) => ExitCode::FAILURE,
    }
}

enum Asked {
    Help,
    Run { options: Options, json: bool },
}

fn options() -> Result<Asked, String> {
    let interval = Duration::from_millis(10);
    let mut options = Options { interval, timed: true, ..Options::default() };
    let mut json = false;
    let mut arguments = std::env::args().skip(1);
    while let Some(flag) = arguments.next() {
        let mut number = |most: u32| {
            let value = arguments.next().and_then(|value| value.parse().ok());
            value
                .filter(|value| (1..=most).contains(value))
                .ok_or(format!("{flag} needs a number from 1 to {most}"))
        };
        match flag.as_str() {
            "-h" | "--help" => return Ok(Asked::Help),
            "-n" => options.events = number(100_000)?,
            "--interval" => options.interval = Duration::from_millis(number(60_000)?.into()),
            "--size" => {
                options.size =
                    usize::try_from(number(100_000)?).map_err(|error| error.to_string())?;
            }
            "--browser" => options.fields = Fields::Browser,
            "--no-clock" => options.timed = false,
            "--json" => json = true,
            other => return Err(format!("unknown argument '{other}'; --help tells what there is")),
        }
    }
    Ok(Asked::Run { options, json })
}

fn table(options: &Options, json: bool) -> Result<String, String> {
    let watched = std::io::stderr().is_terminal();
    let progress = |way: &Way| {
        if watched {
            let _ = writeln!(std::io::stderr(), "{way} …");
        }
    };
    let rows = realtime::run(&Way::all(options.interval), options, progress)
        .map_err(|error| error.to_string())?;
    Ok(if json { realtime::json(&rows, options) } else { realtime::text(&rows, options) })
}
