//! Who is at either end: certificates by name, their replacement, clients' certificates, tickets
//! and early data.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{
    get, status,
    tls::{Client, client_config, dial, now, start_tls, tls_with},
};
use http::StatusCode;
use server::{
    Certificates, Reply, Request, Router, Running, Tls, early,
    identity::{self, Identity, IdentityError},
    inline,
};
use std::{
    fs,
    io::{Read, Write},
    os::unix::fs::PermissionsExt,
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use testkit::TempDir;
use tls::{Alert, CertifiedKey, ClientAuth, ClientConfig, EarlyData};
use wire::Output;
use x509::{
    Certificate, Roots, ServerName, SigningKey, Validity, Verifier,
    issue::{Authority, Serial, Usage},
};

fn hello() -> Router {
    Router::new().get("/", inline(|_, reply| reply.text(StatusCode::OK, "hello")))
}

fn authority(name: &str) -> Authority {
    let key = SigningKey::generate_p256().unwrap();
    Authority::root(name, key, Validity::from_now(now(), 365), Serial(1)).unwrap()
}

/// A certificate for these names, by that authority, written to files.
fn written(folder: &Path, file: &str, by: &Authority, names: &[&str]) -> Identity {
    let key = SigningKey::generate_p256().unwrap();
    let names: Vec<_> = names.iter().map(|name| ServerName::parse(name)).collect();
    let names: Vec<ServerName> = names.into_iter().map(Result::unwrap).collect();
    let validity = Validity::from_now(now(), 13);
    let leaf = by.issue(key.public_key(), &names, Usage::Server, validity, Serial(2)).unwrap();
    let (certificate, secret) = paths(folder, file);
    fs::write(&certificate, leaf.to_pem()).unwrap();
    fs::write(&secret, key.to_pkcs8_pem()).unwrap();
    Identity::read(&certificate, &secret).unwrap()
}

fn paths(folder: &Path, file: &str) -> (std::path::PathBuf, std::path::PathBuf) {
    (folder.join(format!("{file}.pem")), folder.join(format!("{file}.key")))
}

/// The certificate that a client is shown who asks for `name` and believes everybody.
fn shown(server: &Running, name: &str) -> Certificate {
    let mut client = Client::new(server, client_config(), name);
    client.handshake().chain[0].clone()
}

#[test]
fn the_name_that_is_asked_for_chooses_the_certificate() {
    let (folder, root) = (TempDir::new("sni"), authority("root"));
    let of = |file: &str, names: &[&str]| written(folder.path(), file, &root, names);
    let first = of("first", &["a.example", "127.0.0.1"]);
    let second = of("second", &["b.example", "also-b.example"]);
    let wild = of("wild", &["c.example"]);
    // `*.c.example` is no server's name, so the issuer is asked by another way.
    let key = SigningKey::from_pkcs8(wild.key().to_pkcs8()).unwrap();
    let mut template = x509::issue::Template::of(&wild.chain()[0]);
    template.without(&x509::der::oid::SUBJECT_ALT_NAME);
    template.extension(x509::der::oid::SUBJECT_ALT_NAME, false, |out| {
        out.sequence(|list| x509::GeneralName::Dns("*.c.example".into()).write(list));
    });
    let leaf = root.sign(template).unwrap();
    fs::write(paths(folder.path(), "wild").0, leaf.to_pem()).unwrap();
    fs::write(paths(folder.path(), "wild").1, key.to_pkcs8_pem()).unwrap();
    let (certificate, secret) = paths(folder.path(), "wild");
    let wild = Identity::read(&certificate, &secret).unwrap();

    let of = |identity: &Identity| identity.chain()[0].clone();
    let (a, b, c) = (of(&first), of(&second), of(&wild));
    let tls = Tls::new(Certificates::of([first, second, wild]).unwrap());
    let server = start_tls(hello(), &tls);
    for (name, expected) in [
        ("a.example", &a),
        ("b.example", &b),
        ("also-b.example", &b),
        ("www.c.example", &c),
        ("WWW.C.example", &c),
        ("a.b.c.example", &a),
        ("c.example", &a),
        ("nobody.example", &a),
        ("127.0.0.1", &a),
    ] {
        assert!(shown(&server, name).der() == expected.der(), "{name}");
    }
    // And it holds: a client that knows the root believes it.
    let mut config = client_config();
    let roots = Roots::from_iter([root.certificate().clone()]);
    config.verifier = Arc::new(Verifier::new(roots));
    let mut client = Client::new(&server, config, "www.c.example");
    client.handshake();
    assert!(client.ask("/", "hello").starts_with("HTTP/1.1 200"));
}

#[test]
fn certificates_are_replaced_and_connections_stay() {
    let folder = TempDir::new("reload");
    let (old, new) = (Identity::generate(now()).unwrap(), Identity::generate(now()).unwrap());
    let (old_key, new_key) = (old.spki_sha256(), new.spki_sha256());
    let certificates = Certificates::of([old]).unwrap();
    let server = start_tls(hello(), &Tls::new(certificates.clone()));
    let mut client = Client::open(&server);
    assert_eq!(shown(&server, "localhost").spki_sha256(), old_key);

    // What is wrong changes nothing.
    let (certificate, key) = paths(folder.path(), "x");
    let none = Identity::read(&certificate, &key).unwrap_err();
    assert!(matches!(&none, IdentityError::File { .. }), "{none}");
    assert!(matches!(certificates.replace([]), Err(IdentityError::None)));
    assert_eq!(shown(&server, "localhost").spki_sha256(), old_key);

    certificates.replace([new]).unwrap();
    assert_eq!(shown(&server, "localhost").spki_sha256(), new_key);
    assert!(client.ask("/", "hello").starts_with("HTTP/1.1 200"));
    server.stop().unwrap();
}

#[test]
fn files_that_are_no_identity_are_told_apart() {
    let (folder, root) = (TempDir::new("files"), authority("root"));
    written(folder.path(), "a", &root, &["a.example"]);
    written(folder.path(), "b", &root, &["b.example"]);
    let ((a, a_key), (_, b_key)) = (paths(folder.path(), "a"), paths(folder.path(), "b"));
    let why =
        |certificate: &Path, key: &Path| Identity::read(certificate, key).unwrap_err().to_string();
    let folder = folder.path().display().to_string();
    assert_eq!(why(&a, &b_key), format!("{folder}/b.key is not the key of {folder}/a.pem"));
    assert!(why(&a_key, &a_key).starts_with(&format!("{folder}/a.key: ")));
    assert!(why(&a, &a).starts_with(&format!("{folder}/a.pem: ")));
    assert!(why(&a, Path::new("/none")).starts_with("/none: "));
}

#[test]
fn the_automatic_identity_is_kept_and_renewed_under_the_same_key() {
    let folder = TempDir::new("automatic");
    let folder = folder.path().join("wirebook");
    let first = identity::automatic(&folder, now()).unwrap();
    assert_eq!(first.names(), ["localhost", "127.0.0.1", "::1"]);
    let mode = |file: &str| fs::metadata(folder.join(file)).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode("key.pem"), 0o600);
    // The same one as long as it is good.
    let days = |count: i64| now().plus_seconds(count * 86_400);
    let again = identity::automatic(&folder, days(8)).unwrap();
    assert_eq!(again.chain()[0].der(), first.chain()[0].der());
    // Another one in time, for the same key.
    let renewed = identity::automatic(&folder, days(9)).unwrap();
    assert_eq!(renewed.spki_sha256(), first.spki_sha256());
    assert!(renewed.expires() > first.expires());
    // A clock that was set back.
    let before = identity::automatic(&folder, days(-30)).unwrap();
    assert!(before.chain()[0].validity().not_before < days(-30));
    // A broken certificate is made anew; a broken key is somebody's, and not touched.
    fs::write(folder.join("certificate.pem"), "nothing").unwrap();
    assert_eq!(identity::automatic(&folder, now()).unwrap().spki_sha256(), first.spki_sha256());
    fs::write(folder.join("key.pem"), "nothing").unwrap();
    let wrong = identity::automatic(&folder, now()).unwrap_err().to_string();
    assert!(wrong.contains("key.pem: "), "{wrong}");
    assert_eq!(fs::read_to_string(folder.join("key.pem")).unwrap(), "nothing");
    let files = fs::read_dir(&folder).unwrap().count();
    assert_eq!(files, 2, "nothing is left behind");
}

/// A client's certificate of `by`, good for some days from `days` on.
fn client_of(by: &Authority, days: i64) -> ClientConfig {
    let key = SigningKey::generate_p256().unwrap();
    let validity = Validity::from_now(now().plus_seconds(days * 86_400), 10);
    let names = [ServerName::parse("client.example").unwrap()];
    let leaf = by.issue(key.public_key(), &names, Usage::Client, validity, Serial(9)).unwrap();
    let mut config = client_config();
    let key = Arc::new(CertifiedKey::new(vec![leaf], Box::new(key)).unwrap());
    config.certificates = Some(Arc::new(key));
    config
}

/// Says who asks.
fn who() -> impl server::Handler {
    inline(|request: Request, reply: Reply| {
        let chain = &request.tls().unwrap().chain;
        let name = chain.first().map(|own| own.subject().to_string());
        reply.text(StatusCode::OK, format!("you are {}.", name.unwrap_or("nobody".into())));
    })
}

#[test]
fn clients_show_who_they_are_where_they_must() {
    let (root, stranger) = (authority("root"), authority("stranger"));
    let verifier = || {
        let roots = Roots::from_iter([root.certificate().clone()]);
        Arc::new(Verifier::new(roots))
    };
    let router = || Router::new().get("/", who());
    let required = tls_with(|config| config.client_auth = ClientAuth::Required(verifier()));
    let optional = tls_with(|config| config.client_auth = ClientAuth::Optional(verifier()));
    let strict = start_tls(router(), &required);
    let lenient = start_tls(router(), &optional);
    for server in [&strict, &lenient] {
        let config = client_of(&root, 0);
        let mut client = Client::open_with(server, config.clone());
        assert!(client.ask("/", "example.").contains("client.example."));
        // A ticket remembers it.
        let mut client = Client::open_with(server, config);
        assert!(client.summary.as_ref().unwrap().resumed);
        assert!(client.ask("/", "example.").contains("client.example."));
        for (config, alert) in [
            (client_of(&stranger, 0), Alert::UNKNOWN_CA),
            (client_of(&root, -20), Alert::CERTIFICATE_EXPIRED),
        ] {
            assert_eq!(Client::new(server, config, "localhost").alert(), Some(alert));
        }
    }
    let mut nobody = Client::new(&strict, client_config(), "localhost");
    assert_eq!(nobody.alert(), Some(Alert::CERTIFICATE_REQUIRED));
    assert_eq!(required.handshakes().failed, 3);
    Client::open(&lenient).ask("/", "you are nobody.");
}

/// A server of which `/early` takes early data and `/late` does not; and how often they were asked.
fn early_server() -> (Arc<Tls>, Running, Arc<AtomicUsize>) {
    let asked = Arc::new(AtomicUsize::new(0));
    let count = |asked: &Arc<AtomicUsize>| {
        let asked = asked.clone();
        inline(move |request: Request, reply: Reply| {
            asked.fetch_add(1, Ordering::SeqCst);
            reply.text(StatusCode::OK, format!("early: {}.", request.early));
        })
    };
    let post = http::Method::Post;
    let router = Router::new()
        .get("/early", early(count(&asked)))
        .route(post, "/early", early(count(&asked)))
        .get("/late", count(&asked));
    let tls = tls_with(|config| config.early_data = 4096);
    let server = start_tls(router, &tls);
    (tls, server, asked)
}

/// A client with a ticket.
fn with_ticket(server: &Running) -> ClientConfig {
    let mut config = client_config();
    config.early_data = true;
    let mut client = Client::open_with(server, config.clone());
    client.ask("/late", "early: false.");
    assert_eq!(client.tickets, 2);
    config
}

fn ask_early(server: &Running, config: ClientConfig, request: &str) -> (String, Client) {
    let mut client = Client::new(server, config, "localhost");
    assert_eq!(client.tls.send_early(request.as_bytes()).unwrap(), request.len());
    assert!(client.handshake().resumed);
    assert_eq!(client.early, Some(EarlyData::Accepted));
    (client.read_until("\r\n\r\n"), client)
}

#[test]
fn a_second_connection_resumes_the_first_on_whichever_loop() {
    let (tls, server, _) = early_server();
    let config = with_ticket(&server);
    let mut client = Client::open_with(&server, config);
    assert!(client.summary.as_ref().unwrap().resumed);
    client.ask("/early", "early: false.");
    assert_eq!((tls.handshakes().full, tls.handshakes().resumed), (1, 1));
}

#[test]
fn early_data_is_taken_where_a_route_says_so_and_is_too_early_elsewhere() {
    let (_, server, asked) = early_server();
    let config = with_ticket(&server);
    let (head, mut client) = ask_early(&server, config, &get("/early", ""));
    assert_eq!(status(&head), "200");
    client.read_until("early: true.");
    // Behind the handshake it is early no more.
    client.ask("/late", "early: false.");
    assert_eq!(asked.load(Ordering::SeqCst), 3);

    for request in [get("/late", ""), get("/early", "").replace("GET", "POST")] {
        let config = with_ticket(&server);
        let before = asked.load(Ordering::SeqCst);
        let (head, mut client) = ask_early(&server, config, &request);
        assert_eq!(status(&head), "425", "{request}");
        assert_eq!(asked.load(Ordering::SeqCst), before, "the handler has not seen it");
        client.read_until("425 Too Early\n");
        client.ask("/late", "early: false.");
    }
}

#[test]
fn a_request_that_ends_behind_the_handshake_is_not_early() {
    let (_, server, _) = early_server();
    let config = with_ticket(&server);
    let mut client = Client::new(&server, config, "localhost");
    let request = get("/late", "");
    let (first, second) = request.split_at(20);
    assert_eq!(client.tls.send_early(first.as_bytes()).unwrap(), 20);
    client.handshake();
    client.send(second);
    client.read_until("early: false.");
}

#[test]
fn early_data_that_is_sent_again_is_not_taken() {
    let (_, server, asked) = early_server();
    let config = with_ticket(&server);
    let mut client = Client::new(&server, config, "localhost");
    client.tls.send_early(get("/early", "").as_bytes()).unwrap();
    let mut out = Output::new(usize::MAX);
    client.tls.poll_transmit(std::time::Instant::now(), &mut out);
    let recorded = out.take();
    let before = asked.load(Ordering::SeqCst);
    client.stream.write_all(&recorded).unwrap();
    client.handshake();
    client.read_until("early: true.");
    assert_eq!(asked.load(Ordering::SeqCst), before + 1);
    // Somebody was on the way, and sends the same octets.
    let mut thief = dial(&server);
    thief.write_all(&recorded).unwrap();
    assert!(thief.read(&mut [0; 4096]).unwrap() > 0, "the server's flight");
    thief.shutdown(std::net::Shutdown::Write).unwrap();
    let mut rest = Vec::new();
    let _ = thief.read_to_end(&mut rest);
    assert_eq!(asked.load(Ordering::SeqCst), before + 1, "it was not asked again");
}

#[test]
fn a_proxy_that_took_early_data_says_so() {
    let (_, server, _) = early_server();
    let mut client = Client::open(&server);
    client.send(get("/late", "Early-Data: 1\r\n"));
    assert_eq!(status(&client.read_until("425 Too Early\n")), "425");
    client.send(get("/early", "Early-Data: 1\r\n"));
    client.read_until("early: true.");
}
