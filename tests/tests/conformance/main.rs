//! RFC 9113 and 7541, section by section, as a strict peer sees us: raw frames over real sockets.
//!
//! ```text
//!   cases ──► Peer ── TCP, or TLS ──► wirebook serve DIR, wirebook serve
//!   cases ──► Peer ◄── TCP ────────── wirebook get
//! ```
//!
//! | file       | holds                                                    |
//! |------------|----------------------------------------------------------|
//! | `taken`    | what must be taken                                       |
//! | `frames`   | §3, §4, §5 and §7                                        |
//! | `types`    | §6, type by type                                         |
//! | `messages` | §8, and RFC 7541                                         |
//! | `client`   | what a client must do                                    |
//! | `want`     | what may come of a case                                  |
//! | `raw`      | a peer that checks nothing                               |
//!
//! Each case is played with a write for each frame and with one for all, for the answers must not
//! depend on how octets are cut. `ROUNDS=20` plays all of it twenty times.
//!
//! Invariant: nothing is accepted that came by luck. A connection's error is a GOAWAY with its code
//! and the end of the octets; a reset, which may overtake the GOAWAY, is a failure.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod case;
mod client;
mod frames;
mod messages;
#[path = "../interop/program.rs"]
mod program;
mod raw;
mod taken;
mod types;
mod want;

use std::net::SocketAddr;
use std::path::Path;

use case::Case;
use program::Serve;
use raw::Peer;
use testkit::TempDir;

const SERVER: [&[Case]; 5] =
    [taken::TAKEN, frames::RULES, types::RULES, messages::RULES, messages::FIELDS];

/// How often everything is played.
fn rounds() -> usize {
    std::env::var("ROUNDS").ok().and_then(|rounds| rounds.parse().ok()).unwrap_or(1)
}

/// Plays every case; answers those that failed, and how.
fn play(address: SocketAddr, sealed: bool, together: bool) -> Vec<String> {
    let mut failed = Vec::new();
    for case in SERVER.into_iter().flatten() {
        let mut peer = Peer::connect(address, sealed, together);
        if case.greeted {
            peer.greet();
        }
        (case.act)(&mut peer);
        if let Err(why) = case.want.check(&mut peer) {
            failed.push(format!("{}: {}: {why}", case.section, case.name));
        }
    }
    failed
}

fn judge(serve: &Serve) {
    let tls = serve.tls.expect("it speaks TLS");
    for round in 0..rounds() {
        for (address, sealed) in [(serve.address, false), (tls, true)] {
            for together in [false, true] {
                let failed = play(address, sealed, together);
                let how = format!("round {round}, sealed {sealed}, together {together}");
                assert!(failed.is_empty(), "{how}\n{}", failed.join("\n"));
            }
        }
    }
}

/// What `serve` is told: a certificate of its own, so that the user's is left alone.
fn told(folder: &Path) -> Vec<String> {
    let home = folder.join("data");
    std::fs::create_dir_all(&home).unwrap();
    let (key, name) = (
        x509::SigningKey::generate_p256().unwrap(),
        [x509::ServerName::parse("localhost").unwrap()],
    );
    let validity = x509::Validity::from_now(std::time::SystemTime::now().into(), 1);
    let serial = x509::issue::Serial(1);
    let certificate = x509::issue::self_signed(&key, &name, validity, serial).unwrap();
    let pem = home.join("both.pem");
    std::fs::write(&pem, certificate.to_pem() + &key.to_pkcs8_pem()).unwrap();
    let pem = pem.to_str().unwrap();
    ["--https", "127.0.0.1:0", "--cert", pem].map(str::to_owned).into()
}

#[test]
fn a_folder_is_served_by_the_rules() {
    let folder = TempDir::new("conformance");
    let site = folder.path().join("site");
    std::fs::create_dir_all(&site).unwrap();
    std::fs::write(site.join("index.html"), "<p>more than five octets</p>").unwrap();
    let told = told(folder.path());
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    judge(&Serve::start(&site, &told));
}

#[test]
fn the_page_is_served_by_the_rules() {
    let folder = TempDir::new("conformance");
    let told = told(folder.path());
    let told: Vec<&str> = told.iter().map(String::as_str).collect();
    judge(&Serve::page(&told));
}

#[test]
fn cases_have_names_of_their_own() {
    let mut names: Vec<_> =
        SERVER.into_iter().flatten().map(|case| (case.section, case.name)).collect();
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
    assert!(count >= 147, "{count}");
}
