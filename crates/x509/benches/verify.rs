//! What a handshake pays for certificates: reading them, and believing them.
//!
//! ```sh
//! cargo bench -p x509
//! ```
#![allow(missing_docs, reason = "criterion's macros make public functions")]
#![allow(clippy::unwrap_used, reason = "a benchmark that panics has failed")]

use criterion::{Criterion, criterion_group, criterion_main};
use std::hint::black_box;
use wire::UnixTime;
use x509::{
    Certificate, Roots, ServerName, SigningKey, Validity, Verifier,
    issue::{Authority, Serial, Usage},
};

fn verify(criterion: &mut Criterion) {
    let now = UnixTime(1_767_225_600);
    let validity = Validity::from_now(now, 13);
    let make = || SigningKey::generate_p256().unwrap();
    let name = ServerName::parse("www.example.com").unwrap();
    let root = Authority::root("Root", make(), validity, Serial(1)).unwrap();
    let middle = root.authority("Middle", make(), validity, Serial(2)).unwrap();
    let names = std::slice::from_ref(&name);
    let key = make();
    let leaf = middle.issue(key.public_key(), names, Usage::Server, validity, Serial(3)).unwrap();
    let verifier = Verifier::new(Roots::from_iter([root.certificate().clone()]));
    let chain = [leaf.clone(), middle.certificate().clone()];

    criterion.bench_function("read a certificate", |bench| {
        bench.iter(|| Certificate::read(black_box(leaf.der())).unwrap());
    });
    criterion.bench_function("verify a leaf, an authority and a root on P-256", |bench| {
        bench.iter(|| verifier.verify_server(black_box(&chain), &name, now).unwrap());
    });
    criterion.bench_function("one of its two signatures", |bench| {
        let issuer = middle.certificate().public_key();
        bench.iter(|| black_box(&leaf).is_signed_by(issuer).unwrap());
    });
    if let Ok(text) = std::fs::read("/etc/ssl/certs/ca-certificates.crt") {
        criterion.bench_function("read a system's file of roots", |bench| {
            bench.iter(|| Roots::from_pem(black_box(&text)));
        });
    }
}

criterion_group!(benches, verify);
criterion_main!(benches);
