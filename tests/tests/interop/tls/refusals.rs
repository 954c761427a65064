//! Chains that must not be believed: OpenSSL shows them, `get` and curl refuse them.
//!
//! Each refusal is one line that says which certificate and why, with exit code 60; curl is asked
//! the same, and where it believes what we do not, the table says so.

use std::fs;
use std::process::Output;

use wire::UnixTime;
use x509::issue::{self, Authority, Serial, Usage};
use x509::{Certificate, ServerName, SigningKey, Validity};

use super::papers::{Papers, ours, program};
use super::talk::{Answering, openssl};
use crate::curl::curl;
use crate::peers;
use testkit::TempDir;

fn now() -> UnixTime {
    std::time::SystemTime::now().into()
}

fn key() -> SigningKey {
    SigningKey::generate_p256().unwrap()
}

fn name(text: &str) -> ServerName {
    ServerName::parse(text).unwrap()
}

/// From so many days after now to so many.
fn days(from: i64, to: i64) -> Validity {
    let at = |days| now().plus_seconds(days * 86_400);
    Validity { not_before: at(from), not_after: at(to) }
}

/// A chain in files, with the root that stands for it.
struct Chain {
    folder: TempDir,
}

impl Chain {
    /// The server's certificate, what it shows beside, its key, and the root.
    fn of(shown: &[&[u8]], key: &SigningKey, root: &Certificate) -> Self {
        let folder = TempDir::new("chain");
        let pem = |der: &&[u8]| wire_pem(der);
        fs::write(folder.path().join("cert.pem"), shown.iter().map(pem).collect::<String>())
            .unwrap();
        fs::write(folder.path().join("key.pem"), key.to_pkcs8_pem()).unwrap();
        fs::write(folder.path().join("ca.pem"), root.to_pem()).unwrap();
        Self { folder }
    }

    fn path(&self, file: &str) -> String {
        self.folder.path().join(file).to_str().unwrap().to_owned()
    }

    /// Shows it, and answers with how `get` and curl ended.
    #[track_caller]
    fn shown(&self) -> Option<(Output, i32, String)> {
        let (certificate, key) = (self.path("cert.pem"), self.path("key.pem"));
        // The level at which it signs with anything; its own checks are not what is tried here.
        let arguments = format!(
            "-cert {certificate} -cert_chain {certificate} -key {key} -www \
             -cipher ALL:@SECLEVEL=0"
        );
        let server = Answering::start(&arguments)?;
        let (ca, url) = (self.path("ca.pem"), server.url("/"));
        let ours = program(&["get", "--max-time", "60", "--cacert", &ca, &url]);
        let theirs = curl(&["--cacert", &ca, &url])?;
        Some((ours, theirs.code, theirs.err))
    }
}

/// PEM of octets that may be no certificate.
fn wire_pem(der: &[u8]) -> String {
    let text = wire::base64::encode(der);
    let lines: Vec<&str> =
        text.as_bytes().chunks(64).map(|line| std::str::from_utf8(line).unwrap()).collect();
    let mark = |word: &str| format!("-----{word} CERTIFICATE-----\n");
    mark("BEGIN") + &lines.join("\n") + "\n" + &mark("END")
}

/// A root, and a leaf of it for this machine.
fn root() -> Authority {
    Authority::root("A root", key(), days(-20, 300), Serial(1)).unwrap()
}

fn leaf(authority: &Authority, names: &[&str], validity: Validity) -> (Certificate, SigningKey) {
    let key = key();
    let names: Vec<ServerName> = names.iter().map(|text| name(text)).collect();
    let leaf = authority.issue(key.public_key(), &names, Usage::Server, validity, Serial(77));
    (leaf.unwrap(), key)
}

/// With OpenSSL alone: keys and digests that are not made here.
#[track_caller]
fn weak(key: &str, digest: &str) -> Option<Chain> {
    let papers = Papers::openssls(key, digest)?;
    let folder = TempDir::new("chain");
    for file in ["cert.pem", "key.pem", "ca.pem"] {
        fs::copy(papers.file(file), folder.path().join(file)).unwrap();
    }
    Some(Chain { folder })
}

/// One line, code 60, with these words; and curl's code.
#[track_caller]
fn refused(what: &str, chain: &Chain, words: &[&str], curls: i32) {
    let Some((output, theirs, told)) = chain.shown() else { return };
    let line = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(60), "{what}: {line}");
    assert!(output.stdout.is_empty(), "{what}: nothing was fetched");
    assert_eq!(line.lines().count(), 1, "{what}: {line}");
    assert!(line.starts_with("wirebook: (60) "), "{what}: {line}");
    for word in words {
        assert!(line.contains(word), "{what}: {word:?} in {line}");
    }
    assert_eq!(theirs, curls, "{what}, curl: {told}; ours: {line}");
}

#[test]
fn a_good_chain_is_believed() {
    let root = root();
    let between = root.authority("Between", key(), days(-1, 100), Serial(2)).unwrap();
    let (own, secret) = leaf(&between, &["127.0.0.1"], days(-1, 10));
    let shown = [own.der(), between.certificate().der()];
    let chain = Chain::of(&shown, &secret, root.certificate());
    let Some((output, theirs, told)) = chain.shown() else { return };
    let line = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!((output.status.code(), theirs), (Some(0), 0), "{line} {told}");
}

#[test]
fn times_and_names() {
    let root = root();
    for (what, names, validity, words) in [
        ("expired", ["127.0.0.1"], days(-10, -1), ["expired", "CN=127.0.0.1"]),
        ("not yet valid", ["127.0.0.1"], days(1, 10), ["not valid before", "CN=127.0.0.1"]),
        ("another's name", ["other.example"], days(-1, 10), ["other.example", "127.0.0.1"]),
    ] {
        let (own, secret) = leaf(&root, &names, validity);
        refused(what, &Chain::of(&[own.der()], &secret, root.certificate()), &words, 60);
    }
}

#[test]
fn nobody_vouches_for_it() {
    let (root, other) = (root(), root());
    let (own, secret) = leaf(&root, &["127.0.0.1"], days(-1, 10));
    refused(
        "untrusted",
        &Chain::of(&[own.der()], &secret, other.certificate()),
        &["CN=127.0.0.1"],
        60,
    );
    let between = root.authority("Between", key(), days(-1, 100), Serial(2)).unwrap();
    let (own, secret) = leaf(&between, &["127.0.0.1"], days(-1, 10));
    refused(
        "incomplete",
        &Chain::of(&[own.der()], &secret, root.certificate()),
        &["CN=Between"],
        60,
    );
    let names = [name("127.0.0.1")];
    let secret = key();
    let own = issue::self_signed(&secret, &names, days(-1, 10), Serial(5)).unwrap();
    refused(
        "self-signed",
        &Chain::of(&[own.der()], &secret, root.certificate()),
        &["signed by itself"],
        60,
    );
}

#[test]
fn weak_keys_and_signatures() {
    let short = "-algorithm RSA -pkeyopt rsa_keygen_bits:1024";
    let Some(chain) = weak(short, "-sha256") else { return };
    refused("RSA of 1024 bits", &chain, &["weak key", "1024"], 60);
    let chain = weak("-algorithm RSA -pkeyopt rsa_keygen_bits:2048", "-sha1").unwrap();
    refused("SHA-1", &chain, &["weak", "sha1"], 60);
}

#[test]
fn octets_that_are_no_certificate() {
    let root = root();
    let (own, secret) = leaf(&root, &["127.0.0.1"], days(-1, 10));
    // What of the extensions is wrong, OpenSSL sends without a look; for curl, that reads it before
    // it believes anybody, it is no handshake.
    let mut der = own.der().to_vec();
    let at = der.windows(3).position(|octets| octets == [0x55, 0x1d, 0x11]).unwrap();
    // 55 1d 11 | 04 length | 30 length: one octet more than there is.
    assert_eq!((der[at + 3], der[at + 5]), (0x04, 0x30));
    der[at + 6] += 1;
    refused(
        "malformed",
        &Chain::of(&[&der], &secret, root.certificate()),
        &["certificate 0 cannot be read", "GeneralNames"],
        35,
    );
    // A signature of which one bit is another.
    let mut der = own.der().to_vec();
    *der.last_mut().unwrap() ^= 1;
    refused(
        "a bit flipped",
        &Chain::of(&[&der], &secret, root.certificate()),
        &["not signed by its issuer"],
        35,
    );
}

#[test]
fn roots_that_cannot_be_used() {
    let root = root();
    let (own, secret) = leaf(&root, &["127.0.0.1"], days(-1, 10));
    let chain = Chain::of(&[own.der()], &secret, root.certificate());
    fs::write(chain.folder.path().join("text.pem"), "no certificate\n").unwrap();
    let (certificate, key) = (chain.path("cert.pem"), chain.path("key.pem"));
    let Some(server) = Answering::start(&format!("-cert {certificate} -key {key} -www")) else {
        return;
    };
    let url = server.url("/");
    for file in [chain.path("none.pem"), chain.path("text.pem"), chain.path("")] {
        let output = program(&["get", "--cacert", &file, &url]);
        let line = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(77), "{line}");
        assert!(line.lines().count() == 1 && line.contains(&file), "{line}");
        let theirs = curl(&["--cacert", &file, &url]).unwrap();
        assert_eq!(theirs.code, 77, "{}", theirs.err);
    }
    // The system's roots: those of this machine, or those that it is told.
    let output = program(&["get", &url]);
    assert_eq!(output.status.code(), Some(60), "{output:?}");
    let run = |file: &str| {
        let mut command = ours(&["get", &url]);
        peers::run(command.env("SSL_CERT_FILE", file), b"")
    };
    assert_eq!(run(&chain.path("ca.pem")).status.code(), Some(0));
    assert_eq!(run(&chain.path("none.pem")).status.code(), Some(77));
    assert!(openssl("version").is_some());
}
