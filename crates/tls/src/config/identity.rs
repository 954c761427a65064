//! Who we are: a chain of certificates and the key that proves it, and which of several.
//!
//! RFC 8446 §4.4.2.2, §4.4.2.3, RFC 6066 §3

use crate::{
    Error, SignatureScheme,
    extension::Extensions,
    message::{self, CertificateEntry, Message},
};
use std::{collections::HashMap, fmt, sync::Arc};
use x509::{Certificate, DnsName, Scheme, SigningKey};

/// Signs handshakes with a private key, wherever that is.
pub trait Signer: Send + Sync {
    /// The schemes that the key can sign with, the best first.
    fn schemes(&self) -> Vec<SignatureScheme>;

    /// The signature over `message`; `None` where it cannot be made.
    fn sign(&self, scheme: SignatureScheme, message: &[u8]) -> Option<Vec<u8>>;
}

impl Signer for SigningKey {
    fn schemes(&self) -> Vec<SignatureScheme> {
        SigningKey::schemes(self).iter().filter_map(|one| one.code()).map(SignatureScheme).collect()
    }

    fn sign(&self, scheme: SignatureScheme, message: &[u8]) -> Option<Vec<u8>> {
        SigningKey::sign(self, Scheme::from_code(scheme.0)?, message).ok()
    }
}

/// A chain of certificates, our own first, and its key.
pub struct CertifiedKey {
    chain: Vec<Certificate>,
    signer: Box<dyn Signer>,
    schemes: Vec<SignatureScheme>,
    /// The Certificate message, made once: it is the longest of the handshake, and never changes.
    message: Vec<u8>,
}

impl fmt::Debug for CertifiedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CertifiedKey({} certificates, {:?})", self.chain.len(), self.schemes)
    }
}

impl CertifiedKey {
    /// Puts the two together. That the key is the first certificate's, the caller sees to.
    ///
    /// # Errors
    /// [`Error::TooLong`] for a chain that no Certificate message can hold.
    pub fn new(chain: Vec<Certificate>, signer: Box<dyn Signer>) -> Result<Self, Error> {
        let entry = |certificate: &Certificate| CertificateEntry {
            cert_data: certificate.der().to_vec(),
            extensions: Extensions::default(),
        };
        let mut message = Vec::new();
        Message::Certificate(message::Certificate {
            certificate_request_context: Vec::new(),
            certificate_list: chain.iter().map(entry).collect(),
        })
        .encode(&mut message)?;
        let schemes = signer.schemes();
        Ok(Self { chain, signer, schemes, message })
    }

    /// The chain, our own certificate first.
    pub fn chain(&self) -> &[Certificate] {
        &self.chain
    }

    /// The Certificate message of a handshake.
    pub(crate) fn message(&self) -> &[u8] {
        &self.message
    }

    /// The scheme to sign with, of those that the peer can verify.
    pub(crate) fn choose(&self, peer: &[SignatureScheme]) -> Option<SignatureScheme> {
        self.schemes.iter().copied().find(|scheme| peer.contains(scheme))
    }

    pub(crate) fn sign(&self, scheme: SignatureScheme, content: &[u8]) -> Result<Vec<u8>, Error> {
        self.signer.sign(scheme, content).ok_or(Error::Internal { what: "signing" })
    }
}

/// What somebody wants to see a certificate for.
#[derive(Debug, Clone, Copy)]
pub struct CertificateQuery<'a> {
    /// The server's name: at a server, the one that the client asks for, if it names one.
    pub server_name: Option<&'a str>,
    /// The signatures that the peer can verify.
    pub schemes: &'a [SignatureScheme],
    /// What may be spoken inside.
    pub alpn: &'a [Vec<u8>],
}

/// Finds a certificate. A server must have one, or it refuses; a client may have none.
pub trait CertificateResolver: Send + Sync {
    /// The certificate to show.
    fn resolve(&self, query: &CertificateQuery<'_>) -> Option<Arc<CertifiedKey>>;
}

/// One for all: whoever asks for another name sees by the certificate that it is not here.
impl CertificateResolver for Arc<CertifiedKey> {
    fn resolve(&self, _: &CertificateQuery<'_>) -> Option<Arc<CertifiedKey>> {
        Some(Arc::clone(self))
    }
}

/// Certificates by the names that clients ask for.
#[derive(Debug, Clone, Default)]
pub struct CertificatesByName {
    /// By name, in lower case: the name itself, or `*.` and what follows its first label.
    names: HashMap<String, Vec<Arc<CertifiedKey>>>,
    /// For clients that name nobody, or nobody here.
    fallback: Option<Arc<CertifiedKey>>,
}

impl CertificatesByName {
    /// None.
    pub fn new() -> Self {
        Self::default()
    }

    /// Shows `key` to whoever asks for `name`, which may begin with `*.`; of several, the first
    /// that can sign what the client can verify.
    pub fn add(&mut self, name: &str, key: Arc<CertifiedKey>) {
        self.names.entry(name.to_ascii_lowercase()).or_default().push(key);
    }

    /// Shows `key` to whoever names nobody, or nobody here.
    pub fn set_fallback(&mut self, key: Arc<CertifiedKey>) {
        self.fallback = Some(key);
    }
}

impl CertificateResolver for CertificatesByName {
    fn resolve(&self, query: &CertificateQuery<'_>) -> Option<Arc<CertifiedKey>> {
        let fits = |key: &&Arc<CertifiedKey>| key.choose(query.schemes).is_some();
        let name = query.server_name.and_then(DnsName::parse);
        let named = name.and_then(|name| {
            let wild = name.as_str().split_once('.').map(|(_, parent)| format!("*.{parent}"));
            let exact = self.names.get(name.as_str());
            let keys = exact.or_else(|| self.names.get(&wild?))?;
            keys.iter().find(fits).or_else(|| keys.first()).cloned()
        });
        named.or_else(|| self.fallback.clone())
    }
}
