//! Signals, in a process of their own: this test starts itself again and sends them to the child.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

use sockets::{Events, Interest, Poller, Signal, Signals, Token};
use std::{
    env,
    io::{BufRead, BufReader, ErrorKind},
    os::unix::process::ExitStatusExt,
    process::{Child, Command, Stdio},
    thread,
};

const CHILD: &str = "SOCKETS_SIGNALS_CHILD";

/// Starts this test again as a child that plays `part`; answers its lines. What whoever started us
/// ignores, as a shell does for what runs in its background, the child does not.
fn start(test: &str, part: &str) -> (Child, impl FnMut() -> String) {
    let mut child = Command::new("env")
        .arg("--default-signal")
        .arg(env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture", "--test-threads=1"])
        .env(CHILD, part)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    // The harness prints too, and may leave its line open.
    let said = move || loop {
        match lines.next() {
            Some(line) => match line.unwrap().rsplit_once("child: ") {
                Some((_, said)) => return said.to_string(),
                None => continue,
            },
            None => return "the end".to_string(),
        }
    };
    (child, said)
}

fn send(child: &Child, signal: &str) {
    send_to(&child.id().to_string(), signal);
}

fn send_to(process: &str, signal: &str) {
    let kill = format!("kill -{signal} {process}");
    assert!(Command::new("sh").args(["-c", &kill]).status().unwrap().success());
}

fn say(words: &str) {
    println!("child: {words}");
}

fn part() -> Option<String> {
    env::var(CHILD).ok()
}

#[test]
fn a_loop_hears_signals_one_by_one_and_old_handlers_come_back() {
    if part().is_some() {
        return listen_then_let_go();
    }
    let (mut child, mut said) =
        start("a_loop_hears_signals_one_by_one_and_old_handlers_come_back", "loop");
    assert_eq!(said(), "ready");
    for (signal, name) in [("INT", "Interrupt"), ("HUP", "Hangup"), ("INT", "Interrupt")] {
        send(&child, signal);
        assert_eq!(said(), name);
    }
    send(&child, "TERM");
    assert_eq!(said(), "Terminate");
    assert_eq!(said(), "let go");
    // Nobody catches it now, so it ends the process, as it would have at the beginning.
    send(&child, "TERM");
    assert_eq!(child.wait().unwrap().signal(), Some(15));
}

fn listen_then_let_go() {
    let signals = Signals::new(&[Signal::Interrupt, Signal::Hangup, Signal::Terminate]).unwrap();
    let second = Signals::new(&[Signal::Quit]).unwrap_err();
    assert_eq!(second.kind(), ErrorKind::AlreadyExists);
    let mut poller = Poller::new().unwrap();
    poller.add(&signals, Token(1), Interest::READ).unwrap();
    let mut events = Events::default();
    assert_eq!(signals.take(), None);
    say("ready");
    'waiting: loop {
        // A signal may also interrupt the wait itself; that is not an error.
        poller.wait(&mut events, None).unwrap();
        while let Some(signal) = signals.take() {
            say(&format!("{signal:?}"));
            if signal == Signal::Terminate {
                break 'waiting;
            }
        }
    }
    poller.remove(&signals).unwrap();
    drop(signals);
    say("let go");
    loop {
        thread::park();
    }
}

#[test]
fn a_thread_waits_for_a_signal_that_another_one_gets() {
    if part().is_some() {
        let signals = Signals::new(&[Signal::Quit]).unwrap();
        let waiting = thread::spawn(move || signals.wait());
        say("ready");
        say(&format!("{:?}", waiting.join().unwrap()));
        // A second time, after the first was dropped.
        let signals = Signals::new(&[Signal::Quit]).unwrap();
        say("again");
        say(&format!("{:?}", signals.wait()));
        return;
    }
    let (mut child, mut said) = start("a_thread_waits_for_a_signal_that_another_one_gets", "wait");
    for word in ["ready", "again"] {
        assert_eq!(said(), word);
        send(&child, "QUIT");
        assert_eq!(said(), "Quit");
    }
    assert!(child.wait().unwrap().success());
}

#[test]
fn a_hangup_that_nohup_ignores_stays_ignored() {
    const SELF: &str = "a_hangup_that_nohup_ignores_stays_ignored";
    match part().as_deref() {
        // An ignored signal stays ignored through exec: that is how nohup works.
        Some("nohup") => {
            let status = Command::new("sh")
                .args(["-c", "trap '' HUP; exec \"$0\" \"$@\""])
                .arg(env::current_exe().unwrap())
                .args(["--exact", SELF, "--nocapture", "--test-threads=1"])
                .env(CHILD, "ignoring")
                .status();
            assert!(status.unwrap().success());
        }
        Some(_) => {
            let signals = Signals::new(&[Signal::Hangup, Signal::Terminate]).unwrap();
            say(&format!("ready {}", std::process::id()));
            say(&format!("{:?}", signals.wait()));
        }
        None => {
            let (mut child, mut said) = start(SELF, "nohup");
            let ready = said();
            let process = ready.strip_prefix("ready ").unwrap();
            for signal in ["HUP", "TERM"] {
                send_to(process, signal);
            }
            assert_eq!(said(), "Terminate");
            assert!(child.wait().unwrap().success());
        }
    }
}
