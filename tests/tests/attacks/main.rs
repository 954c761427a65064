//! Attacks that each had a name, on a server in a process of its own (RFC 9113 §10.5).
//!
//! ```text
//!   Peer ── an attack, bounded ──► wirebook serve ◄── GET, GET, GET ── a bystander
//!                                       │
//!                                     VmRSS, before and after
//! ```
//!
//! Each attack is a few thousand frames at the most. The connection must end as the limit says, the
//! server's memory must stay as it was, and the bystander must get all that it asks for, before,
//! meanwhile and after.
//!
//! Invariant: nothing here is timed, and nothing goes anywhere but to the server that was started.
#![cfg(target_os = "linux")]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

#[path = "../weight/memory.rs"]
#[allow(dead_code, reason = "not all that is measured elsewhere is measured here")]
mod memory;
#[path = "../interop/program.rs"]
mod program;
#[path = "../conformance/raw.rs"]
#[allow(dead_code, reason = "attacks need not all that rules do")]
mod raw;

use std::net::SocketAddr;
use std::sync::mpsc::{self, RecvError, TryRecvError};
use std::thread;

use program::Serve;
use raw::{BOTH, END_STREAM, Got, Peer, kind};
use testkit::TempDir;

/// Octets by which all attacks together may make the server grow: what its allocator keeps of
/// buffers that are free again.
const GROWTH: u64 = 24 << 20;

const ENHANCE_YOUR_CALM: u32 = 11;

/// How an attack ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum End {
    /// GOAWAY with this code, and the end of the octets.
    GoAway(u32),
    /// The connection goes on: the peer harms itself alone.
    Alive,
}

struct Attack {
    name: &'static str,
    act: fn(&mut Peer),
    end: End,
}

const ATTACKS: &[Attack] = &[
    calmed("rapid reset (CVE-2023-44487)", |peer| {
        each(5000, |stream| {
            peer.open(stream);
            peer.reset(stream, 8);
        });
    }),
    calmed("made you reset (CVE-2025-8671)", |peer| {
        each(3000, |stream| {
            peer.open(stream);
            peer.window(stream, 0);
        });
    }),
    calmed("a flood of CONTINUATION", |peer| {
        let block = peer.request("GET", &[]);
        peer.frame(kind::HEADERS, END_STREAM, 1, &block);
        each(100, |_| peer.frame(kind::CONTINUATION, 0, 1, b"\0\x01a\x01b"));
    }),
    calmed("field blocks that are references (CVE-2026-49975)", |peer| {
        let mut first = peer.request("GET", &[]);
        // One field of 2,000 octets in the table, and then 10,000 times one octet that means it.
        first.extend(b"\x40\x01x\x7f\xd1\x0e");
        first.extend([b'y'; 2000]);
        peer.frame(kind::HEADERS, BOTH, 1, &first);
        each(3000, |at| {
            let mut block = b"\x82\x86\x84".to_vec();
            block.extend([0xbe; 10_000]);
            peer.frame(kind::HEADERS, BOTH, at + 2, &block);
        });
    }),
    calmed("empty DATA", |peer| {
        peer.post(1, &[]);
        each(1000, |_| peer.data(1, false, b""));
    }),
    calmed("DATA of one octet", |peer| {
        peer.post(1, &[]);
        each(30_000, |_| peer.data(1, false, b"x"));
    }),
    calmed("a flood of PING", |peer| each(5000, |_| peer.ping(*b"answer!!"))),
    calmed("a flood of SETTINGS", |peer| each(5000, |_| peer.set(&[(4, 100)]))),
    calmed("a flood of PRIORITY", |peer| each(5000, |stream| peer.priority(stream, 0, 1))),
    calmed("a flood of frames that nobody knows", |peer| {
        each(5000, |_| peer.frame(0x77, 0, 0, &[0; 100]));
    }),
    calmed("a flood of streams", |peer| each(3000, |stream| peer.post(stream, &[]))),
    Attack {
        name: "a peer that takes no answer",
        act: |peer| {
            peer.set(&[(4, 0x7fff_ffff)]);
            peer.window(0, 0x7fff_0000);
            each(100, |stream| large(peer, stream));
        },
        end: End::Alive,
    },
    Attack {
        name: "windows that stay shut",
        act: |peer| {
            peer.set(&[(4, 0)]);
            each(100, |stream| large(peer, stream));
        },
        end: End::Alive,
    },
    Attack {
        name: "uploads that do not go on",
        act: |peer| {
            each(100, |stream| {
                peer.post(stream, &[("content-length", "1000000000")]);
                peer.data(stream, false, &[b'x'; 100]);
            });
        },
        end: End::Alive,
    },
];

const fn calmed(name: &'static str, act: fn(&mut Peer)) -> Attack {
    Attack { name, act, end: End::GoAway(ENHANCE_YOUR_CALM) }
}

/// So many streams, in their order.
fn each(count: u32, mut act: impl FnMut(u32)) {
    (0..count).for_each(|at| act(2 * at + 1));
}

/// Asks for more than any buffer holds.
fn large(peer: &mut Peer, stream: u32) {
    let fields =
        [(":method", "GET"), (":scheme", "http"), (":path", "/large"), (":authority", "a")];
    peer.headers(stream, BOTH, &fields);
}

/// Asks on, and is answered.
fn stand_by(peer: &mut Peer, stream: u32) {
    peer.get(stream);
    peer.wait_end(stream);
}

fn attack(address: SocketAddr, attack: &Attack) {
    let name = attack.name;
    let (over, wait) = mpsc::channel::<()>();
    thread::scope(|scope| {
        let bystander = scope.spawn(move || {
            let mut peer = Peer::connect(address, false, false);
            peer.greet();
            let mut asked = 0;
            // Five hundred on one connection, so that this too has a bound.
            while asked == 0 || (asked < 500 && wait.try_recv() == Err(TryRecvError::Empty)) {
                stand_by(&mut peer, 2 * asked + 1);
                asked += 1;
            }
            // Nothing is ever said: the attack is over when nobody could say it any more.
            assert_eq!(wait.recv(), Err(RecvError));
            stand_by(&mut peer, 2 * asked + 1);
        });
        let mut peer = Peer::connect(address, false, false);
        peer.greet();
        (attack.act)(&mut peer);
        match attack.end {
            End::Alive => drop(peer),
            End::GoAway(code) => {
                let payload = peer.wait(kind::GOAWAY);
                let said = u32::from_be_bytes(payload[4..8].try_into().unwrap());
                let why = String::from_utf8_lossy(&payload[8..]).into_owned();
                assert_eq!(said, code, "{name}: {why}");
                // What we still said may have met a socket that was closed by then.
                let end = peer.until(|_, _, _| false).pop();
                assert!(matches!(end, Some(Got::Closed | Got::Reset)), "{name}: {end:?}");
            }
        }
        drop(over);
        bystander.join().unwrap_or_else(|_| panic!("{name}: the bystander was not served"));
    });
}

#[test]
fn attacks_end_as_the_limits_say_and_cost_nothing() {
    let folder = TempDir::new("attacks");
    std::fs::write(folder.path().join("index.html"), "<p>unharmed</p>").unwrap();
    std::fs::write(folder.path().join("large"), vec![b'x'; 4 << 20]).unwrap();
    let serve = Serve::start(folder.path(), &["--threads", "1"]);
    let mut warm = Peer::connect(serve.address, false, false);
    warm.greet();
    stand_by(&mut warm, 1);
    let before = memory::anonymous(serve.pid());
    for one in ATTACKS {
        attack(serve.address, one);
        let grown = memory::anonymous(serve.pid()).saturating_sub(before);
        assert!(grown <= GROWTH, "{}: the server grew by {grown} octets", one.name);
    }
    stand_by(&mut warm, 3);
}
