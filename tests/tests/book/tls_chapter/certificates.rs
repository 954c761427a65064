//! What a verifier refuses, in one line each; and which name is whose.

use super::{TODAY, below, key, leaf, name, verifier};
use crate::figure::figure;
use std::fmt::Write as _;
use wire::{UnixTime, hex};
use x509::{
    Certificate, GeneralName, PublicKey, Roots, ServerName, Validity, Verifier,
    issue::{self, Authority, Serial, Usage},
};

const DAY: i64 = 86_400;

/// The subjectPublicKeyInfo of RFC 8448 §3: RSA with 1,024 bits.
const WEAK: &str = "\
    30819f300d06092a864886f70d010101050003818d0030818902818100b4bb498f8279303d980836399b36c6988c\
    0c68de55e1bdb826d3901a2461eafd2de49a91d015abbc9a95137ace6c1af19eaa6af98c7ced43120998e187a80e\
    e0ccb0524b1b018c3e0b63264d449a6d38e22a5fda430846748030530ef0461c8ca9d9efbfae8ea6d1d03e2bd193\
    eff0ab9a8002c47428a6d35a8d88d79f7f1e3f0203010001";

fn refused(verifier: &Verifier, chain: &[Certificate], name: &str, time: UnixTime) -> String {
    let name = ServerName::parse(name).unwrap();
    verifier.verify_server(chain, &name, time).unwrap_err().to_string()
}

#[test]
fn one_line_each() {
    let (ours, chain) = (verifier(), vec![leaf(), below().certificate().clone()]);
    let here = "wirebook.example";
    assert!(ours.verify_server(&chain, &name(), TODAY).is_ok());
    let fortnight = Validity::from_now(TODAY, 13);
    let client =
        below().issue(key(3).public_key(), &[name()], Usage::Client, fortnight, Serial(5)).unwrap();
    let own = issue::self_signed(&key(3), &[name()], fortnight, Serial(6)).unwrap();
    // Somebody who has a certificate for a name, and signs another with its key.
    let cheat = Authority::from_parts(leaf(), key(3)).unwrap();
    let forged = cheat.issue(key(4).public_key(), &[name()], Usage::Server, fortnight, Serial(7));
    let forged = vec![forged.unwrap(), leaf(), below().certificate().clone()];
    let mut changed = leaf().der().to_vec();
    let at = changed.windows(8).position(|window| window == b"wirebook").unwrap();
    changed[at] ^= 1;
    let others = Verifier::new(Roots::from_iter([Authority::root(
        "Another Root",
        key(9),
        fortnight,
        Serial(1),
    )
    .unwrap()
    .certificate()
    .clone()]));
    let mut long = leaf().der().to_vec();
    long[3] = 0;
    let rsa = PublicKey::read(&hex::decode(WEAK).unwrap()).unwrap();
    let weak = below().issue(&rsa, &[name()], Usage::Server, fortnight, Serial(8)).unwrap();
    let unread = Certificate::read(&long).unwrap_err();
    let unread = tls::Error::CertificateMalformed { index: 0, reason: unread.to_string() };
    let changed = Certificate::read(&changed).unwrap();
    let mut story = String::new();
    for (what, line) in [
        ("fourteen days later", refused(&ours, &chain, here, UnixTime(TODAY.0 + 14 * DAY))),
        ("a day before", refused(&ours, &chain, here, UnixTime(TODAY.0 - DAY))),
        ("asked for another name", refused(&ours, &chain, "bank.example", TODAY)),
        ("with other roots", refused(&others, &chain, here, TODAY)),
        ("the chain is not sent", refused(&ours, &chain[..1], here, TODAY)),
        ("signed by itself", refused(&ours, &[own], here, TODAY)),
        ("a client's certificate", refused(&ours, &[client, chain[1].clone()], here, TODAY)),
        ("signed by a mere server", refused(&ours, &forged, here, TODAY)),
        ("a key of 1,024 bits", refused(&ours, &[weak, chain[1].clone()], here, TODAY)),
        ("one letter changed", refused(&ours, &[changed, chain[1].clone()], here, TODAY)),
        ("a length changed", unread.to_string()),
    ] {
        writeln!(story, "{what}\n  {line}").unwrap();
    }
    figure("tls-refused", &super::octets::narrow(&story));
}

#[test]
fn which_name_is_whose() {
    let hosts = ["example.com", "www.example.com", "a.b.example.com", "WWW.Example.COM"];
    let mut story = format!("{:<20}", "");
    for host in hosts {
        write!(story, "{host:<17}").unwrap();
    }
    story = story.trim_end().to_owned() + "\n";
    for presented in ["example.com", "*.example.com", "www.example.com", "w*.example.com", "*.com"]
    {
        let mut line = format!("{presented:<20}");
        for host in hosts {
            let named = ServerName::parse(host)
                .unwrap()
                .is_named_by(&GeneralName::Dns(presented.to_owned()));
            write!(line, "{:<17}", if named { "yes" } else { "·" }).unwrap();
        }
        writeln!(story, "{}", line.trim_end()).unwrap();
    }
    figure("tls-names", &story);
}
