//! The handshakes of RFC 8448, replayed: both ends, every octet that either sends.
//!
//! What an implementation chooses freely (randoms, key pairs, a ticket, RSA-PSS's salt, and which
//! extensions the client sends in which order) is given through the seams; everything else we make
//! ourselves, and compare with what the RFC has on the wire.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test that panics has failed, which is what it is for"
)]

#[path = "common/pair.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod pair;
#[path = "common/traces.rs"]
#[allow(dead_code, reason = "each test uses a part")]
mod traces;

use pair::{data, drain, sent};
use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
    time::Duration,
};
use tls::{
    CertificateVerifier, CertifiedKey, ClientAuth, ClientConfig, KeyExchange, KeyLog, KeyPair,
    MemorySessions, NamedGroup, Refusal, ServerConfig, Session, SessionStore, SharedSecret,
    SignatureScheme, Signer, Suite, Ticket, TicketStore,
    extension::{Extension, ExtensionType},
    fuzzing::stage::moment,
    message::{Message, dissect},
    record::Connection,
    schedule::{Hash, Secret},
};
use traces::{Trace, trace};
use wire::{Random, Reader, UnixTime, hex, trace::Trace as Line};
use x509::{Certificate, PublicKey, ServerName};

/// Octets that somebody drew before us.
struct Drawn(VecDeque<u8>);

impl Random for Drawn {
    fn fill(&mut self, octets: &mut [u8]) {
        for octet in octets {
            *octet = self.0.pop_front().unwrap_or(0);
        }
    }
}

fn drawn(octets: &[u8]) -> Box<dyn Random + Send> {
    Box::new(Drawn(octets.iter().copied().collect()))
}

/// The RFC's key pairs: public halves, and what they agree on.
struct Pairs {
    public: Vec<u8>,
    shared: Vec<u8>,
}

struct OnePair(NamedGroup, Vec<u8>, Vec<u8>);

impl KeyExchange for Pairs {
    fn generate(&self, group: NamedGroup) -> Option<Box<dyn KeyPair>> {
        Some(Box::new(OnePair(group, self.public.clone(), self.shared.clone())))
    }
}

impl KeyPair for OnePair {
    fn group(&self) -> NamedGroup {
        self.0
    }

    fn public_key(&self) -> &[u8] {
        &self.1
    }

    fn agree(self: Box<Self>, _: &[u8]) -> Option<SharedSecret> {
        Some(SharedSecret::new(&self.2))
    }
}

/// Signs what the RFC signed; and believes it, where the key is too weak for `ring`.
struct Signed {
    scheme: SignatureScheme,
    signature: Vec<u8>,
}

impl Signer for Signed {
    fn schemes(&self) -> Vec<SignatureScheme> {
        vec![self.scheme]
    }

    fn sign(&self, scheme: SignatureScheme, _: &[u8]) -> Option<Vec<u8>> {
        (scheme == self.scheme).then(|| self.signature.clone())
    }
}

struct Believe;

impl CertificateVerifier for Believe {
    fn verify_server(&self, _: &[Certificate], _: &ServerName, _: UnixTime) -> Result<(), Refusal> {
        Ok(())
    }

    fn verify_client(&self, _: &[Certificate], _: UnixTime) -> Result<(), Refusal> {
        Ok(())
    }

    fn verify_signature(
        &self,
        key: &PublicKey,
        scheme: SignatureScheme,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        let scheme = x509::Scheme::from_code(scheme.0).unwrap();
        // 1,024 bits are too few to be verified; others must be right.
        matches!(key.kind(), x509::KeyKind::Rsa { bits: ..2048 })
            || key.verify(scheme, message, signature).is_ok()
    }
}

/// Gives out the RFC's ticket.
struct OneTicket {
    name: Vec<u8>,
    session: Mutex<Option<Session>>,
}

impl TicketStore for OneTicket {
    fn put(&self, _: [u8; 32], _: Session) -> Vec<u8> {
        self.name.clone()
    }

    fn find(&self, ticket: &[u8]) -> Option<Arc<Session>> {
        let session = self.session.lock().unwrap().clone();
        session.filter(|_| ticket == self.name).map(Arc::new)
    }

    fn take(&self, ticket: &[u8]) -> bool {
        ticket == self.name && self.session.lock().unwrap().take().is_some()
    }
}

/// Lines of a key log.
#[derive(Default)]
struct Lines(Mutex<Vec<String>>);

impl KeyLog for Lines {
    fn line(&self, line: &str) {
        self.0.lock().unwrap().push(line.to_owned());
    }
}

fn messages(trace: &Trace, who: &str) -> Vec<Message> {
    let steps = trace.steps(who, "construct a");
    let values = steps.filter_map(|step| step.values.last());
    let read = |(_, octets): &(String, Vec<u8>)| {
        dissect(&mut Reader::new(octets), octets.len()).unwrap().remove(0)
    };
    values
        // A hello without its binder is no message yet.
        .filter(|(name, octets)| name != "ClientHello" || octets.len() != 477)
        .map(read)
        .collect()
}

/// Who somebody is, by the RFC.
fn identity(trace: &Trace, who: &str) -> Option<Arc<CertifiedKey>> {
    let messages = messages(trace, who);
    let chain = messages.iter().find_map(|message| match message {
        Message::Certificate(message) => Some(message.certificate_list.clone()),
        _ => None,
    })?;
    let verify = messages.iter().find_map(|message| match message {
        Message::CertificateVerify(verify) => Some(verify.clone()),
        _ => None,
    })?;
    let chain = chain.iter().map(|entry| Certificate::read(&entry.cert_data).unwrap()).collect();
    let signed = Signed { scheme: verify.algorithm, signature: verify.signature };
    Some(Arc::new(CertifiedKey::new(chain, Box::new(signed)).unwrap()))
}

/// All that somebody sent.
fn records(trace: &Trace, who: &str) -> Vec<u8> {
    let steps = trace.steps(who, "send ");
    steps.flat_map(|step| step.value("complete record").to_vec()).collect()
}

fn payloads(trace: &Trace, who: &str, what: &str) -> Vec<Vec<u8>> {
    trace.steps(who, what).map(|step| step.value("payload").to_vec()).collect()
}

const PSK_AGE: Duration = Duration::from_millis(6);

fn server_config(trace: &Trace, ticket: Option<&(Vec<u8>, u32, Secret)>) -> ServerConfig {
    let messages = messages(trace, "server");
    let key = identity(trace, "server").or_else(|| identity(&self::trace("onertt")?, "server"));
    let mut config = ServerConfig::new(Arc::new(key.unwrap()));
    for message in &messages {
        match message {
            Message::ServerHello(hello) => {
                if let Some(share) = hello.extensions.key_share() {
                    config.groups = vec![share.group];
                    let shared = trace.value("server", "extract secret \"handshake\"", "IKM");
                    let (public, shared) = (share.key_exchange.clone(), shared.to_vec());
                    config.exchange = Arc::new(Pairs { public, shared });
                }
                config.retry_cookie =
                    hello.extensions.cookie().map(<[u8]>::to_vec).or(config.retry_cookie);
            }
            Message::EncryptedExtensions(message) => {
                let ours = [ExtensionType::SERVER_NAME, ExtensionType::EARLY_DATA];
                let mut list = message.extensions.0.clone();
                list.retain(|extension: &Extension| !ours.contains(&extension.kind()));
                config.encrypted_extensions = list;
            }
            Message::CertificateRequest(request) => {
                config.client_auth = ClientAuth::Required(Arc::new(Believe));
                config.certificate_request = request.extensions.0.clone();
            }
            Message::NewSessionTicket(ticket) => {
                config.tickets = Some(Arc::new(OneTicket {
                    name: ticket.ticket.clone(),
                    session: Mutex::default(),
                }));
                config.ticket_count = 1;
                config.ticket_lifetime = Duration::from_secs(ticket.ticket_lifetime.into());
                config.early_data = ticket.extensions.early_data_size().unwrap_or(0);
            }
            _ => {}
        }
    }
    if let Some((name, age_add, psk)) = ticket {
        let session = Session {
            psk: psk.clone(),
            suite: Suite::Aes128GcmSha256,
            issued: moment().instant - PSK_AGE,
            lifetime: Duration::from_secs(30),
            age_add: *age_add,
            early_data: 1024,
            alpn: None,
            server_name: Some(b"server".to_vec()),
            chain: Arc::new([]),
            context: Vec::new(),
        };
        let session = Mutex::new(Some(session));
        config.tickets = Some(Arc::new(OneTicket { name: name.clone(), session }));
        (config.ticket_count, config.early_data) = (0, 1024);
    }
    config
}

fn client_config(trace: &Trace, ticket: Option<&(Vec<u8>, u32, Secret)>) -> ClientConfig {
    let mut config = ClientConfig::new(Arc::new(Believe));
    let shared = trace.value("server", "extract secret \"handshake\"", "IKM").to_vec();
    config.exchange = Arc::new(Pairs { public: Vec::new(), shared });
    config.certificates = identity(trace, "client").map(|key| Arc::new(key) as _);
    if let Some((name, age_add, psk)) = ticket {
        let sessions = MemorySessions::default();
        let ticket = Ticket {
            ticket: name.clone(),
            psk: psk.clone(),
            suite: Suite::Aes128GcmSha256,
            received: moment().instant - PSK_AGE,
            lifetime: Duration::from_secs(30),
            age_add: *age_add,
            early_data: 1024,
            alpn: None,
            parameters: None,
            chain: Arc::new([]),
        };
        sessions.put("server", ticket);
        config.sessions = Some(Arc::new(sessions));
    } else {
        config.sessions = Some(Arc::new(MemorySessions::default()));
    }
    config
}

/// What the section's server drew: its random, and what it adds to the age of its ticket.
fn servers_randomness(trace: &Trace) -> Vec<u8> {
    let said = messages(trace, "server");
    let random = said.iter().find_map(|message| match message {
        Message::ServerHello(hello) if !hello.is_retry() => Some(hello.random.to_vec()),
        _ => None,
    });
    let age_add = said.iter().find_map(|message| match message {
        Message::NewSessionTicket(ticket) => Some(ticket.ticket_age_add),
        _ => None,
    });
    [random.unwrap(), age_add.unwrap_or(0).to_be_bytes().to_vec()].concat()
}

/// Plays the handshake of one section, and compares all that either end sent.
fn play(section: &str, ticket: Option<&(Vec<u8>, u32, Secret)>) {
    let Some(trace) = trace(section) else { return };
    let lines = Arc::new(Lines::default());
    let mut client = client_config(&trace, ticket);
    let mut server = server_config(&trace, ticket);
    client.key_log = Some(lines.clone());
    server.key_log = Some(lines.clone());

    // The last hello in the clear is the one that counts.
    let hellos: Vec<Vec<u8>> = payloads(&trace, "client", "send handshake record")
        .into_iter()
        .filter(|payload| payload[0] == 1)
        .collect();
    let pool = servers_randomness(&trace);
    let (name, now) = (ServerName::parse("server").unwrap(), moment().instant);
    let script: VecDeque<Vec<u8>> = hellos.into();
    let mut client = Connection::client_with(
        Arc::new(client),
        name,
        drawn(&[]),
        moment(),
        script,
        Line::default(),
    )
    .unwrap();
    let mut server = Connection::server(Arc::new(server), drawn(&pool), moment());

    let (mut up, mut down) = (Vec::new(), Vec::new());
    let (mut client_heard, mut server_heard) = (Vec::new(), Vec::new());
    let mut data_up = payloads(&trace, "client", "send application_data record");
    if ticket.is_some() {
        let early = data_up.remove(0);
        assert_eq!(client.send_early(&early).unwrap(), early.len());
    }
    let mut carry = |client: &mut Connection, server: &mut Connection| {
        for _ in 0..3 {
            let octets = sent(client, now);
            up.extend(&octets);
            server.receive(&mut octets.clone(), now);
            server_heard.extend(drain(server));
            let octets = sent(server, now);
            down.extend(&octets);
            client.receive(&mut octets.clone(), now);
            client_heard.extend(drain(client));
        }
    };
    carry(&mut client, &mut server);
    let data_down = payloads(&trace, "server", "send application_data record");
    data_up.iter().for_each(|octets| client.send(octets).unwrap());
    data_down.iter().for_each(|octets| server.send(octets).unwrap());
    carry(&mut client, &mut server);
    client.close().unwrap();
    server.close().unwrap();
    carry(&mut client, &mut server);

    assert_eq!(hex::encode(&up), hex::encode(&records(&trace, "client")), "{section}: client");
    assert_eq!(hex::encode(&down), hex::encode(&records(&trace, "server")), "{section}: server");
    let all_up = payloads(&trace, "client", "send application_data record").concat();
    assert_eq!(data(&server_heard), all_up, "{section}: {server_heard:?}");
    assert_eq!(data(&client_heard), data_down.concat(), "{section}");
    check_key_log(&trace, &lines.0.lock().unwrap(), ticket.is_some());
}

/// Each secret of the RFC is in the log, told by both ends.
fn check_key_log(trace: &Trace, lines: &[String], early: bool) {
    let mut labels = vec![
        ("c hs traffic", "CLIENT_HANDSHAKE_TRAFFIC_SECRET"),
        ("s hs traffic", "SERVER_HANDSHAKE_TRAFFIC_SECRET"),
        ("c ap traffic", "CLIENT_TRAFFIC_SECRET_0"),
        ("s ap traffic", "SERVER_TRAFFIC_SECRET_0"),
        ("exp master", "EXPORTER_SECRET"),
    ];
    if early {
        labels.push(("c e traffic", "CLIENT_EARLY_TRAFFIC_SECRET"));
        labels.push(("e exp master", "EARLY_EXPORTER_SECRET"));
    }
    for (label, name) in &labels {
        let what = format!("derive secret \"tls13 {label}\":");
        let step = trace.0.iter().find(|step| step.what == what).unwrap();
        let end = format!(" {}", hex::encode(step.value("expanded")));
        let said = lines.iter().filter(|line| line.starts_with(name) && line.ends_with(&end));
        assert_eq!(said.count(), 2, "{name}: {lines:?}");
    }
    assert_eq!(lines.len(), 2 * labels.len());
}

#[test]
fn section_3_one_round_trip() {
    play("onertt", None);
}

#[test]
fn section_4_resumption_and_early_data() {
    let (Some(first), Some(second)) = (trace("onertt"), trace("zerortt")) else { return };
    let ticket = messages(&first, "server").into_iter().find_map(|message| match message {
        Message::NewSessionTicket(ticket) => Some(ticket),
        _ => None,
    });
    let ticket = ticket.unwrap();
    let psk = second.value("client", "extract secret \"early\"", "IKM");
    let psk = Secret::new(Hash::Sha256, psk).unwrap();
    play("zerortt", Some(&(ticket.ticket, ticket.ticket_age_add, psk)));
}

#[test]
fn section_5_hello_retry_request() {
    play("helloretryrequest", None);
}

#[test]
fn section_6_client_authentication() {
    play("client-authentication", None);
}

#[test]
fn section_7_compatibility_mode() {
    play("compatibility-mode", None);
}
