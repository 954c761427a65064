//! What we make, OpenSSL believes; what OpenSSL makes, we believe.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use std::{fs, process::Command, time::SystemTime};
use testkit::TempDir;
use wire::UnixTime;
use x509::{
    Certificate, Roots, ServerName, SigningKey, Validity, Verifier,
    issue::{self, Authority, Serial, Usage},
};

fn now() -> UnixTime {
    UnixTime::from(SystemTime::now())
}

fn name() -> ServerName {
    ServerName::parse("www.example.com").unwrap()
}

/// Runs it in the folder; `None` if there is no OpenSSL here.
fn openssl(folder: &TempDir, arguments: &str) -> Option<String> {
    let mut command = Command::new("openssl");
    command.current_dir(folder.path()).args(arguments.split(' '));
    let output = command.output().ok()?;
    let text = |octets: &[u8]| String::from_utf8_lossy(octets).into_owned();
    let (out, error) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "openssl {arguments}:\n{out}{error}");
    Some(out)
}

/// Whether there is one; says so if not.
fn is_there() -> bool {
    let there = Command::new("openssl").arg("version").output().is_ok();
    if !there {
        testkit::skip("there is no openssl");
    }
    there
}

#[test]
fn openssl_believes_our_own_certificate() {
    if !is_there() {
        return;
    }
    let folder = TempDir::new("x509-self-signed");
    let names =
        ["www.example.com", "127.0.0.1", "::1"].map(|name| ServerName::parse(name).unwrap());
    let keys = [SigningKey::generate_p256(), SigningKey::generate_ed25519()];
    let rsa = SigningKey::from_pem(include_bytes!("keys/rsa2048.pem"));
    for key in keys.into_iter().chain([rsa]).map(Result::unwrap) {
        let validity = Validity::from_now(now(), 13);
        let certificate = issue::self_signed(&key, &names, validity, Serial(1 << 126)).unwrap();
        fs::write(folder.path().join("own.pem"), certificate.to_pem()).unwrap();
        fs::write(folder.path().join("key.pem"), key.to_pkcs8_pem()).unwrap();
        let verify = "verify -x509_strict -purpose sslserver -CAfile own.pem";
        for asked in ["-verify_hostname www.example.com", "-verify_ip 127.0.0.1", "-verify_ip ::1"]
        {
            let said = openssl(&folder, &format!("{verify} {asked} own.pem")).unwrap();
            assert_eq!(said, "own.pem: OK\n");
        }
        // Both see the same fields, and the key belongs to the certificate.
        let text =
            openssl(&folder, "x509 -in own.pem -noout -subject -ext subjectAltName").unwrap();
        assert!(
            text.contains("CN = www.example.com") || text.contains("CN=www.example.com"),
            "{text}"
        );
        assert!(text.contains("IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1"), "{text}");
        let of_key = openssl(&folder, "pkey -in key.pem -pubout").unwrap();
        assert_eq!(openssl(&folder, "x509 -in own.pem -noout -pubkey").unwrap(), of_key);
    }
}

#[test]
fn openssl_believes_our_own_authority() {
    if !is_there() {
        return;
    }
    let folder = TempDir::new("x509-authority");
    let validity = Validity::from_now(now(), 13);
    let make = || SigningKey::generate_p256().unwrap();
    let root = Authority::root("Root", make(), validity, Serial(1)).unwrap();
    let middle = root.authority("Middle", make(), validity, Serial(2)).unwrap();
    let key = make();
    let leaf = middle.issue(key.public_key(), &[name()], Usage::Both, validity, Serial(3)).unwrap();
    for (file, certificate) in [
        ("root.pem", root.certificate()),
        ("middle.pem", middle.certificate()),
        ("leaf.pem", &leaf),
    ] {
        fs::write(folder.path().join(file), certificate.to_pem()).unwrap();
    }
    for purpose in ["sslserver", "sslclient"] {
        let arguments = format!(
            "verify -x509_strict -purpose {purpose} -CAfile root.pem -untrusted middle.pem \
             -verify_hostname www.example.com leaf.pem"
        );
        assert_eq!(openssl(&folder, &arguments).unwrap(), "leaf.pem: OK\n");
    }
}

/// A root, an authority and a leaf made by OpenSSL with this kind of key and signature.
fn made_by_openssl(folder: &TempDir, key: &str, signature: &str) -> Vec<Certificate> {
    let extensions = "[ca]\nbasicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n\
                      subjectKeyIdentifier=hash\nauthorityKeyIdentifier=keyid\n\
                      [leaf]\nsubjectAltName=DNS:www.example.com,DNS:*.example.org\n\
                      keyUsage=critical,digitalSignature\nextendedKeyUsage=serverAuth\n\
                      authorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n";
    fs::write(folder.path().join("extensions"), extensions).unwrap();
    let mut chain = Vec::new();
    for (file, subject, by) in [
        ("root", "/O=Ours/CN=Root", None),
        ("middle", "/CN=Middle", Some("root")),
        ("leaf", "/CN=x", Some("middle")),
    ] {
        openssl(folder, &format!("genpkey {key} -out {file}.key")).unwrap();
        openssl(folder, &format!("req -new -key {file}.key -subj {subject} -out {file}.csr"))
            .unwrap();
        let section = if file == "leaf" { "leaf" } else { "ca" };
        let signer = by.map_or_else(
            || format!("-signkey {file}.key"),
            |by| format!("-CA {by}.pem -CAkey {by}.key -set_serial 7"),
        );
        let sign = format!(
            "x509 -req -in {file}.csr -days 5 {signer} {signature} -extfile extensions \
             -extensions {section} -out {file}.pem"
        );
        openssl(folder, &sign).unwrap();
        let text = fs::read(folder.path().join(format!("{file}.pem"))).unwrap();
        chain.insert(0, Certificate::from_pem(&text).unwrap().remove(0));
        // And its key is one of ours too.
        let text = fs::read(folder.path().join(format!("{file}.key"))).unwrap();
        assert_eq!(SigningKey::from_pem(&text).unwrap().public_key(), chain[0].public_key());
    }
    chain
}

#[test]
fn we_believe_openssls_authority() {
    if !is_there() {
        return;
    }
    for (key, signature) in [
        ("-algorithm RSA -pkeyopt rsa_keygen_bits:2048", "-sha256"),
        (
            "-algorithm RSA -pkeyopt rsa_keygen_bits:2048",
            "-sha384 -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:digest",
        ),
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "-sha256"),
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-256", "-sha384"),
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-384", "-sha256"),
        ("-algorithm EC -pkeyopt ec_paramgen_curve:P-384", "-sha384"),
        ("-algorithm ED25519", ""),
    ] {
        let folder = TempDir::new("x509-openssl");
        let signature = if signature.is_empty() { "-sha256" } else { signature };
        let chain = made_by_openssl(&folder, key, signature);
        let verifier = Verifier::new(Roots::from_iter([chain[2].clone()]));
        for name in ["www.example.com", "any.example.org"] {
            let name = ServerName::parse(name).unwrap();
            let path = verifier.verify_server(&chain[..2], &name, now());
            assert_eq!(path.unwrap().certificates(), chain, "{key} {signature}");
        }
        assert!(verifier.verify_client(&chain[..2], now()).is_err(), "serverAuth alone");
    }
}

/// What everybody types to try something out.
#[test]
fn we_believe_what_openssl_req_makes_where_it_is_trusted() {
    if !is_there() {
        return;
    }
    let folder = TempDir::new("x509-req");
    openssl(
        &folder,
        "req -x509 -newkey rsa:2048 -nodes -keyout key.pem -out own.pem -days 5 \
         -subj /CN=www.example.com -addext subjectAltName=DNS:www.example.com",
    );
    let text = fs::read(folder.path().join("own.pem")).unwrap();
    let (roots, skipped) = Roots::from_pem(&text);
    assert!(skipped.is_empty(), "{skipped:?}");
    let chain = Certificate::from_pem(&text).unwrap();
    assert!(Verifier::new(roots).verify_server(&chain, &name(), now()).is_ok());
}

/// The roots of this system, if it has a file of them where Debian and its kin do.
#[test]
fn the_roots_of_a_system_are_read() {
    let Ok(text) = fs::read("/etc/ssl/certs/ca-certificates.crt") else {
        return testkit::skip("this system has no ca-certificates.crt");
    };
    let (roots, skipped) = Roots::from_pem(&text);
    // Somebody may have added one of their own that breaks the rules; the others are none's own.
    assert!(skipped.len() * 50 <= roots.len(), "{skipped:?}, of {}", roots.len());
    for root in roots.iter().filter(|root| root.is_self_issued()) {
        assert!(!root.subject().to_string().is_empty(), "{root:?}");
    }
}
