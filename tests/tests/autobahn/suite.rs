//! `wstest`, in either role, with the cases that were chosen.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;

use crate::peers;

/// A bound, not a measurement: a hang must become a failure.
const PATIENCE: Duration = Duration::from_secs(3600);

/// Cases of each section, as the suite has them in its version 25.10.1.
const SECTIONS: [(&str, usize); 11] = [
    ("1", 16),
    ("2", 11),
    ("3", 7),
    ("4", 10),
    ("5", 20),
    ("6", 145),
    ("7", 37),
    ("9", 54),
    ("10", 1),
    ("12", 90),
    ("13", 126),
];

/// Which cases run.
pub(crate) struct Chosen(Vec<String>);

impl Chosen {
    /// What `WIREBOOK_AUTOBAHN` says, or all but the long ones.
    pub(crate) fn from_environment() -> Self {
        match std::env::var("WIREBOOK_AUTOBAHN").as_deref() {
            Ok("all") => Self(vec!["*".into()]),
            Ok(list) if !list.is_empty() => Self(list.split(',').map(str::to_owned).collect()),
            _ => {
                let whole = (1..=10).filter(|section| *section != 8);
                let whole = whole.map(|section| format!("{section}.*"));
                let first = |section: usize, parts: usize| {
                    (1..=parts).map(move |part| format!("{section}.{part}.1"))
                };
                Self(whole.chain(first(12, 5)).chain(first(13, 7)).collect())
            }
        }
    }

    /// How many cases that must be, where it can be told from the list.
    pub(crate) fn count(&self) -> Option<usize> {
        let of = |case: &String| match case.strip_suffix('*') {
            Some("") => Some(SECTIONS.iter().map(|(_, count)| count).sum()),
            Some(section) => {
                let section = section.strip_suffix('.')?;
                SECTIONS.iter().find(|(name, _)| *name == section).map(|(_, count)| *count)
            }
            None => Some(1),
        };
        self.0.iter().map(of).sum()
    }
}

/// The suite, and a folder for its settings and reports.
pub(crate) struct Suite {
    program: PathBuf,
    pub(crate) folder: PathBuf,
}

/// The suite's own server, ended when it is dropped.
pub(crate) struct FuzzingServer {
    child: Child,
    pub(crate) url: String,
}

impl Suite {
    /// `None` where the suite is not installed. Reports stay where the build's output is.
    #[track_caller]
    pub(crate) fn new(role: &str) -> Option<Self> {
        let program = peers::find("wstest")?;
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("autobahn").join(role);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Some(Self { program, folder })
    }

    /// Runs the cases against the server at `url`.
    pub(crate) fn client_tests(&self, url: &str) {
        let settings = json!({
            "options": { "failByDrop": false },
            "servers": [{ "agent": "wirebook", "url": url }],
        });
        let mut child = self.start("fuzzingclient", settings);
        let status = wait(&mut child, "the suite");
        assert!(status.success(), "wstest: {status}");
    }

    /// Starts the server that tests whoever comes.
    pub(crate) fn start_server(&self) -> FuzzingServer {
        // The port is free until somebody takes it; then the next one is tried.
        for _ in 0..10 {
            let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            let url = format!("ws://{address}");
            let mut child = self.start("fuzzingserver", json!({ "url": url }));
            let deadline = Instant::now() + Duration::from_secs(60);
            while child.try_wait().unwrap().is_none() {
                if TcpStream::connect(address).is_ok() {
                    return FuzzingServer { child, url };
                }
                assert!(Instant::now() < deadline, "wstest does not listen");
                thread::sleep(Duration::from_millis(20));
            }
        }
        panic!("wstest does not start: see {}", self.folder.display());
    }

    fn start(&self, mode: &str, mut settings: serde_json::Value) -> Child {
        settings["outdir"] = json!(self.folder.join("reports"));
        settings["cases"] = json!(Chosen::from_environment().0);
        settings["exclude-cases"] = json!([]);
        settings["exclude-agent-cases"] = json!({});
        let file = self.folder.join("settings.json");
        fs::write(&file, settings.to_string()).unwrap();
        let log = fs::File::create(self.folder.join("wstest.log")).unwrap();
        let mut command = Command::new(&self.program);
        command.args(["--mode", mode, "--spec"]).arg(file);
        if mode == "fuzzingserver" {
            // No web server beside it: that would want a port of its own.
            command.args(["--webport", "0"]);
        }
        command
            .current_dir(&self.folder)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .unwrap()
    }
}

impl Drop for FuzzingServer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits for the end of a program; ends it when nobody would wait any longer.
pub(crate) fn wait(child: &mut Child, name: &str) -> ExitStatus {
    let deadline = Instant::now() + PATIENCE;
    loop {
        if let Some(status) = child.try_wait().unwrap() {
            return status;
        }
        if Instant::now() > deadline {
            let _ = child.kill();
            panic!("{name} does not come to an end");
        }
        thread::sleep(Duration::from_millis(20));
    }
}
