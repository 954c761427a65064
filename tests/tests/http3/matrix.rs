//! The cells of the matrix, and the table of them.

use std::fmt;
use std::io::Write;
use std::time::Duration;

use crate::cases::CASES;
use crate::clients::Client;
use crate::place::Place;

/// How a cell ended.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Verdict {
    Pass(Duration),
    Fail(String),
    /// The peer cannot do it.
    Lacks,
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pass(took) => write!(f, "pass, {:.1} s", took.as_secs_f64()),
            Self::Fail(why) => write!(f, "FAIL: {why}"),
            Self::Lacks => f.write_str("peer lacks it"),
        }
    }
}

/// All cases by another's client at our server.
#[track_caller]
pub(crate) fn at_our_server(client: Client) {
    if client.is_missing() {
        return;
    }
    let place = Place::start();
    table(&format!("{} ← wirebook", client.name()), |case| match case {
        // It is over behind this.
        "goaway" => client.ask(case, &Place::start()),
        case => client.ask(case, &place),
    });
}

/// Tells it at once, for tests run side by side; and where the harness does not keep it to itself.
pub(crate) fn say(text: &str) {
    let _ = std::io::stderr().write_all(text.as_bytes());
}

/// The cases that `WIREBOOK_HTTP3` names, with commas between them, or all.
pub(crate) fn chosen() -> Vec<&'static str> {
    let wanted = std::env::var("WIREBOOK_HTTP3").unwrap_or_default();
    let wanted: Vec<&str> = wanted.split(',').filter(|name| !name.is_empty()).collect();
    let all = wanted.is_empty() || wanted == ["all"];
    CASES.into_iter().filter(|case| all || wanted.contains(case)).collect()
}

/// A table of one column on standard error; fails if a cell did.
#[track_caller]
pub(crate) fn table(head: &str, mut play: impl FnMut(&str) -> Verdict) {
    let mut lines = format!("\n| case | {head} |\n|---|---|\n");
    let mut failures = Vec::new();
    for case in chosen() {
        let verdict = play(case);
        lines += &format!("| {case} | {verdict} |\n");
        if let Verdict::Fail(why) = verdict {
            failures.push(format!("{case}, {head}: {why}"));
        }
    }
    say(&lines);
    assert!(failures.is_empty(), "{}", failures.join("\n"));
}
