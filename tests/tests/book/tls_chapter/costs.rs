//! What a handshake costs: octets, round trips, and how often the expensive things are done.

use super::{CLIENT, Cast, Known, REQUEST, RESPONSE, SERVER, data, key, verifier};
use crate::figure::figure;
use std::{
    fmt::Write as _,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tls::{
    CertificateVerifier, CertifiedKey, ClientAuth, KeyExchange, KeyPair, NamedGroup, Refusal,
    SignatureScheme, Signer,
};
use wire::UnixTime;
use x509::{Certificate, PublicKey, ServerName, SigningKey, Verifier};

/// How often each was done, on both ends together.
#[derive(Default)]
struct Count {
    pairs: AtomicUsize,
    signed: AtomicUsize,
    verified: AtomicUsize,
}

fn add(count: &AtomicUsize, more: usize) {
    count.fetch_add(more, Ordering::Relaxed);
}

struct Counting<T>(Arc<Count>, T);

impl KeyExchange for Counting<Known> {
    fn generate(&self, group: NamedGroup) -> Option<Box<dyn KeyPair>> {
        add(&self.0.pairs, 1);
        self.1.generate(group)
    }
}

impl Signer for Counting<SigningKey> {
    fn schemes(&self) -> Vec<SignatureScheme> {
        Signer::schemes(&self.1)
    }

    fn sign(&self, scheme: SignatureScheme, message: &[u8]) -> Option<Vec<u8>> {
        add(&self.0.signed, 1);
        Signer::sign(&self.1, scheme, message)
    }
}

impl CertificateVerifier for Counting<Verifier> {
    fn verify_server(
        &self,
        chain: &[Certificate],
        name: &ServerName,
        time: UnixTime,
    ) -> Result<(), Refusal> {
        let path = self.1.verify_server(chain, name, time).map_err(|no| Refusal::from(&no))?;
        add(&self.0.verified, path.certificates().len() - 1);
        Ok(())
    }

    fn verify_client(&self, chain: &[Certificate], time: UnixTime) -> Result<(), Refusal> {
        let path = self.1.verify_client(chain, time).map_err(|no| Refusal::from(&no))?;
        add(&self.0.verified, path.certificates().len() - 1);
        Ok(())
    }

    fn verify_signature(
        &self,
        key: &PublicKey,
        scheme: SignatureScheme,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        add(&self.0.verified, 1);
        CertificateVerifier::verify_signature(&self.1, key, scheme, message, signature)
    }
}

fn certified(count: &Arc<Count>, usage: x509::issue::Usage) -> Arc<CertifiedKey> {
    let validity = x509::Validity::from_now(super::TODAY, 13);
    let names = [super::name()];
    let serial = x509::issue::Serial(4);
    let leaf = super::below().issue(key(3).public_key(), &names, usage, validity, serial).unwrap();
    let chain = vec![leaf, super::below().certificate().clone()];
    Arc::new(CertifiedKey::new(chain, Box::new(Counting(count.clone(), key(3)))).unwrap())
}

fn counted(mut cast: Cast, count: &Arc<Count>) -> Cast {
    cast.client.exchange = Arc::new(Counting(count.clone(), CLIENT));
    cast.server.exchange = Arc::new(Counting(count.clone(), SERVER));
    cast.client.verifier = Arc::new(Counting(count.clone(), verifier()));
    cast.server.certificates = Arc::new(certified(count, x509::issue::Usage::Server));
    cast
}

/// A handshake, a question and an answer, counted.
fn row(cast: &Cast, count: &Count, early: bool) -> String {
    for all in [&count.pairs, &count.signed, &count.verified] {
        all.store(0, Ordering::Relaxed);
    }
    let mut talk = cast.meet(2);
    // TCP's own, before the first flight.
    let mut trips = 1;
    if early {
        talk.client.send_early(REQUEST).unwrap();
    }
    let mut asked = early;
    let mut answered = false;
    while data(&talk.client_heard) != RESPONSE {
        trips += 1;
        if !asked {
            asked = talk.client.send(REQUEST).is_ok();
        }
        talk.up();
        if data(&talk.server_heard) == REQUEST && !answered {
            talk.server.send(RESPONSE).unwrap();
            answered = true;
        }
        talk.down();
    }
    talk.run();
    // What is not the handshake: two records of data.
    let overhead = tls::record::Protection::OVERHEAD;
    let up = talk.side(true).len() - REQUEST.len() - overhead;
    let down = talk.side(false).len() - RESPONSE.len() - overhead;
    let of = |count: &AtomicUsize| count.load(Ordering::Relaxed);
    let (pairs, made, verified) = (of(&count.pairs), of(&count.signed), of(&count.verified));
    format!("{up:>6}{down:>9}{pairs:>8}{made:>6}{verified:>9}{trips:>15}")
}

#[test]
fn each_kind_of_handshake() {
    let mut story = String::from(
        "                             octets of the      key  signatures      round trips\n\
         \x20                            client   server   pairs  made  checked  to the answer\n",
    );
    for kind in [
        "none: plain HTTP",
        "full",
        "HelloRetryRequest",
        "with a client certificate",
        "resumed",
        "resumed, early data",
    ] {
        let count = Arc::new(Count::default());
        let mut cast =
            counted(if kind.starts_with("res") { Cast::resuming() } else { Cast::new() }, &count);
        match kind {
            "none: plain HTTP" => {
                writeln!(story, "{kind:<28}{:>6}{:>9}{:>8}{:>6}{:>9}{:>15}", 0, 0, 0, 0, 0, 2)
                    .unwrap();
                continue;
            }
            "HelloRetryRequest" => cast.server.groups = vec![NamedGroup::SECP256R1],
            "with a client certificate" => {
                let known = Counting(count.clone(), verifier());
                cast.server.client_auth = ClientAuth::Required(Arc::new(known));
                let ours = certified(&count, x509::issue::Usage::Client);
                cast.client.certificates = Some(Arc::new(ours));
            }
            "resumed" | "resumed, early data" => {
                cast.meet(1).ask();
                // The next ticket is for the next time, and no part of this handshake.
                cast.server.ticket_count = 0;
                cast.client.early_data = kind != "resumed";
            }
            _ => {}
        }
        writeln!(story, "{kind:<28}{}", row(&cast, &count, kind == "resumed, early data")).unwrap();
    }
    figure("tls-costs", &story);
}
