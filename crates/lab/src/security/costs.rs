//! The kinds of handshakes, run in memory, and what each costs.
//!
//! | kind               | what is different                                                      |
//! |--------------------|------------------------------------------------------------------------|
//! | full               | a certificate, a signature, a key exchange                             |
//! | retried            | the server wants another group: HelloRetryRequest, one more round trip |
//! | client certificate | the client proves who it is, too                                       |
//! | resumed            | a ticket from before instead of certificate and signature              |
//! | early data         | the same, and the request goes along with the first flight             |
//!
//! The server's certificate is signed by an authority, both on P-256, as most of the web's are.

use super::{Error, SystemRandom};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};
use tls::{
    CertificateVerifier, CertifiedKey, ClientAuth, ClientConfig, MemorySessions, MemoryTickets,
    Moment, NamedGroup, Refusal, ServerConfig, SessionStore, SignatureScheme, Signer, Ticket,
    record::{Connection, Event},
};
use wire::{Output, UnixTime};
use x509::{
    Certificate, PublicKey, Roots, ServerName, SigningKey, Validity, Verifier,
    issue::{Authority, Serial, Usage},
};

/// A kind of handshake.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Between strangers.
    Full,
    /// Between strangers, the first of whom guessed wrong.
    Retried,
    /// Between strangers who both say who they are.
    ClientCertificate,
    /// Between acquaintances.
    Resumed,
    /// Between acquaintances in a hurry.
    EarlyData,
}

impl Kind {
    /// All of them.
    pub const ALL: [Self; 5] =
        [Self::Full, Self::Retried, Self::ClientCertificate, Self::Resumed, Self::EarlyData];

    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Full => "full",
            Self::Retried => "full, HelloRetryRequest",
            Self::ClientCertificate => "full, client certificate",
            Self::Resumed => "resumed",
            Self::EarlyData => "resumed, early data",
        }
    }

    const fn resumes(self) -> bool {
        matches!(self, Self::Resumed | Self::EarlyData)
    }
}

/// What a handshake cost one end.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct End {
    /// Octets of records that it sent for the handshake; without the request and the answer, and
    /// without tickets.
    pub octets: u64,
    /// Signatures that it made.
    pub signed: u64,
    /// Signatures that it checked: in certificates, and the peer's own.
    pub verified: u64,
    /// How long it computed: the median of all runs.
    pub time: Duration,
}

/// What a handshake cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Which kind.
    pub kind: Kind,
    /// Round trips before the client's request can leave.
    pub round_trips: u64,
    /// The client's part.
    pub client: End,
    /// The server's part.
    pub server: End,
    /// Octets of tickets that the server sent behind it.
    pub tickets: u64,
}

/// What is asked for, once the keys are there.
const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n";

/// Counts signatures on their way to somebody who makes or checks them.
struct Counted<T> {
    inner: T,
    count: Arc<AtomicU64>,
}

impl Signer for Counted<SigningKey> {
    fn schemes(&self) -> Vec<SignatureScheme> {
        Signer::schemes(&self.inner)
    }

    fn sign(&self, scheme: SignatureScheme, message: &[u8]) -> Option<Vec<u8>> {
        self.count.fetch_add(1, Ordering::Relaxed);
        Signer::sign(&self.inner, scheme, message)
    }
}

impl Counted<Verifier> {
    /// One signature on each certificate of the path but the root, whose own nobody checks.
    fn path(&self, path: &x509::Path) {
        let links = path.certificates().len().saturating_sub(1);
        self.count.fetch_add(links as u64, Ordering::Relaxed);
    }
}

impl CertificateVerifier for Counted<Verifier> {
    fn verify_server(
        &self,
        chain: &[Certificate],
        name: &ServerName,
        time: UnixTime,
    ) -> Result<(), Refusal> {
        let path = self.inner.verify_server(chain, name, time);
        path.map(|path| self.path(&path)).map_err(|refused| Refusal::from(&refused))
    }

    fn verify_client(&self, chain: &[Certificate], time: UnixTime) -> Result<(), Refusal> {
        let path = self.inner.verify_client(chain, time);
        path.map(|path| self.path(&path)).map_err(|refused| Refusal::from(&refused))
    }

    fn verify_signature(
        &self,
        key: &PublicKey,
        scheme: SignatureScheme,
        message: &[u8],
        signature: &[u8],
    ) -> bool {
        self.count.fetch_add(1, Ordering::Relaxed);
        self.inner.verify_signature(key, scheme, message, signature)
    }
}

/// Takes tickets, as everybody does, and loses them: each meeting is the first.
struct Forgetful;

impl SessionStore for Forgetful {
    fn put(&self, _: &str, _: Ticket) {}

    fn take(&self, _: &str) -> Option<Ticket> {
        None
    }
}

/// Two ends that can meet again and again.
struct Stage {
    client: Arc<ClientConfig>,
    server: Arc<ServerConfig>,
    name: ServerName,
    now: Moment,
    /// Signatures made and checked: by the client, by the server.
    counts: [[Arc<AtomicU64>; 2]; 2],
}

impl Stage {
    fn new(kind: Kind) -> Result<Self, Error> {
        let now = Moment { instant: Instant::now(), time: SystemTime::now().into() };
        let name = ServerName::parse("localhost").map_err(|_| Error::Unmet("the name"))?;
        let validity = Validity::from_now(now.time, 13);
        let root = Authority::root("Lab", SigningKey::generate_p256()?, validity, Serial(1))?;
        let counts: [[Arc<AtomicU64>; 2]; 2] = Default::default();
        let [client_counts, server_counts] = &counts;
        let identity = |usage, serial, count: &Arc<AtomicU64>| -> Result<_, Error> {
            let key = SigningKey::generate_p256()?;
            let names = std::slice::from_ref(&name);
            let own = root.issue(key.public_key(), names, usage, validity, Serial(serial))?;
            let signer = Box::new(Counted { inner: key, count: Arc::clone(count) });
            Ok(Arc::new(CertifiedKey::new(vec![own], signer)?))
        };
        let verifier = |count: &Arc<AtomicU64>| {
            let inner = Verifier::new(Roots::from_iter([root.certificate().clone()]));
            Arc::new(Counted { inner, count: Arc::clone(count) })
        };
        let [signed, verified] = client_counts;
        let mut client = ClientConfig::new(verifier(verified));
        client.alpn = vec![b"http/1.1".to_vec()];
        client.sessions = Some(if kind.resumes() {
            Arc::new(MemorySessions::default())
        } else {
            Arc::new(Forgetful)
        });
        client.early_data = kind == Kind::EarlyData;
        if kind == Kind::ClientCertificate {
            client.certificates = Some(Arc::new(identity(Usage::Client, 2, signed)?));
        }
        let [signed, verified] = server_counts;
        let mut server = ServerConfig::new(Arc::new(identity(Usage::Server, 3, signed)?));
        server.alpn = vec![b"http/1.1".to_vec()];
        server.tickets = Some(Arc::new(MemoryTickets::default()));
        server.early_data = if kind == Kind::EarlyData { 16_384 } else { 0 };
        if kind == Kind::Retried {
            server.groups = vec![NamedGroup::SECP256R1];
        }
        if kind == Kind::ClientCertificate {
            server.client_auth = ClientAuth::Required(verifier(verified));
        }
        Ok(Self { client: Arc::new(client), server: Arc::new(server), name, now, counts })
    }
}

/// Runs each kind `times` times; of the times that it took, the median counts.
///
/// # Errors
/// See [`Error`].
pub fn costs(times: usize) -> Result<Vec<Cost>, Error> {
    Kind::ALL.into_iter().map(|kind| cost(kind, times.max(1))).collect()
}

fn cost(kind: Kind, times: usize) -> Result<Cost, Error> {
    let stage = Stage::new(kind)?;
    let mut runs = Vec::new();
    for _ in 0..times {
        if kind.resumes() {
            // Only for its tickets.
            Run::whole(&stage)?;
        }
        let (cost, resumed) = Run::whole(&stage)?;
        if resumed != kind.resumes() {
            return Err(Error::Unmet("a resumption, where there is a ticket,"));
        }
        runs.push(cost);
    }
    let median = |times: fn(&Cost) -> Duration| {
        let mut all: Vec<Duration> = runs.iter().map(times).collect();
        all.sort_unstable();
        all.get(all.len() / 2).copied().unwrap_or_default()
    };
    let (client, server) = (median(|run| run.client.time), median(|run| run.server.time));
    let mut cost = runs.pop().ok_or(Error::Unmet("a run"))?;
    (cost.client.time, cost.server.time, cost.kind) = (client, server, kind);
    Ok(cost)
}

/// One handshake under way.
struct Run {
    client: Connection,
    server: Connection,
    cost: Cost,
    /// Whether each end says that the handshake is done; whether the request is out, and in.
    done: [bool; 2],
    asked: bool,
    heard: usize,
}

impl Run {
    /// What it cost, and whether a ticket was taken.
    fn whole(stage: &Stage) -> Result<(Cost, bool), Error> {
        stage.counts.iter().flatten().for_each(|count| count.store(0, Ordering::Relaxed));
        let random = || Box::new(SystemRandom);
        let now = stage.now;
        let begun = Instant::now();
        let (config, name) = (Arc::clone(&stage.client), stage.name.clone());
        let client = Connection::client(config, name, random(), now)?;
        let client_time = begun.elapsed();
        let begun = Instant::now();
        let server = Connection::server(Arc::clone(&stage.server), random(), now);
        let server_end = End { time: begun.elapsed(), ..End::default() };
        let cost = Cost {
            kind: Kind::Full,
            round_trips: 0,
            client: End { time: client_time, ..End::default() },
            server: server_end,
            tickets: 0,
        };
        let mut run = Self { client, server, cost, done: [false; 2], asked: false, heard: 0 };
        while !run.is_over() {
            run.up(stage)?;
            if !run.is_over() {
                run.down(stage)?;
            }
        }
        // The tickets come when nobody waits for them any more.
        run.down(stage)?;
        let [[client_signed, client_verified], [server_signed, server_verified]] = stage
            .counts
            .each_ref()
            .map(|end| end.each_ref().map(|one| one.load(Ordering::Relaxed)));
        (run.cost.client.signed, run.cost.client.verified) = (client_signed, client_verified);
        (run.cost.server.signed, run.cost.server.verified) = (server_signed, server_verified);
        Ok((run.cost, run.client.summary().resumed))
    }

    /// Whether both ends are done, and the request has come.
    fn is_over(&self) -> bool {
        self.done == [true; 2] && self.heard >= REQUEST.len()
    }

    /// The client speaks: its flight, and the request as soon as it may.
    fn up(&mut self, stage: &Stage) -> Result<(), Error> {
        let begun = Instant::now();
        let mut octets = sent(&mut self.client, stage);
        self.cost.client.octets += octets.len() as u64;
        if !self.asked && self.client.early_data_room() > 0 {
            self.asked = self.client.send_early(REQUEST)? == REQUEST.len();
        } else if !self.asked && self.done[0] {
            self.client.send(REQUEST)?;
            self.asked = true;
        }
        octets.extend(sent(&mut self.client, stage));
        self.cost.client.time += begun.elapsed();
        let begun = Instant::now();
        self.server.receive(&mut octets, stage.now.instant);
        while let Some(event) = self.server.poll_event() {
            match event {
                Event::HandshakeComplete(_) => self.done[1] = true,
                Event::Data { octets, .. } => self.heard += octets.len(),
                Event::Violation(error) => return Err(error.into()),
                _ => {}
            }
        }
        self.cost.server.time += begun.elapsed();
        Ok(())
    }

    /// The server answers.
    fn down(&mut self, stage: &Stage) -> Result<(), Error> {
        let begun = Instant::now();
        let mut octets = sent(&mut self.server, stage);
        self.cost.server.time += begun.elapsed();
        let length = octets.len() as u64;
        if self.done[1] {
            self.cost.tickets += length;
        } else {
            self.cost.server.octets += length;
        }
        if !self.asked {
            self.cost.round_trips += 1;
        }
        let begun = Instant::now();
        self.client.receive(&mut octets, stage.now.instant);
        while let Some(event) = self.client.poll_event() {
            match event {
                Event::HandshakeComplete(_) => self.done[0] = true,
                Event::Violation(error) => return Err(error.into()),
                _ => {}
            }
        }
        self.cost.client.time += begun.elapsed();
        Ok(())
    }
}

fn sent(connection: &mut Connection, stage: &Stage) -> Vec<u8> {
    let mut out = Output::new(usize::MAX);
    connection.poll_transmit(stage.now.instant, &mut out);
    out.take()
}
