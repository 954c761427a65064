//! What a process and its children used: processor time and memory, as Linux counts them.
//!
//! ```text
//!   /proc/PID/task/TID/schedstat   "165926 306635 2": nanoseconds run, nanoseconds waited, turns
//!   /proc/PID/task/TID/children    the processes that this thread started
//!   /proc/PID/smaps_rollup         "Rss: 1544 kB" … "Anonymous: 160 kB"
//! ```
//!
//! `utime + stime` count in ticks of ten milliseconds; `schedstat` is the same time in nanoseconds.

use std::fs;
use std::time::Duration;

/// Memory of a process and its children.
#[derive(Clone, Copy, Debug, Default)]
pub struct Memory {
    /// Octets resident, shared libraries and page cache among them.
    pub resident: u64,
    /// Octets of heap and stacks: what the program asked for itself.
    pub anonymous: u64,
}

/// The process and all that it started, itself first.
fn family(pid: u32) -> Vec<u32> {
    let mut all = vec![pid];
    let mut next = 0;
    while let Some(&pid) = all.get(next) {
        for task in tasks(pid) {
            let children = fs::read_to_string(format!("/proc/{pid}/task/{task}/children"));
            let children = children.unwrap_or_default();
            all.extend(children.split_whitespace().filter_map(|pid| pid.parse::<u32>().ok()));
        }
        next += 1;
    }
    all
}

fn tasks(pid: u32) -> Vec<u32> {
    let Ok(entries) = fs::read_dir(format!("/proc/{pid}/task")) else { return Vec::new() };
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).collect()
}

/// Processor time, user and system, that the process and its children have used so far.
pub fn processor_time(pid: u32) -> Duration {
    let mut nanoseconds = 0;
    for pid in family(pid) {
        for task in tasks(pid) {
            let text = fs::read_to_string(format!("/proc/{pid}/task/{task}/schedstat"));
            nanoseconds += text
                .ok()
                .and_then(|text| text.split_whitespace().next()?.parse::<u64>().ok())
                .unwrap_or(0);
        }
    }
    Duration::from_nanos(nanoseconds)
}

/// Memory that the process and its children hold now.
pub fn memory(pid: u32) -> Memory {
    let mut memory = Memory::default();
    for pid in family(pid) {
        let text = fs::read_to_string(format!("/proc/{pid}/smaps_rollup")).unwrap_or_default();
        let field = |name: &str| -> u64 {
            let line = text.lines().find(|line| line.starts_with(name));
            let kilo = line.and_then(|line| line.split_whitespace().nth(1)?.parse::<u64>().ok());
            kilo.unwrap_or(0) * 1024
        };
        memory.resident += field("Rss:");
        memory.anonymous += field("Anonymous:");
    }
    memory
}
