//! What the suite found, judged and told.
//!
//! ```text
//!   reports/index.json            agent → case → behavior, behaviorClose, reportfile
//!   reports/wirebook_case_1_1_1.json      what was expected, what came, octet by octet
//! ```

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;

use serde_json::Value;

use crate::suite::Suite;

/// Verdicts of one section.
#[derive(Default)]
struct Section {
    ok: usize,
    informational: usize,
    others: usize,
}

/// Prints a table, and fails where anything but OK and INFORMATIONAL is in it.
pub(crate) fn judge(suite: &Suite, role: &str, agent: &str, expected: Option<usize>) {
    let folder = suite.folder.join("reports");
    let index = fs::read(folder.join("index.json"))
        .unwrap_or_else(|error| panic!("no report: {error}: see {}", suite.folder.display()));
    let index: Value = serde_json::from_slice(&index).unwrap();
    let cases = index[agent].as_object().expect("the agent's cases");
    let mut sections: BTreeMap<u32, Section> = BTreeMap::new();
    let mut failures = Vec::new();
    for (case, verdicts) in cases {
        let number = case.split('.').next().unwrap().parse().unwrap();
        let section = sections.entry(number).or_default();
        let (said, closed) = (verdict(verdicts, "behavior"), verdict(verdicts, "behaviorClose"));
        match (said, closed) {
            ("OK", "OK" | "INFORMATIONAL") => section.ok += 1,
            ("INFORMATIONAL", "OK" | "INFORMATIONAL") => section.informational += 1,
            _ => {
                section.others += 1;
                let file = folder.join(verdict(verdicts, "reportfile"));
                failures.push(format!("{case}: {said}, close {closed}: {}", why(&file)));
            }
        }
    }
    let table = table(role, &sections);
    // Also where the test passes: a table that nobody sees is no evidence.
    let _ = std::io::stderr().write_all(table.as_bytes());
    let _ = fs::write(suite.folder.join("failures.txt"), failures.join("\n"));
    let count = failures.len();
    assert!(count == 0, "{count} of {} cases:\n{}\n{table}", cases.len(), failures.join("\n"));
    if let Some(expected) = expected {
        assert_eq!(cases.len(), expected, "cases that ran");
    }
}

fn verdict<'a>(verdicts: &'a Value, name: &str) -> &'a str {
    verdicts[name].as_str().unwrap_or("missing")
}

fn table(role: &str, sections: &BTreeMap<u32, Section>) -> String {
    let mut table = format!(
        "\n| {role}: section | OK | INFORMATIONAL | failed or not strict |\n|---|---|---|---|\n"
    );
    let mut sum = Section::default();
    for (number, section) in sections {
        let Section { ok, informational, others } = section;
        let _ = writeln!(table, "| {number} | {ok} | {informational} | {others} |");
        sum.ok += ok;
        sum.informational += informational;
        sum.others += others;
    }
    let Section { ok, informational, others } = sum;
    let _ = writeln!(table, "| all | {ok} | {informational} | {others} |");
    table
}

/// The suite's own words on one case.
fn why(file: &std::path::Path) -> String {
    let Ok(octets) = fs::read(file) else { return format!("no report {}", file.display()) };
    let report: Value = serde_json::from_slice(&octets).unwrap_or_default();
    let text = |name: &str| {
        let text: String = report[name].to_string().chars().take(600).collect();
        text
    };
    format!(
        "{} {} {}\n    expected {}\n    received {}\n    {}",
        text("result"),
        text("resultClose"),
        text("description"),
        text("expected"),
        text("received"),
        file.display()
    )
}
