//! Who is believed, and who we are: each refusal with its line.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use ::tls::{ClientAuth, Unverified};
use client::{
    Error, Response, Session,
    tls::{Options, Pin, Trust, Version},
};
use common::{
    Server, ok, patient,
    secure::{Stage, config, name, now, url},
};
use std::sync::Arc;
use x509::{
    SigningKey, Validity,
    issue::{self, Serial, Usage},
};

fn get(session: &Session, url: &str) -> Result<Response, Error> {
    session.get(url)?.send()
}

/// What a client says of a server, which hears that it is refused.
fn refused(stage: &Stage, session: &Session, host: &str) -> Error {
    let server = stage.serve(1, |_, mut peer| {
        assert_eq!(peer.head(), "", "no request goes to who is not believed");
        assert!(peer.failed.is_some(), "the server is told why");
    });
    let error = get(session, &format!("https://{host}:{}/", server.address.port())).unwrap_err();
    server.done();
    assert_eq!(error.to_string().lines().count(), 1, "{error}");
    error
}

#[test]
fn addresses_and_names_with_a_dot_at_the_end_are_certified_too() {
    for host in ["127.0.0.1", "localhost.", "LOCALHOST"] {
        let stage = Stage::new();
        let server = stage.answering(1, "x");
        let url = format!("https://{host}:{}/", server.address.port());
        let port = server.address.port();
        let session = stage.builder().resolve(host, port, vec![[127, 0, 0, 1].into()]).build();
        let response = get(&session, &url).unwrap_or_else(|error| panic!("{host}: {error}"));
        drop(response);
        server.done();
    }
}

#[test]
fn an_international_name_is_asked_for_and_certified_as_its_punycode() {
    let stage =
        Stage::with(&["xn--3e0b707e.example"], Validity::from_now(now(), 13), Usage::Server);
    let server = stage.serve(1, |_, mut peer| {
        peer.head();
        let asked = peer.summary.as_ref().unwrap().server_name.clone();
        assert_eq!(asked.as_deref(), Some(&b"xn--3e0b707e.example"[..]));
        peer.say(&ok("길"));
    });
    let port = server.address.port();
    let session =
        stage.builder().resolve("xn--3e0b707e.example", port, vec![[127, 0, 0, 1].into()]);
    let mut response = get(&session.build(), &format!("https://한국.example:{port}/")).unwrap();
    assert_eq!(response.text().unwrap(), "길");
    server.done();
}

#[test]
fn each_refusal_has_its_line_and_its_code() {
    let past = Validity {
        not_before: now().plus_seconds(-86_400 * 20),
        not_after: now().plus_seconds(-86_400),
    };
    let future = Validity {
        not_before: now().plus_seconds(86_400),
        not_after: now().plus_seconds(86_400 * 2),
    };
    let soon = Validity::from_now(now(), 13);
    for (names, validity, usage, host, said) in [
        (&["localhost"][..], past, Usage::Server, "localhost", "expired at"),
        (&["localhost"], future, Usage::Server, "localhost", "is not valid before"),
        (&["other.example"], soon, Usage::Server, "localhost", "is not for localhost; it names"),
        (&["localhost"], soon, Usage::Server, "127.0.0.1", "is not for 127.0.0.1"),
        (&["localhost"], soon, Usage::Client, "localhost", "extKeyUsage"),
    ] {
        let stage = Stage::with(names, validity, usage);
        let error = refused(&stage, &stage.session(), host);
        assert!(matches!(error, Error::Certificate { .. }), "{error:?}");
        assert_eq!(error.curl_exit_code(), 60);
        let text = error.to_string();
        assert!(text.contains(said) && text.contains("certificate 0 (CN="), "{text}");
    }
}

#[test]
fn a_chain_that_ends_nowhere_is_not_believed() {
    let stage = Stage::new();
    let session = Stage::new().session();
    let error = refused(&stage, &session, "localhost");
    assert!(error.curl_exit_code() == 60 && error.verify_result() > 0, "{error}");
    let key = SigningKey::generate_p256().unwrap();
    let validity = Validity::from_now(now(), 13);
    let own = issue::self_signed(&key, &[name("localhost")], validity, Serial(3)).unwrap();
    let stage = Stage { config: config(vec![own.clone()], key), ..stage };
    assert_eq!(refused(&stage, &session, "localhost").curl_exit_code(), 60);
    // Unless it is that very certificate that is believed.
    let roots = Trust::Roots(Arc::new(x509::Roots::from_iter([own])));
    let options = Options { trust: roots, ..Options::default() };
    let server = stage.answering(1, "x");
    let session = Session::builder().timeouts(patient()).tls(options).build();
    get(&session, &url(&server, "/")).unwrap();
    server.done();
}

#[test]
fn who_does_not_ask_speaks_with_anybody() {
    let stage = Stage::with(&["other.example"], Validity::from_now(now(), 13), Usage::Server);
    let server = stage.answering(1, "x");
    let session = Session::builder().timeouts(patient()).insecure().build();
    let response = get(&session, &url(&server, "/")).unwrap();
    assert!(!response.secured().unwrap().is_verified());
    server.done();
}

#[test]
fn one_version_must_be_among_those_that_are_allowed() {
    let versions = |least, most| Options::default().versions(least, most);
    assert!(versions(Version::Tls10, Version::Tls13).is_ok());
    assert!(versions(Version::Tls13, Version::Tls13).is_ok());
    let error = versions(Version::Tls10, Version::Tls12).unwrap_err();
    assert_eq!(error.curl_exit_code(), 35, "{error}");
    assert_eq!(Version::parse("1.2"), Some(Version::Tls12));
    assert_eq!(Version::parse("2"), None);
}

#[test]
fn a_pinned_key_is_the_only_one() {
    let stage = Stage::new();
    let other = Pin::of(stage.authority.certificate());
    for trust in [stage.roots(), Trust::Anybody] {
        let options = Options { trust, pins: vec![other.clone()], ..Options::default() };
        let session = Session::builder().timeouts(patient()).tls(options).build();
        let error = refused(&stage, &session, "localhost");
        assert!(matches!(error, Error::Pinned { .. }), "{error:?}");
        assert_eq!(error.curl_exit_code(), 90);
    }
    let server = stage.answering(2, "x");
    let session = stage.session();
    let response = get(&session, &url(&server, "/")).unwrap();
    let own = Pin::of(&response.secured().unwrap().chain()[0]);
    assert_eq!(Pin::parse(&own.to_string()), Some(own.clone()));
    let options = Options { pins: vec![other, own], ..stage.options() };
    let session = Session::builder().timeouts(patient()).tls(options).build();
    get(&session, &url(&server, "/")).unwrap();
    server.done();
    for none in ["", "sha256//", "sha256//AAAA", "md5//AAAA", "sha256//!"] {
        assert_eq!(Pin::parse(none), None, "{none}");
    }
}

#[test]
fn roots_that_cannot_be_read_are_told_before_anything_is_sent() {
    let folder = testkit::TempDir::new("roots");
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "nothing").unwrap();
    let missing = folder.path().join("missing.pem");
    let trusts = [
        Trust::File(missing.clone()),
        Trust::File(empty),
        Trust::Folder(missing),
        Trust::Folder(folder.path().to_owned()),
    ];
    for trust in trusts {
        let stage = Stage::new();
        let server = Server::start(|listener| drop(listener.accept().unwrap()));
        let options = Options { trust, ..stage.options() };
        let session = Session::builder().timeouts(patient()).tls(options).build();
        let error = get(&session, &url(&server, "/")).unwrap_err();
        assert!(matches!(error, Error::Roots { .. }), "{error:?}");
        assert_eq!(error.curl_exit_code(), 77);
        server.done();
    }
}

#[test]
fn a_file_or_a_folder_of_roots_is_believed() {
    let stage = Stage::new();
    let folder = testkit::TempDir::new("roots");
    let file = folder.path().join("ca.pem");
    std::fs::write(&file, stage.authority.certificate().to_pem()).unwrap();
    std::fs::write(folder.path().join("README"), "no certificate").unwrap();
    let server = stage.answering(2, "x");
    for trust in [Trust::File(file), Trust::Folder(folder.path().to_owned())] {
        let options = Options { trust, ..stage.options() };
        let session = Session::builder().timeouts(patient()).tls(options).build();
        get(&session, &url(&server, "/")).unwrap();
    }
    server.done();
}

#[test]
fn a_server_that_asks_hears_who_we_are() {
    let mut stage = Stage::new();
    stage.config.client_auth = ClientAuth::Required(Arc::new(Unverified));
    let server = stage.serve(2, |number, mut peer| {
        let head = peer.head();
        if number == 0 {
            let chain = peer.summary.as_ref().unwrap().chain.clone();
            assert_eq!(chain[0].subject().to_string(), "CN=client.example");
            peer.say(&ok("known"));
        } else {
            assert_eq!(head, "");
        }
        peer.close();
    });
    let options = Options { identity: Some(stage.client()), ..stage.options() };
    let session = Session::builder().timeouts(patient()).tls(options).build();
    assert_eq!(get(&session, &url(&server, "/")).unwrap().text().unwrap(), "known");
    // Its alert comes when our handshake is done: what breaks is the connection.
    let error = get(&stage.session(), &url(&server, "/")).unwrap_err();
    assert!(error.to_string().contains("certificate_required"), "{error}");
    assert_eq!(error.curl_exit_code(), 56);
    server.done();
}
