//! ls-qpack in a process of its own: a line to it, a line from it (`lsqpack.py`).

use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use crate::List;
use crate::peers;

/// Both its ends.
pub(crate) struct Lsqpack {
    child: Child,
    to: ChildStdin,
    from: BufReader<ChildStdout>,
}

/// What its decoder makes of a section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// What it answers on the decoder stream, and the fields.
    Read(Vec<u8>, List),
    Blocked,
    Refused(String),
}

fn digits(octets: &[u8]) -> String {
    octets.iter().fold("x".to_owned(), |text, octet| format!("{text}{octet:02x}"))
}

fn octets(word: &str) -> Vec<u8> {
    wire::hex::decode(word.strip_prefix('x').unwrap()).unwrap()
}

fn verdict(answer: &str) -> Verdict {
    let mut words = answer.split_whitespace();
    match words.next() {
        Some("blocked") => Verdict::Blocked,
        Some("refused") => Verdict::Refused(words.collect()),
        Some(control) => {
            let field = |word: &str| {
                let (name, value) = word.split_once(':').unwrap();
                (octets(name), octets(value))
            };
            Verdict::Read(octets(control), words.map(field).collect())
        }
        None => panic!("no answer"),
    }
}

impl Lsqpack {
    /// Starts it, if it is installed.
    #[track_caller]
    pub(crate) fn start() -> Option<Self> {
        let mut python = peers::python("../../qpack/lsqpack.py")?;
        let mut child = python.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
        let (to, from) = (child.stdin.take().unwrap(), child.stdout.take().unwrap());
        Some(Self { child, to, from: BufReader::new(from) })
    }

    fn ask(&mut self, line: &str) -> String {
        writeln!(self.to, "{line}").unwrap();
        let mut answer = String::new();
        self.from.read_line(&mut answer).unwrap();
        assert!(answer.ends_with('\n'), "it ended at: {line}");
        answer.trim_end().to_owned()
    }

    /// Both ends anew; what the encoder says first.
    pub(crate) fn renew(&mut self, capacity: usize, blocked: u64) -> Vec<u8> {
        octets(&self.ask(&format!("new {capacity} {blocked}")))
    }

    /// Instructions for its decoder; the streams that need not wait any more.
    pub(crate) fn instruct(&mut self, instructions: &[u8]) -> Result<Vec<u64>, String> {
        let answer = self.ask(&format!("instructions {}", digits(instructions)));
        if answer.starts_with("refused") {
            return Err(answer);
        }
        Ok(answer.split_whitespace().map(|word| word.parse().unwrap()).collect())
    }

    pub(crate) fn section(&mut self, stream: u64, section: &[u8]) -> Verdict {
        verdict(&self.ask(&format!("section {stream} {}", digits(section))))
    }

    pub(crate) fn resume(&mut self, stream: u64) -> Verdict {
        verdict(&self.ask(&format!("resume {stream}")))
    }

    pub(crate) fn cancel(&mut self, stream: u64) -> Vec<u8> {
        octets(&self.ask(&format!("cancel {stream}")))
    }

    /// Its encoder's instructions, and its section.
    pub(crate) fn encode(&mut self, stream: u64, list: &List) -> (Vec<u8>, Vec<u8>) {
        let mut line = format!("encode {stream}");
        for (name, value) in list {
            line += &format!(" {}:{}", digits(name), digits(value));
        }
        let answer = self.ask(&line);
        let (instructions, section) = answer.split_once(' ').unwrap();
        (octets(instructions), octets(section))
    }

    /// The decoder stream, for its encoder.
    pub(crate) fn acknowledge(&mut self, instructions: &[u8]) {
        let answer = self.ask(&format!("acknowledge {}", digits(instructions)));
        assert_eq!(answer, "", "{}", digits(instructions));
    }
}

impl Drop for Lsqpack {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
