//! How much memory a process has, in Linux's words.

use std::fs;

fn kibibytes(text: &str, field: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.starts_with(field))?;
    line.split_whitespace().nth(1)?.parse().ok()
}

/// Octets of heap and stacks that the process holds now.
pub(crate) fn anonymous(pid: u32) -> u64 {
    let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap();
    kibibytes(&text, "Anonymous:").expect("Linux tells") * 1024
}

/// The most octets the process ever had resident; `None` once it has ended.
pub(crate) fn most_resident(pid: u32) -> Option<u64> {
    let text = fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    Some(kibibytes(&text, "VmHWM:")? * 1024)
}
