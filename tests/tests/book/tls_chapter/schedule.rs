//! The key schedule of the conversation, and one record under its keys.

use super::{Cast, REQUEST, SHARED, moment, name};
use crate::figure::figure;
use std::{
    fmt::Write as _,
    sync::{Arc, Mutex},
};
use tls::{
    Suite,
    record::{Connection, ContentType, Protection},
    schedule::{Hash, Secret, traffic_key},
};
use wire::{
    Scripted, hex,
    trace::{Event, Sink, Trace, Value},
};

/// What was done, and the values by their names.
type Step = (&'static str, Vec<(String, String)>);

/// Keeps the steps of a schedule.
#[derive(Default)]
struct Steps(Mutex<Vec<Step>>);

impl Sink for Steps {
    fn event(&self, event: &Event<'_>) {
        if !["extract", "secret"].contains(&event.name) {
            return;
        }
        let shown = |value: &Value<'_>| match value {
            Value::Octets(octets) => hex::encode(octets),
            other => other.to_string(),
        };
        let fields = event.fields.iter().map(|field| (field.name.to_owned(), shown(&field.value)));
        self.0.lock().unwrap().push((event.name, fields.collect()));
    }
}

/// Over which messages a secret goes.
fn covered(label: &str) -> &'static str {
    match label {
        "c hs traffic" | "s hs traffic" => "ClientHello … ServerHello",
        "c ap traffic" | "s ap traffic" | "exp master" => "ClientHello … the server's Finished",
        "res master" => "ClientHello … the client's Finished",
        "derived" => "nothing",
        other => panic!("{other}"),
    }
}

#[test]
fn from_a_secret_to_every_key() {
    let mut cast = Cast::new();
    cast.client.reveal_secrets = true;
    let steps = Arc::new(Steps::default());
    let mut talk = cast.meet(1);
    let client = Arc::new(cast.client.clone());
    let random = Box::new(Scripted(2));
    let trace = Trace::to(steps.clone(), 0);
    talk.client = Connection::client_traced(client, name(), random, moment(), trace).unwrap();
    talk.ask();

    let mut story = format!("X25519 agreed on\n    {SHARED}\n\n");
    for (what, fields) in steps.0.lock().unwrap().iter() {
        let value = |name: &str| &fields.iter().find(|(known, _)| known == name).unwrap().1;
        if *what == "extract" {
            let input = match value("input") {
                zeros if zeros.bytes().all(|digit| digit == b'0') => "32 zeros",
                shared => {
                    assert_eq!(shared, SHARED);
                    "what X25519 agreed on"
                }
            };
            let salt = value("salt");
            let salt = if salt.starts_with("00000000") { "32 zeros" } else { "\"derived\" above" };
            writeln!(story, "Extract({salt}, {input})").unwrap();
            writeln!(story, "  = {} secret", value("secret")).unwrap();
            writeln!(story, "    {}", value("output")).unwrap();
        } else {
            let label = value("label");
            writeln!(
                story,
                "  ├─ \"{label}\" over {}: {}…",
                covered(label),
                &value("transcript")[..16]
            )
            .unwrap();
            writeln!(story, "  │    {}", value("output")).unwrap();
        }
    }
    let secret = secret(&cast, "CLIENT_TRAFFIC_SECRET_0");
    let (mut key, mut iv) = ([0; 16], [0; 12]);
    traffic_key(&secret, &mut key, &mut iv);
    writeln!(story, "\nfrom \"c ap traffic\"").unwrap();
    writeln!(story, "  ├─ \"key\"  {}", hex::encode(&key)).unwrap();
    writeln!(story, "  └─ \"iv\"   {}", hex::encode(&iv)).unwrap();
    figure("tls-schedule", &story);
}

fn secret(cast: &Cast, label: &str) -> Secret {
    let text = cast.keys.text();
    let line = text.lines().find(|line| line.starts_with(label)).unwrap();
    let octets = hex::decode(line.rsplit(' ').next().unwrap()).unwrap();
    Secret::new(Hash::Sha256, &octets).unwrap()
}

#[test]
fn one_content_twice() {
    let cast = Cast::new();
    cast.meet(1).ask();
    let secret = secret(&cast, "CLIENT_TRAFFIC_SECRET_0");
    let (mut key, mut iv) = ([0; 16], [0; 12]);
    traffic_key(&secret, &mut key, &mut iv);
    let mut protection = Protection::new(Suite::Aes128GcmSha256, &secret).unwrap();
    let mut story = String::new();
    for (number, padding) in [(0, 0), (1, 0), (2, 20)] {
        let mut out = Vec::new();
        protection.seal(ContentType::ApplicationData, &REQUEST[..19], padding, &mut out).unwrap();
        let mut nonce = iv;
        nonce[11] ^= number;
        writeln!(
            story,
            "record {number}{}",
            match padding {
                0 => String::new(),
                some => format!(", padded with {some} zeros"),
            }
        )
        .unwrap();
        let (head, rest) = out.split_at(5);
        let (sealed, tag) = rest.split_at(rest.len() - 16);
        writeln!(story, "  content  {}", hex::spaced(&REQUEST[..19])).unwrap();
        writeln!(story, "  nonce    {}", hex::spaced(&nonce)).unwrap();
        writeln!(story, "  head     {}", hex::spaced(head)).unwrap();
        for (row, part) in sealed.chunks(20).enumerate() {
            let word = if row == 0 { "sealed" } else { "" };
            writeln!(story, "  {word:<8} {}", hex::spaced(part)).unwrap();
        }
        writeln!(story, "  tag      {}", hex::spaced(tag)).unwrap();
    }
    figure("tls-record", &story);
}
