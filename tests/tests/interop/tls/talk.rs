//! A program that is spoken with while it runs, and the two of OpenSSL that are.
//!
//! OpenSSL's `s_client` and `s_server` take one-letter commands when a letter comes first in what
//! they read (`K` changes keys, `q` ends a connection), so one thing is said at a time, and the
//! next when the answer to it is seen.
//!
//! Invariant: no wait is without a bound, and what is waited for is in what the program printed,
//! never a span of time.

use std::io::{Read, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, Command, Stdio};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::peers;

/// A bound, not a measurement: a hang must become a failure.
const PATIENCE: Duration = Duration::from_secs(60);

/// What both of a program's outputs said so far.
type Heard = Arc<(Mutex<Vec<u8>>, Condvar)>;

/// A program that runs, ended when this is dropped.
pub(crate) struct Talk {
    child: Child,
    stdin: Option<ChildStdin>,
    heard: Heard,
    readers: Vec<JoinHandle<()>>,
    /// How much of it was waited for.
    seen: usize,
}

impl Talk {
    pub(crate) fn start(command: &mut Command) -> Self {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap_or_else(|error| panic!("{command:?}: {error}"));
        let heard = Heard::default();
        let (out, err) = (child.stdout.take().unwrap(), child.stderr.take().unwrap());
        let readers = vec![listen(out, heard.clone()), listen(err, heard.clone())];
        Self { stdin: child.stdin.take(), child, heard, readers, seen: 0 }
    }

    /// Writes to it, at once.
    pub(crate) fn say(&mut self, octets: &[u8]) {
        let stdin = self.stdin.as_mut().expect("its input is open");
        stdin.write_all(octets).and_then(|()| stdin.flush()).unwrap();
    }

    /// Ends its input.
    pub(crate) fn hush(&mut self) {
        self.stdin = None;
    }

    /// Waits until it printed this, behind what was waited for before.
    #[track_caller]
    pub(crate) fn wait_for(&mut self, text: &str) {
        let deadline = Instant::now() + PATIENCE;
        let mut heard = self.heard.0.lock().unwrap();
        loop {
            let found = heard[self.seen..].windows(text.len()).position(|at| at == text.as_bytes());
            if let Some(at) = found {
                self.seen += at + text.len();
                return;
            }
            let left = deadline.saturating_duration_since(Instant::now());
            let ended = matches!(self.child.try_wait(), Ok(Some(_)));
            let all = || String::from_utf8_lossy(&heard).into_owned();
            assert!(!left.is_zero(), "it never said {text:?}:\n{}", all());
            // One that has ended may have said it just before.
            let wait = if ended { Duration::from_millis(200) } else { left };
            let before = heard.len();
            let wait = wait.min(Duration::from_secs(1));
            heard = self.heard.1.wait_timeout(heard, wait).unwrap().0;
            let more = heard.len() > before;
            let all = || String::from_utf8_lossy(&heard).into_owned();
            assert!(!ended || more, "it ended and never said {text:?}:\n{}", all());
        }
    }

    /// Waits until it printed this, wherever: of two outputs one may be read late.
    #[track_caller]
    pub(crate) fn wait_for_anywhere(&mut self, text: &str) {
        let seen = std::mem::take(&mut self.seen);
        self.wait_for(text);
        self.seen = self.seen.max(seen);
    }

    /// All that it printed until now.
    pub(crate) fn text(&self) -> String {
        let heard = self.heard.0.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&heard).into_owned()
    }

    /// Waits until it has ended; all that it printed.
    #[track_caller]
    pub(crate) fn end(mut self) -> String {
        self.hush();
        let deadline = Instant::now() + PATIENCE;
        while self.child.try_wait().unwrap().is_none() {
            assert!(Instant::now() < deadline, "it does not end:\n{}", self.text());
            std::thread::sleep(Duration::from_millis(5));
        }
        for reader in self.readers.drain(..) {
            reader.join().unwrap();
        }
        self.text()
    }
}

impl Drop for Talk {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn listen(mut from: impl Read + Send + 'static, heard: Heard) -> JoinHandle<()> {
    std::thread::spawn(move || {
        let mut piece = [0; 4096];
        while let Ok(count @ 1..) = from.read(&mut piece) {
            // Whoever waited may have given up, and failed, meanwhile.
            let mut all = heard.0.lock().unwrap_or_else(PoisonError::into_inner);
            all.extend_from_slice(&piece[..count]);
            heard.1.notify_all();
        }
    })
}

/// `openssl` with these arguments, separated by spaces, about to run; `None` where there is none.
#[track_caller]
pub(crate) fn openssl(arguments: &str) -> Option<Command> {
    let mut command = Command::new(peers::find("openssl")?);
    command.args(arguments.split_whitespace());
    command.env_remove("SSLKEYLOGFILE").env_remove("OPENSSL_CONF");
    Some(command)
}

/// `openssl s_server` on a port of the kernel's choice.
pub(crate) struct Answering {
    pub(crate) talk: Talk,
    pub(crate) address: SocketAddr,
}

impl Answering {
    /// Starts it; it ends after as many connections as `-naccept` among the arguments says.
    #[track_caller]
    pub(crate) fn start(arguments: &str) -> Option<Self> {
        let mut command = openssl("s_server -accept 127.0.0.1:0")?;
        Some(Self::of(command.args(arguments.split_whitespace())))
    }

    /// As [`start`](Self::start), by a command that somebody else made.
    #[track_caller]
    pub(crate) fn of(command: &mut Command) -> Self {
        let mut talk = Talk::start(command);
        talk.wait_for("ACCEPT ");
        talk.wait_for("\n");
        let text = talk.text();
        let line = text.split("ACCEPT ").nth(1).and_then(|rest| rest.lines().next()).unwrap();
        let address = line.trim().parse().unwrap_or_else(|_| panic!("no address in {line:?}"));
        Self { talk, address }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("https://{}{path}", self.address)
    }
}
