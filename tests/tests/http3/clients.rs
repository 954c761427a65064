//! Other people's clients, each a program that is given a case and checks it.
//!
//! ```text
//!   aioquic       aioquic_client.py CASE HOST PORT AUTHORITY
//!   curl_cffi     sessions.py curl_cffi CASE HOST PORT AUTHORITY   libcurl's HTTP/3
//!   niquests      sessions.py niquests CASE HOST PORT AUTHORITY    qh3
//!   quinn + h3    h3-cases ask CASE HOST PORT AUTHORITY            tests/peers/h3, built once
//! ```
//!
//! It ends with 0 if all was well, and prints `lacks` if it cannot do that.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;
use std::time::{Duration, Instant};

use crate::matrix::Verdict;
use crate::peers;
use crate::place::Place;

/// A bound, not a measurement: what hangs must fail.
const PATIENCE: Duration = Duration::from_secs(60);

/// Who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Client {
    Aioquic,
    CurlCffi,
    Niquests,
    QuinnH3,
}

impl Client {
    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::Aioquic => "aioquic",
            Self::CurlCffi => "curl_cffi",
            Self::Niquests => "niquests",
            Self::QuinnH3 => "quinn + h3",
        }
    }

    /// The program, or nothing where it is not installed, which has been said.
    #[track_caller]
    fn command(self) -> Option<Command> {
        match self {
            Self::Aioquic => script("aioquic_client.py"),
            Self::CurlCffi | Self::Niquests => {
                let mut command = script("sessions.py")?;
                command.arg(self.name());
                Some(command)
            }
            Self::QuinnH3 => {
                let mut command = Command::new(h3_cases()?);
                command.arg("ask");
                Some(command)
            }
        }
    }

    /// Whether it is not installed, which has been said.
    #[track_caller]
    pub(crate) fn is_missing(self) -> bool {
        self.command().is_none()
    }

    /// Plays one case against our server.
    pub(crate) fn ask(self, case: &str, place: &Place) -> Verdict {
        let mut command = self.command().expect("it is there");
        let address = place.address();
        command.arg(case).arg(address.ip().to_string()).arg(address.port().to_string());
        command.arg(place.papers.file("ca.pem"));
        run(&mut command)
    }
}

/// `python3` about to run a script of this folder, with the packages of setup.
#[track_caller]
pub(crate) fn script(name: &str) -> Option<Command> {
    let program = peers::find("python3")?;
    let packages = peers::cache("http3");
    if !packages.join("aioquic").is_dir() || !packages.join("niquests").is_dir() {
        testkit::skip("no Python packages for HTTP/3 (tests/interop/setup installs them)");
        return None;
    }
    let mut command = Command::new(program);
    command.env("PYTHONPATH", packages).env("PYTHONDONTWRITEBYTECODE", "1");
    command.arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/http3").join(name));
    Some(command)
}

/// The program of h3 over quinn, built once; not without being asked for, for that is minutes.
pub(crate) fn h3_cases() -> Option<&'static Path> {
    static PROGRAM: OnceLock<PathBuf> = OnceLock::new();
    if std::env::var_os("WIREBOOK_HTTP3").is_none() {
        crate::matrix::say("quinn + h3: by tests/interop/http3 alone\n");
        return None;
    }
    let built = PROGRAM.get_or_init(|| {
        let peers = Path::new(env!("CARGO_MANIFEST_DIR")).join("peers");
        let built = Command::new(env!("CARGO"))
            .args(["build", "--quiet", "--release", "--package", "h3-peers"])
            .env_remove("CARGO_TARGET_DIR")
            .current_dir(&peers)
            .status();
        let built = built.is_ok_and(|status| status.success());
        assert!(built, "tests/peers/h3 builds");
        peers.join("target/release/h3-cases")
    });
    Some(built)
}

/// Runs it to its end, or to the end of patience.
pub(crate) fn run(command: &mut Command) -> Verdict {
    let begin = Instant::now();
    let command = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let ended = ends_in_time(&mut child);
    if !ended {
        let _ = child.kill();
    }
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complained = String::from_utf8_lossy(&output.stderr).into_owned();
    let last = complained.lines().map(str::trim).rfind(|line| !line.is_empty());
    let last = last.unwrap_or("it says nothing");
    match (ended, output.status.success()) {
        (false, _) => Verdict::Fail(format!("not done after {} s: {last}", PATIENCE.as_secs())),
        (true, true) if said.starts_with("lacks") => Verdict::Lacks,
        (true, true) => Verdict::Pass(begin.elapsed()),
        (true, false) => Verdict::Fail(format!("{}: {last}", output.status)),
    }
}

fn ends_in_time(child: &mut Child) -> bool {
    let end = Instant::now() + PATIENCE;
    while child.try_wait().unwrap().is_none() {
        if Instant::now() > end {
            return false;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    true
}
