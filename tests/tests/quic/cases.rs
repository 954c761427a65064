//! The cases of the QUIC interop runner, by its names: what is asked, over which link, and how it
//! is judged.
//!
//! | case | what it wants |
//! |---|---|
//! | handshake, transfer, multiplexing, ipv6, chacha20 | files come whole |
//! | longrtt, blackhole, goodput | the same over a link that is far, deaf for a while, or slow |
//! | retry | a Retry packet was seen |
//! | resumption, zerortt | the second handshake brings no certificate; its data was early |
//! | keyupdate, ecn, v2 | keys change in mid-connection; marks both ways; version 2 |
//! | amplificationlimit | three octets for one while nobody is known |
//! | handshakeloss, handshakecorruption | 30 %, at most three in a row |
//! | transferloss, transfercorruption | 2 % |
//! | rebind-port, rebind-addr, connectionmigration | another path in mid-transfer |
//!
//! Not here: `http3`, which is a layer above, and `crosstraffic`, which is the lab's.

use std::net::IpAddr;
use std::time::Duration;

use sockets::udp::Ecn;
use wire::Scripted;

use crate::link::{Direction, Fate, Kind, Link, Seen, VERSION_2};
use crate::matrix::Outcome;

/// What a case wants of its two ends beside the transfer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    Retry,
    ChaCha20,
    UpdateKeys,
    Resume,
    Early,
    Version2,
    Ecn,
    Preferred,
    LongChain,
}

/// One case.
pub(crate) struct Case {
    pub(crate) name: &'static str,
    pub(crate) server: &'static [Wish],
    pub(crate) client: &'static [Wish],
    /// Lengths of the files, in octets.
    pub(crate) files: Vec<usize>,
    pub(crate) link: fn(u64) -> Link,
    /// How often the client is run anew.
    pub(crate) times: u64,
    pub(crate) host: IpAddr,
    pub(crate) judge: fn(&Outcome) -> Result<(), String>,
    /// Whether it is one of those that always run.
    pub(crate) quick: bool,
}

impl Case {
    fn plain(name: &'static str, files: Vec<usize>) -> Self {
        Self {
            name,
            server: &[],
            client: &[],
            files,
            link: |_| Link::usual(),
            times: 1,
            host: IpAddr::from([127, 0, 0, 1]),
            judge: |_| Ok(()),
            quick: false,
        }
    }

    fn quick(self) -> Self {
        Self { quick: true, ..self }
    }
}

const KIB: usize = 1 << 10;
const MIB: usize = 1 << 20;

/// All of them.
pub(crate) fn all() -> Vec<Case> {
    handshakes().into_iter().chain(bad_links()).chain(paths()).collect()
}

fn one() -> Vec<usize> {
    vec![KIB]
}

fn some() -> Vec<usize> {
    vec![200 * KIB, 300 * KIB, 500 * KIB]
}

/// What both ends say to begin with, and keys.
fn handshakes() -> Vec<Case> {
    vec![
        Case::plain("handshake", one()).quick(),
        Case::plain("transfer", some()).quick(),
        Case { link: |_| far(), ..Case::plain("longrtt", one()) },
        Case {
            server: &[Wish::ChaCha20],
            client: &[Wish::ChaCha20],
            ..Case::plain("chacha20", one())
        }
        .quick(),
        Case::plain("multiplexing", vec![32; 1999]),
        Case {
            server: &[Wish::Retry],
            judge: |outcome| seen(outcome, "no Retry", |seen| seen.kind == Kind::Retry),
            ..Case::plain("retry", one())
        }
        .quick(),
        Case {
            // One datagram cannot hold this chain, and holds a handshake without one.
            server: &[Wish::LongChain],
            client: &[Wish::Resume],
            judge: second_is_shorter,
            ..Case::plain("resumption", vec![KIB, KIB])
        }
        .quick(),
        Case {
            client: &[Wish::Early],
            judge: |outcome| told(outcome, "early"),
            ..Case::plain("zerortt", vec![KIB; 10])
        }
        .quick(),
        Case { client: &[Wish::UpdateKeys], ..Case::plain("keyupdate", some()) }.quick(),
    ]
}

/// What the network may do to datagrams.
fn bad_links() -> Vec<Case> {
    vec![
        Case {
            link: |_| deaf(Duration::from_secs(1), Duration::from_secs(2)),
            ..Case::plain("blackhole", vec![3 * MIB])
        },
        Case {
            server: &[Wish::Ecn],
            client: &[Wish::Ecn],
            judge: marked_both_ways,
            ..Case::plain("ecn", vec![100 * KIB])
        }
        .quick(),
        Case {
            server: &[Wish::LongChain],
            link: |_| first_alone(),
            judge: three_for_one,
            ..Case::plain("amplificationlimit", one())
        },
        Case {
            link: |seed| losing(seed, 30, Fate::Drop),
            times: 10,
            ..Case::plain("handshakeloss", one())
        },
        Case { link: |seed| losing(seed, 2, Fate::Drop), ..Case::plain("transferloss", vec![MIB]) }
            .quick(),
        Case {
            link: |seed| losing(seed, 30, Fate::Corrupt(0)),
            times: 10,
            ..Case::plain("handshakecorruption", one())
        },
        Case {
            link: |seed| losing(seed, 2, Fate::Corrupt(0)),
            ..Case::plain("transfercorruption", vec![MIB])
        },
    ]
}

/// Addresses, versions, and how much goes through.
fn paths() -> Vec<Case> {
    vec![
        Case {
            host: IpAddr::from([0, 0, 0, 0, 0, 0, 0, 1]),
            ..Case::plain("ipv6", vec![100 * KIB])
        }
        .quick(),
        Case {
            server: &[Wish::Version2],
            client: &[Wish::Version2],
            judge: |outcome| {
                seen(outcome, "no packet of version 2", |seen| {
                    seen.direction == Direction::ToClient && seen.version == Some(VERSION_2)
                })
            },
            ..Case::plain("v2", one())
        }
        .quick(),
        Case { link: |_| rebinding(None), ..Case::plain("rebind-port", vec![2 * MIB]) }.quick(),
        Case {
            link: |_| rebinding(Some(IpAddr::from([127, 0, 0, 2]))),
            ..Case::plain("rebind-addr", vec![2 * MIB])
        },
        Case {
            server: &[Wish::Preferred],
            client: &[Wish::Preferred],
            judge: few_behind_the_handshake,
            ..Case::plain("connectionmigration", vec![MIB])
        }
        .quick(),
        Case::plain("goodput", vec![2 * MIB]),
    ]
}

fn far() -> Link {
    Link { delay: Duration::from_millis(750), ..Link::usual() }
}

/// Nothing passes for `length` from `from` on.
fn deaf(from: Duration, length: Duration) -> Link {
    Link::usual().with_fate(move |passing| {
        let within = passing.since >= from && passing.since < from + length;
        if within { Fate::Drop } else { Fate::Deliver }
    })
}

/// After the client's first datagram, its next six are lost.
fn first_alone() -> Link {
    Link::usual().with_fate(|passing| {
        let lost = passing.direction == Direction::ToServer && (1..7).contains(&passing.number);
        if lost { Fate::Drop } else { Fate::Deliver }
    })
}

/// A share of datagrams, in percent, meets `fate`; never more than three in a row.
fn losing(seed: u64, percent: u64, fate: Fate) -> Link {
    let mut random = Scripted(seed);
    let mut row = [0_u32; 2];
    Link::usual().with_fate(move |passing| {
        let row = &mut row[passing.direction as usize];
        let hit = random.next_u64() % 100 < percent && *row < 3;
        *row = if hit { *row + 1 } else { 0 };
        match (hit, fate) {
            (false, _) => Fate::Deliver,
            (true, Fate::Corrupt(_)) => {
                Fate::Corrupt(usize::try_from(random.next_u64() % 1500).unwrap())
            }
            (true, fate) => fate,
        }
    })
}

/// The NAT forgets, when the transfer is under way.
fn rebinding(address: Option<IpAddr>) -> Link {
    Link { rebind: Some((Duration::from_millis(700), address)), ..Link::usual() }
}

fn seen(outcome: &Outcome, missing: &str, wanted: fn(&Seen) -> bool) -> Result<(), String> {
    outcome.seen.iter().any(wanted).then_some(()).ok_or_else(|| missing.to_owned())
}

fn told(outcome: &Outcome, key: &str) -> Result<(), String> {
    let told = outcome.told.iter().any(|told| told[key] == true);
    told.then_some(()).ok_or_else(|| format!("the client says nothing of '{key}'"))
}

/// A second connection began, and its server said less in long heads than the first one's.
fn second_is_shorter(outcome: &Outcome) -> Result<(), String> {
    let mut lengths = vec![0];
    let mut settled = false;
    for seen in &outcome.seen {
        match (seen.direction, seen.kind) {
            (Direction::ToServer, Kind::Short) => settled = true,
            (Direction::ToServer, Kind::Initial) if settled => {
                settled = false;
                lengths.push(0);
            }
            (Direction::ToClient, Kind::Initial | Kind::Handshake) => {
                *lengths.last_mut().unwrap() += seen.length;
            }
            _ => {}
        }
    }
    match lengths[..] {
        // A client's Initial that comes late looks like a third one's first, and gets no answer.
        [first, second, ref late @ ..] if second < first && late.iter().all(|it| *it == 0) => {
            Ok(())
        }
        _ => Err(format!("handshakes of {lengths:?} octets: the second is no shorter")),
    }
}

fn marked_both_ways(outcome: &Outcome) -> Result<(), String> {
    for direction in [Direction::ToServer, Direction::ToClient] {
        let marked = outcome.seen.iter().any(|seen| {
            seen.direction == direction
                && seen.kind == Kind::Short
                && matches!(seen.ecn, Some(Ecn::Ect0 | Ecn::Ect1))
        });
        if !marked {
            return Err(format!("no datagram {direction:?} can carry a mark"));
        }
    }
    Ok(())
}

/// Until a second datagram of the client arrives, no more than three times the octets of its first.
fn three_for_one(outcome: &Outcome) -> Result<(), String> {
    let (mut asked, mut answered) = (0, 0);
    let arrived = outcome
        .seen
        .iter()
        .filter(|seen| seen.direction == Direction::ToClient || seen.fate == Fate::Deliver);
    for seen in arrived {
        match seen.direction {
            Direction::ToServer if asked > 0 => break,
            Direction::ToServer => asked = seen.length,
            Direction::ToClient => answered += seen.length,
        }
    }
    let within = asked > 0 && answered <= 3 * asked;
    within.then_some(()).ok_or_else(|| format!("{answered} octets for {asked}"))
}

/// The link leads to the first address: a client that moved leaves most of the transfer out of it.
fn few_behind_the_handshake(outcome: &Outcome) -> Result<(), String> {
    let here: usize = outcome.seen.iter().map(|seen| seen.length).sum();
    let files: usize = outcome.octets;
    let moved = here < files / 2;
    moved.then_some(()).ok_or_else(|| format!("{here} octets still took the first path"))
}
