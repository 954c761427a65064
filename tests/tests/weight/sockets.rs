//! Ten thousand WebSockets: what an idle one weighs, and what is said to all of them at once.
//!
//! ```text
//!   this process: 10,000 clients ── TCP ──► this program again, as the server
//!                                            │ standard input: what to say to whom
//!                                            └ standard output: what became of it
//! ```
//!
//! Two processes, since each socket costs a descriptor at both ends, and so that the server's
//! memory is the server's.

mod clients;
pub(crate) mod serving;

use crate::descriptors;
use crate::memory;
use clients::{Clients, Compression};
use serving::Serving;

const COUNT: usize = 10_000;

/// Octets of heap and stacks that an idle socket may cost.
const EACH: u64 = 4 * 1024;

/// The same for a socket that remembers earlier messages for compression's sake: a window of
/// 32 KiB for what it receives, and 10 KiB for what it sends.
const CONTEXT: u64 = 48 * 1024;

/// What each of the sockets that `open` opens costs the server, once all have said and heard
/// something.
fn weigh(compression: Compression) -> u64 {
    let mut serving = Serving::start();
    let mut clients = Clients::new(serving.address);
    clients.open("/echo", compression, 1);
    clients.echo();
    let before = memory::anonymous(serving.pid());
    clients.open("/echo", compression, COUNT);
    clients.echo();
    clients.echo();
    let each = memory::anonymous(serving.pid()).saturating_sub(before) / COUNT as u64;
    serving.ask("end");
    each
}

#[test]
fn ten_thousand_sockets_are_held() {
    let Some(_turn) = descriptors(COUNT) else { return };
    let each = weigh(Compression::None);
    measured(&format!("{each} octets for each idle socket"));
    assert!(each <= EACH, "{each} octets for each idle socket, at most {EACH}");
}

#[test]
fn compression_has_a_bound() {
    let Some(_turn) = descriptors(COUNT) else { return };
    let contexts = server::Limits::default().contexts as u64;
    let most = EACH + CONTEXT * contexts / COUNT as u64;
    let each = weigh(Compression::Offered);
    measured(&format!("{each} octets for each idle socket with compression"));
    assert!(each <= most, "{each} octets for each idle socket, at most {most}");
}

#[test]
fn what_is_said_to_all_reaches_all_in_order_whoever_stops_reading() {
    let Some(_turn) = descriptors(COUNT) else { return };
    let mut serving = Serving::start();
    let mut clients = Clients::new(serving.address);
    // One that will not read, in the large group and in a small one.
    let stalled = clients::open(serving.address, "/both");
    clients.open("/both", Compression::None, 16);
    clients.open("/all", Compression::None, COUNT - 16 - 100);
    clients.open("/all", Compression::Offered, 100);
    serving.wait_for("all", COUNT + 1);
    // A message, and a burst: everybody has heard it before more is said.
    for burst in [1, 1, 20] {
        serving.ask(&format!("say all {burst} 100"));
        clients.hear(0..COUNT, burst);
    }
    // Large messages to few, until what the stalled one does not take is more than may wait. What
    // is said to all meanwhile reaches all others each time.
    let mut rounds = 0;
    while serving.members("both") == 17 {
        serving.ask("say both 10 60000");
        clients.hear(0..16, 10);
        serving.ask("say all 1 100");
        clients.hear(0..COUNT, 1);
        rounds += 1;
        assert!(rounds < 100, "{rounds} times 600,000 octets wait for one who takes none");
    }
    serving.wait_for("all", COUNT);
    serving.ask("say all 3 100");
    clients.hear(0..COUNT, 3);
    drop(stalled);
    serving.ask("end");
}

/// Says what was measured, whether the test fails or not.
fn measured(what: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "measured: {what}");
}

/// Not a test of its own: the server of the others, when they start this program again.
#[test]
fn the_server_of_the_others() {
    if std::env::var_os(serving::ROLE).is_some() {
        serving::serve();
    }
}
