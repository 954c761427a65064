//! One cell of the matrix: a case, a client and a server, run and judged; and the table of them.

use std::fmt;
use std::fs;
use std::time::{Duration, Instant};

use serde_json::Value;
use testkit::TempDir;
use wire::{Random, Scripted};

use crate::cases::Case;
use crate::link::Seen;
use crate::papers::Papers;
use crate::people::{self, Server, Who};
use crate::relay::Relay;

/// A bound, not a measurement: what hangs must fail.
const PATIENCE: Duration = Duration::from_secs(60);

/// What was seen of a run.
pub(crate) struct Outcome {
    pub(crate) seen: Vec<Seen>,
    /// What each client said.
    pub(crate) told: Vec<Value>,
    /// Octets of all files.
    pub(crate) octets: usize,
}

/// How a cell ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    Pass(Duration),
    Fail(String),
    /// The peer cannot do it.
    Lacks,
    /// Our program cannot be told to, where it speaks HTTP/3; the other columns have it.
    Elsewhere,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pass(took) => write!(f, "pass, {:.1} s", took.as_secs_f64()),
            Self::Fail(why) => write!(f, "FAIL: {why}"),
            Self::Lacks => f.write_str("peer lacks it"),
            Self::Elsewhere => f.write_str("by HTTP/0.9 alone"),
        }
    }
}

/// Runs a case between two ends.
pub(crate) fn play(case: &Case, client: Who, server: Who, papers: &Papers) -> Verdict {
    let serves = case.server.iter().all(|wish| server.serves(*wish));
    let asks = case.client.iter().all(|wish| client.asks(*wish));
    match (serves, asks) {
        (true, true) => {}
        (true, false) if client == Who::OursByHttp3 => return Verdict::Elsewhere,
        (false, true) if server == Who::OursByHttp3 => return Verdict::Elsewhere,
        _ => return Verdict::Lacks,
    }
    let (from, to) = (TempDir::new("quic-from"), TempDir::new("quic-to"));
    let mut random = Scripted(case.files.len() as u64);
    let names: Vec<String> = (0..case.files.len()).map(|number| format!("f{number}")).collect();
    for (name, length) in names.iter().zip(&case.files) {
        let mut octets = vec![0; *length];
        random.fill(&mut octets);
        fs::write(from.path().join(name), octets).unwrap();
    }
    let serving = Server::start(server, case.server, from.path(), papers, case.host);
    let mut outcome =
        Outcome { seen: Vec::new(), told: Vec::new(), octets: case.files.iter().sum() };
    let begin = Instant::now();
    for seed in 1..=case.times {
        let relay = Relay::start(serving.address, (case.link)(seed));
        let at = relay.address;
        match people::fetch(client, case.client, at, &names, to.path(), PATIENCE) {
            Ok(told) => outcome.told.push(told),
            Err(why) => return Verdict::Fail(why),
        }
        outcome.seen.extend(relay.seen());
        for name in &names {
            let read = |folder: &TempDir| fs::read(folder.path().join(name)).unwrap_or_default();
            if let Err(why) = same(&read(&from), &read(&to)) {
                return Verdict::Fail(format!("{name} {why}"));
            }
            let _ = fs::remove_file(to.path().join(name));
        }
    }
    let took = begin.elapsed();
    match (case.judge)(&outcome) {
        Ok(()) => Verdict::Pass(took),
        Err(why) => Verdict::Fail(why),
    }
}

/// What came is what was served, or where it first is not.
fn same(served: &[u8], came: &[u8]) -> Result<(), String> {
    let alike = served.iter().zip(came).take_while(|(served, came)| served == came).count();
    match (alike == served.len(), alike == came.len()) {
        (true, true) => Ok(()),
        (false, true) => Err(format!("ends after {alike} of {} octets", served.len())),
        _ => Err(format!("is not what was served from octet {alike} on")),
    }
}

/// Every case between these pairs, as a table on standard error; the cells that failed.
pub(crate) fn table(cases: &[Case], pairs: &[(Who, Who)]) -> Vec<String> {
    let papers = Papers::new();
    let mut failures = Vec::new();
    let heads =
        pairs.iter().map(|(client, server)| format!(" {} ← {} |", client.name(), server.name()));
    say(&format!("\n| case |{}", heads.collect::<String>()));
    say(&format!("|---|{}", "---|".repeat(pairs.len())));
    for case in cases {
        let mut line = format!("| {} |", case.name);
        for (client, server) in pairs {
            let verdict = play(case, *client, *server, &papers);
            line += &format!(" {verdict} |");
            if let Verdict::Fail(why) = verdict {
                let (client, server) = (client.name(), server.name());
                failures.push(format!("{}, {client} asks {server}: {why}", case.name));
            }
        }
        say(&line);
    }
    failures
}

/// Writes a line where the test harness does not keep it to itself.
fn say(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "{line}");
}
