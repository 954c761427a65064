//! `serve --https`: the certificate that is made, those that are given, and new ones on SIGHUP.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{get, program, run, serving::Serving};
use server::identity::{Identity, automatic};
use std::{
    fs,
    io::BufRead,
    os::unix::fs::PermissionsExt,
    path::{Path, PathBuf},
    process::Command,
    time::SystemTime,
};
use testkit::TempDir;
use x509::{
    ServerName, SigningKey, Validity,
    issue::{self, Serial},
};

const HTTPS: [&str; 2] = ["--https", "127.0.0.1:0"];

/// A folder with a file to serve, which is the home of a user, too.
fn folder() -> TempDir {
    let folder = TempDir::new("serve-https");
    fs::write(folder.path().join("hello.txt"), "hello\n").unwrap();
    folder
}

/// The program, for a user who lives in that folder.
fn at_home(folder: &Path) -> Command {
    let mut command = program();
    command.env("XDG_DATA_HOME", folder.join("data"));
    command
}

fn serve(folder: &TempDir, flags: &[&str]) -> Serving {
    let flags: Vec<&str> = HTTPS.iter().chain(flags).copied().collect();
    Serving::start(at_home(folder.path()), folder.path(), &flags)
}

fn next_line(serving: &mut Serving) -> String {
    let mut line = String::new();
    serving.err.read_line(&mut line).unwrap();
    line
}

/// A certificate for localhost, and its key, in files.
fn written(folder: &Path) -> (PathBuf, PathBuf) {
    let key = SigningKey::generate_p256().unwrap();
    let names = [ServerName::parse("127.0.0.1").unwrap()];
    let validity = Validity::from_now(SystemTime::now().into(), 5);
    let certificate = issue::self_signed(&key, &names, validity, Serial(7)).unwrap();
    let (path, secret) = (folder.join("own.pem"), folder.join("own.key"));
    fs::write(&path, certificate.to_pem()).unwrap();
    fs::write(&secret, key.to_pkcs8_pem()).unwrap();
    (path, secret)
}

fn hash(certificate: &Path, key: &Path) -> String {
    Identity::read(certificate, key).unwrap().spki_sha256()
}

#[test]
fn a_certificate_is_made_kept_and_told() {
    let folder = folder();
    let kept = folder.path().join("data/wirebook");
    let mut hashes = Vec::new();
    for _ in 0..2 {
        let mut serving = serve(&folder, &[]);
        assert!(serving.url.starts_with("https://127.0.0.1:"), "{}", serving.line);
        assert!(!serving.line.contains("http://"), "{}", serving.line);
        let line = next_line(&mut serving);
        let expected = "wirebook: certificate for localhost, 127.0.0.1, ::1, until ";
        assert!(line.starts_with(expected), "{line}");
        hashes.push(line.trim_end().rsplit(' ').next().unwrap().to_owned());
        let certificate = kept.join("certificate.pem");
        let ended = get(&["--cacert", certificate.to_str().unwrap(), &serving.at("hello.txt")]);
        assert_eq!((ended.code, ended.out.as_str()), (0, "hello\n"), "{}", ended.err);
        serving.signal("TERM");
        let ended = serving.end();
        assert_eq!((ended.code, ended.err.as_str()), (0, ""));
    }
    assert_eq!(hashes[0], hashes[1]);
    let now = SystemTime::now().into();
    assert_eq!(hashes[0], automatic(&kept, now).unwrap().spki_sha256());
}

#[test]
fn both_are_served_and_one_line_says_where() {
    let folder = folder();
    let serving = serve(&folder, &["--http", "127.0.0.1:0"]);
    let urls: Vec<&str> =
        serving.line.split_whitespace().filter(|word| word.starts_with("http")).collect();
    assert_eq!(urls.len(), 2, "{}", serving.line);
    for url in urls {
        assert_eq!(get(&["-k", &format!("{url}hello.txt")]).out, "hello\n");
        let page = get(&["-k", &format!("{url}_wirebook/")]).out;
        assert_eq!(page.contains("HTTP/2 over TLS 1.3, "), url.starts_with("https:"), "{page}");
    }
}

#[test]
fn new_files_are_shown_after_a_hangup_and_broken_ones_are_not() {
    let folder = folder();
    let (certificate, key) = written(folder.path());
    let pair = ["--cert", certificate.to_str().unwrap(), "--key", key.to_str().unwrap()]
        .map(str::to_owned);
    let pair = pair.each_ref().map(String::as_str);
    let mut serving = serve(&folder, &pair);
    let shows = |serving: &Serving| {
        let ca = certificate.to_str().unwrap();
        get(&["--cacert", ca, &serving.at("hello.txt")]).code == 0
    };
    assert!(next_line(&mut serving).contains(&hash(&certificate, &key)));
    assert!(shows(&serving));
    assert!(!folder.path().join("data").exists(), "none is made where one is given");

    let good = fs::read(&certificate).unwrap();
    fs::write(&certificate, "nothing").unwrap();
    serving.signal("HUP");
    let line = next_line(&mut serving);
    assert!(line.starts_with("wirebook: the old certificates stay: "), "{line}");
    assert!(line.contains("own.pem"), "{line}");
    fs::write(&certificate, &good).unwrap();
    assert!(shows(&serving), "the old one");

    written(folder.path());
    assert!(!shows(&serving), "the new one is not read by itself");
    serving.signal("HUP");
    assert!(next_line(&mut serving).contains(&hash(&certificate, &key)));
    assert!(shows(&serving));
    serving.signal("TERM");
    assert_eq!(serving.end().code, 0);
}

#[test]
fn secrets_are_written_where_somebody_asked_for_it() {
    let folder = folder();
    let file = folder.path().join("keys");
    let serving = serve(&folder, &["--keylog", file.to_str().unwrap()]);
    assert_eq!(get(&["-k", &serving.at("hello.txt")]).code, 0);
    let lines = fs::read_to_string(&file).unwrap();
    for label in ["CLIENT_HANDSHAKE_TRAFFIC_SECRET ", "SERVER_TRAFFIC_SECRET_0 "] {
        assert!(lines.lines().any(|line| line.starts_with(label)), "{lines}");
    }
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn clients_must_say_who_they_are_where_that_is_wanted() {
    let folder = folder();
    let (certificate, _) = written(folder.path());
    let serving = serve(&folder, &["--client-ca", certificate.to_str().unwrap()]);
    let ended = get(&["-s", "-S", "-k", &serving.at("hello.txt")]);
    assert!(ended.code != 0 && ended.err.contains("certificate_required"), "{}", ended.err);
    // A request that waits for the server's SETTINGS is never sent, and hears of it all the same.
    let socket = serving.at("hello.txt").replacen("https", "wss", 1);
    let ended = run(&["ws", "-k", "--http2", &socket]);
    assert_eq!(ended.code, 56, "{}", ended.err);
    assert!(ended.err.contains("certificate_required"), "{}", ended.err);
}

#[test]
fn what_is_wrong_with_a_certificate_is_one_line() {
    let folder = folder();
    let (certificate, key) = written(folder.path());
    let (certificate, key) = (certificate.to_str().unwrap(), key.to_str().unwrap());
    let other = folder.path().join("hello.txt");
    let hello = other.to_str().unwrap();
    for (flags, code, expected) in [
        (&["--cert", "/none", "--key", key][..], 1, "cannot serve https: /none: "),
        (&["--cert", certificate], 1, "own.pem: "),
        (&["--cert", certificate, "--key", hello], 1, "hello.txt: "),
        (&["--cert", certificate, "--key", key, "--key", key], 2, "2 for 1 of --cert"),
        (&["--key", key], 2, "1 for 0 of --cert"),
        (&["--client-ca", hello], 1, "cannot use "),
        (&["--keylog", "/none/keys"], 1, "cannot write /none/keys: "),
    ] {
        let flags = ["serve"].iter().chain(&HTTPS).chain(flags).copied();
        let arguments: Vec<&str> = flags.chain([folder.path().to_str().unwrap()]).collect();
        let mut command = at_home(folder.path());
        let ended: common::Ended = command.args(&arguments).output().unwrap().into();
        assert_eq!(ended.code, code, "{flags:?}: {}", ended.err, flags = arguments);
        assert!(ended.err.contains(expected), "{}", ended.err);
        let lines = if code == 2 { 2 } else { 1 };
        assert_eq!(ended.err.lines().count(), lines, "{}", ended.err);
    }
}

#[test]
fn a_port_that_is_in_use_is_told() {
    let folder = folder();
    let serving = serve(&folder, &[]);
    let address = serving.url.trim_start_matches("https://").trim_end_matches('/');
    let ended = run(&["serve", "--https", address, folder.path().to_str().unwrap()]);
    assert_eq!((ended.code, ended.err.lines().count()), (1, 1), "{}", ended.err);
    let expected = format!("wirebook: cannot listen on {address}: the port is in use");
    assert!(ended.err.starts_with(&expected), "{}", ended.err);
}
