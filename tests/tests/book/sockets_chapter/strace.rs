//! A server under `strace`, and its calls in a form that is the same on each run.
//!
//! ```text
//!   strace -D      the server is our child, strace the child's shadow: ending one ends both
//!          -ff     a file for each thread, so that no call is cut in two by another thread's
//! ```

use crate::programs::{self, Running};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Duration,
};
use testkit::TempDir;

const CALLS: &str = "trace=network,openat,read,write,close,clone,clone3,eventfd2,epoll_create1,\
                     epoll_ctl,epoll_wait,epoll_pwait";

/// A server that is being watched.
pub(crate) struct Traced {
    server: Running,
    folder: TempDir,
}

impl Traced {
    /// Starts `program` in an empty folder. `None` where there is no strace.
    #[track_caller]
    pub(crate) fn start(program: &PathBuf, argument: &str) -> Option<Self> {
        let mut strace = programs::system("strace")?;
        let folder = TempDir::new("strace");
        strace.args(["-D", "-ff", "-qq", "-s", "40", "-e", CALLS, "-o", "calls"]);
        let server = Running::start(strace.arg(program).arg(argument).current_dir(folder.path()));
        Some(Self { server, folder })
    }

    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    pub(crate) fn line(&mut self) -> String {
        self.server.line()
    }

    /// What strace has written, as soon as it is enough: it writes after the call, at its own pace.
    #[track_caller]
    pub(crate) fn wait_until(&self, enough: impl Fn(&[Vec<String>]) -> bool) -> Vec<Vec<String>> {
        for _ in 0..5000 {
            let threads = read(self.folder.path());
            if enough(&threads) {
                return renumbered(threads);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        panic!("strace wrote {:#?}", read(self.folder.path()));
    }
}

/// The calls of each thread from its first socket on, threads in the order of their birth.
fn read(folder: &Path) -> Vec<Vec<String>> {
    let mut files: Vec<(u32, String)> = fs::read_dir(folder)
        .unwrap()
        .filter_map(|entry| {
            let path = entry.unwrap().path();
            let number = path.file_name()?.to_str()?.strip_prefix("calls.")?.parse().ok()?;
            Some((number, fs::read_to_string(path).ok()?))
        })
        .collect();
    files.sort_unstable();
    let calls = |text: &str| {
        // A line that is still being written has no end.
        let whole = &text[..text.rfind('\n').map_or(0, |end| end + 1)];
        let lines = whole.lines().filter(|line| line.contains(" = ") && !line.contains("ERESTART"));
        let ours = ["sock", "epoll"];
        lines.skip_while(|line| !ours.iter().any(|word| line.contains(word))).map(call).collect()
    };
    files.iter().map(|(_, text)| calls(text)).collect()
}

/// One call on one line of a page, without what says nothing here or changes from run to run.
fn call(line: &str) -> String {
    let (call, result) = line.rsplit_once(" = ").unwrap();
    let (name, arguments) = call.trim_end().split_once('(').unwrap();
    if name.starts_with("clone") {
        return format!("{name}(…) = the new thread");
    }
    let mut arguments = replaced(arguments, "{sa_family=AF_INET, ", "}", |name| {
        let word = |before: &str, after: char| {
            name.split_once(before).unwrap().1.split(after).next().unwrap().to_owned()
        };
        format!("{{{}:{}}}", word("inet_addr(\"", '"'), word("htons(", ')'))
    });
    for size in [", [128 => 16]", ", [28 => 16]"] {
        arguments = arguments.replace(size, ", [16]");
    }
    arguments = replaced(&arguments, "data={", "}", |data| match data.rsplit_once("u64=") {
        Some((_, token)) if token.len() < 5 => format!("token {token}"),
        Some((_, token)) if token == u64::MAX.to_string() => "token of the waker".to_owned(),
        _ => "token of the listener".to_owned(),
    });
    arguments = replaced(&arguments, "0x", ",)", |_| "…".to_owned());
    if name.starts_with("epoll_") && name.ends_with("wait") {
        // The last argument is the milliseconds to the next timer.
        let (before, patience) = arguments.rsplit_once(", ").unwrap();
        let patience = if patience == "-1)" { "for ever" } else { "to the next timer" };
        arguments = format!("{before}, {patience})");
    }
    let result = result.split(" (").next().unwrap();
    format!("{name}({arguments} = {result}")
}

/// `text` with everything from `begin` to one of `ends` replaced by what `with` makes of it. A `}`
/// at the end belongs to it, other ends stay.
fn replaced(text: &str, begin: &str, ends: &str, with: impl Fn(&str) -> String) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once(begin) {
        let length = after.find(|c| ends.contains(c)).unwrap_or(after.len());
        out += before;
        out += &with(&after[..length]);
        rest = &after[length..];
        rest = rest.strip_prefix('}').filter(|_| ends == "}").unwrap_or(rest);
    }
    out + rest
}

/// Descriptors as if the process had been born with 0, 1 and 2 alone, whatever it inherited here.
fn renumbered(mut threads: Vec<Vec<String>>) -> Vec<Vec<String>> {
    const MAKERS: [&str; 5] = ["socket(", "accept4(", "openat(", "epoll_create1(", "eventfd2("];
    let mut known = Vec::new();
    for call in threads.iter_mut().flatten() {
        let makes = MAKERS.iter().any(|name| call.starts_with(name));
        let (before, result) = call.rsplit_once(" = ").unwrap();
        let (name, arguments) = before.split_once('(').unwrap();
        let mut parts: Vec<String> = arguments.split(", ").map(str::to_owned).collect();
        let places: &[usize] = if name == "epoll_ctl" { &[0, 2] } else { &[0] };
        for &place in places {
            let part = parts[place].clone();
            let digits = part.trim_end_matches(')');
            if let Some(at) = known.iter().position(|real| real == digits) {
                parts[place] = part.replace(digits, &(at + 3).to_string());
            }
        }
        let mut result = result.to_owned();
        if makes && result.parse::<u32>().is_ok() {
            known.push(result);
            result = (known.len() + 2).to_string();
        }
        *call = format!("{name}({} = {result}", parts.join(", "));
    }
    threads
}
