//! What a conversation needs: keys, certificates, and what each end wants, told to either stack.

use rustls::RootCertStore;
use rustls::client::Resumption;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use std::sync::Arc;
use std::time::{Instant, SystemTime, UNIX_EPOCH};
use tls::{CertifiedKey, MemorySessions, MemoryTickets, Moment};
use wire::UnixTime;
use x509::issue::{Authority, Serial, Usage};
use x509::{Certificate, Roots, ServerName, SigningKey, Validity, Verifier};

/// What is spoken inside, in every conversation.
pub const ALPN: &[u8] = b"wirebook-test";

/// The host that the server's certificate names.
pub const HOST: &str = "localhost";

/// The system's randomness.
#[derive(Debug)]
pub struct SystemRandom(ring::rand::SystemRandom);

impl SystemRandom {
    /// As a connection wants it.
    pub fn boxed() -> Box<dyn wire::Random + Send> {
        Box::new(Self(ring::rand::SystemRandom::new()))
    }
}

impl wire::Random for SystemRandom {
    fn fill(&mut self, octets: &mut [u8]) {
        ring::rand::SecureRandom::fill(&self.0, octets).expect("the system has randomness");
    }
}

/// The present.
pub fn now() -> Moment {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let time = UnixTime(since.as_secs().try_into().unwrap_or(i64::MAX));
    Moment { instant: Instant::now(), time }
}

/// A certificate, the authority's behind it, and its key.
#[derive(Debug)]
pub struct Identity {
    certificate: Certificate,
    key: String,
}

impl Identity {
    /// For a server or a client, whose key this PEM file holds.
    pub fn new(authority: &Authority, key: &str, usage: Usage) -> Self {
        let public = SigningKey::from_pem(key.as_bytes()).expect("a key of ours");
        let names = [ServerName::parse(HOST).expect("a host's name")];
        let validity = Validity::from_now(now().time, 13);
        let made = authority.issue(public.public_key(), &names, usage, validity, Serial(7));
        Self { certificate: made.expect("a certificate of ours"), key: key.to_owned() }
    }

    /// As our configurations want it.
    pub fn ours(&self) -> Arc<CertifiedKey> {
        let key = SigningKey::from_pem(self.key.as_bytes()).expect("a key of ours");
        let key = CertifiedKey::new(vec![self.certificate.clone()], Box::new(key));
        Arc::new(key.expect("a short chain"))
    }

    fn theirs(&self) -> (Vec<CertificateDer<'static>>, PrivateKeyDer<'static>) {
        let chain = vec![CertificateDer::from(self.certificate.der().to_vec())];
        (chain, PrivateKeyDer::from_pem_slice(self.key.as_bytes()).expect("a key of theirs"))
    }
}

/// What both ends can do and want, whichever stack they are of.
#[derive(Debug, Clone)]
pub struct Stage {
    /// Whom both believe.
    pub root: Certificate,
    /// Who the server is.
    pub server: Arc<Identity>,
    /// Who the client is, where the server asks; it does so where this is known.
    pub client: Option<Arc<Identity>>,
    /// The one suite.
    pub suite: u16,
    /// The client's groups, the first with a public key at once.
    pub client_groups: Vec<u16>,
    /// The server's groups.
    pub server_groups: Vec<u16>,
    /// Whether tickets are made and used.
    pub tickets: bool,
    /// Octets of early data that the server takes.
    pub early_data: u32,
}

impl Stage {
    /// With a server of that key, AES-128-GCM, X25519, no tickets.
    pub fn new(server_key: &str) -> Self {
        let authority = authority();
        Self {
            root: authority.certificate().clone(),
            server: Arc::new(Identity::new(&authority, server_key, Usage::Server)),
            client: None,
            suite: tls::Suite::Aes128GcmSha256.number(),
            client_groups: vec![tls::NamedGroup::X25519.0, tls::NamedGroup::SECP256R1.0],
            server_groups: vec![tls::NamedGroup::X25519.0, tls::NamedGroup::SECP256R1.0],
            tickets: false,
            early_data: 0,
        }
    }

    /// With a client that says who it is, and a server that wants to know.
    pub fn asking(server_key: &str, client_key: &str) -> Self {
        let authority = authority();
        Self {
            root: authority.certificate().clone(),
            server: Arc::new(Identity::new(&authority, server_key, Usage::Server)),
            client: Some(Arc::new(Identity::new(&authority, client_key, Usage::Client))),
            ..Self::new(server_key)
        }
    }

    /// A configuration of our client.
    pub fn our_client(&self) -> tls::ClientConfig {
        let mut config = tls::ClientConfig::new(Arc::new(self.verifier()));
        config.alpn = vec![ALPN.to_vec()];
        config.suites = suites(self.suite);
        config.groups = self.client_groups.iter().copied().map(tls::NamedGroup).collect();
        if self.tickets {
            config.sessions = Some(Arc::new(MemorySessions::default()));
            config.early_data = true;
        }
        if let Some(client) = &self.client {
            config.certificates = Some(Arc::new(client.ours()));
        }
        config
    }

    /// A configuration of our server.
    pub fn our_server(&self) -> tls::ServerConfig {
        let mut config = tls::ServerConfig::new(Arc::new(self.server.ours()));
        config.alpn = vec![ALPN.to_vec()];
        config.suites = suites(self.suite);
        config.groups = self.server_groups.iter().copied().map(tls::NamedGroup).collect();
        if self.tickets {
            config.tickets = Some(Arc::new(MemoryTickets::default()));
        }
        config.early_data = self.early_data;
        if self.client.is_some() {
            config.client_auth = tls::ClientAuth::Required(Arc::new(self.verifier()));
        }
        config
    }

    fn verifier(&self) -> Verifier {
        Verifier::new(Roots::from_iter([self.root.clone()]))
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(CertificateDer::from(self.root.der().to_vec())).expect("a root of theirs");
        roots
    }

    /// rustls' primitives, of which only those of this stage are left.
    fn provider(&self, groups: &[u16]) -> Arc<rustls::crypto::CryptoProvider> {
        let mut provider = rustls::crypto::ring::default_provider();
        provider.cipher_suites.retain(|suite| u16::from(suite.suite()) == self.suite);
        let known = std::mem::take(&mut provider.kx_groups);
        provider.kx_groups = groups
            .iter()
            .filter_map(|number| known.iter().find(|group| u16::from(group.name()) == *number))
            .copied()
            .collect();
        Arc::new(provider)
    }

    /// A configuration of rustls' client.
    pub fn their_client(&self) -> rustls::ClientConfig {
        let provider = self.provider(&self.client_groups);
        let builder = rustls::ClientConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("a suite of TLS 1.3")
            .with_root_certificates(self.roots());
        let mut config = match &self.client {
            None => builder.with_no_client_auth(),
            Some(client) => {
                let (chain, key) = client.theirs();
                builder.with_client_auth_cert(chain, key).expect("a key of theirs")
            }
        };
        config.alpn_protocols = vec![ALPN.to_vec()];
        config.enable_early_data = self.tickets;
        if !self.tickets {
            config.resumption = Resumption::disabled();
        }
        config
    }

    /// A configuration of rustls' server.
    pub fn their_server(&self) -> rustls::ServerConfig {
        let provider = self.provider(&self.server_groups);
        let builder = rustls::ServerConfig::builder_with_provider(provider.clone())
            .with_protocol_versions(&[&rustls::version::TLS13])
            .expect("a suite of TLS 1.3");
        let builder = match &self.client {
            None => builder.with_no_client_auth(),
            Some(_) => {
                let roots = Arc::new(self.roots());
                let verifier = WebPkiClientVerifier::builder_with_provider(roots, provider);
                builder.with_client_cert_verifier(verifier.build().expect("a root"))
            }
        };
        let (chain, key) = self.server.theirs();
        let mut config = builder.with_single_cert(chain, key).expect("a key of theirs");
        config.alpn_protocols = vec![ALPN.to_vec()];
        config.max_early_data_size = self.early_data;
        if !self.tickets {
            config.send_tls13_tickets = 0;
        }
        config
    }
}

fn authority() -> Authority {
    let key = SigningKey::generate_p256().expect("the system has randomness");
    let validity = Validity::from_now(now().time, 30);
    Authority::root("A root for tests", key, validity, Serial(1)).expect("a certificate of ours")
}

fn suites(number: u16) -> Vec<tls::Suite> {
    tls::Suite::from_number(number).into_iter().collect()
}
