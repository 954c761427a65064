//! curl, run to its end, and what it saw.

use std::process::Command;

use crate::peers;

/// What curl printed and how it ended.
#[derive(Debug)]
pub(crate) struct Seen {
    /// curl's exit code; 0 is well.
    pub(crate) code: i32,
    /// Content, or what `-w` and `-D -` asked for.
    pub(crate) out: Vec<u8>,
    /// With `-v`, the walk.
    pub(crate) err: String,
}

impl Seen {
    pub(crate) fn text(&self) -> &str {
        std::str::from_utf8(&self.out).expect("text")
    }
}

/// Runs curl; `None` where it is not installed. Nothing of the user's configuration is read.
#[track_caller]
pub(crate) fn curl_with(input: &[u8], arguments: &[&str]) -> Option<Seen> {
    let program = peers::find("curl")?;
    let mut command = Command::new(program);
    // A bound, not a measurement: a hang must become a failure.
    command.args(["--disable", "--silent", "--show-error", "--max-time", "60"]);
    for variable in ["http_proxy", "https_proxy", "all_proxy", "no_proxy", "NO_PROXY", "ALL_PROXY"]
    {
        command.env_remove(variable);
    }
    let output = peers::run(command.args(arguments), input);
    Some(Seen {
        code: output.status.code().expect("curl ended by itself"),
        out: output.stdout,
        err: String::from_utf8_lossy(&output.stderr).into_owned(),
    })
}

/// As [`curl_with`], with nothing to read.
#[track_caller]
pub(crate) fn curl(arguments: &[&str]) -> Option<Seen> {
    curl_with(b"", arguments)
}
