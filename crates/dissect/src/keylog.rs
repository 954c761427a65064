//! A key log, and the records that it opens; [`quic`](crate::quic) opens packets with it.
//!
//! The format is NSS's: `LABEL <the ClientHello's random> <the secret>`, one line for each secret.
//!
//! A capture of one side does not say which suite was agreed on, and may hold several connections'
//! worth of lines beside it in the log. So a secret is tried, under each suite whose hash is as
//! long: a record's tag is right under the one key that sealed it, and under no other.
//!
//! Invariant: a record costs one try for each secret of the log at the most, three times over.
//!
//! Used by: [`dissect_opened`](crate::dissect_opened).

use tls::{
    Suite,
    record::{Head, Inside, Protection},
    schedule::{Hash, Secret},
};

/// Secrets read at most: a log that many browsers share would cost too many tries.
const MOST: usize = 256;

/// A line that is no line of a key log.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: not `LABEL <64 digits> <secret>` as NSS writes it")]
pub struct KeyLogError {
    /// Counted from 1.
    pub line: usize,
}

/// The secrets of some connections.
#[derive(Debug, Clone, Default)]
pub struct KeyLog {
    secrets: Vec<(String, Secret)>,
}

impl KeyLog {
    /// Reads a log; `#` begins a remark, and secrets that protect no records are passed over. Of a
    /// log with more than 256 secrets, the last count.
    ///
    /// # Errors
    /// [`KeyLogError`].
    pub fn read(text: &str) -> Result<Self, KeyLogError> {
        let mut secrets = Vec::new();
        for (line, content) in (1..).zip(text.lines()) {
            let content = content.trim();
            if content.is_empty() || content.starts_with('#') {
                continue;
            }
            let mut words = content.split_whitespace();
            let (label, random, secret) = (words.next(), words.next(), words.next());
            let octets = |word: Option<&str>| wire::hex::decode(word?).ok();
            let (Some(label), Some(random), Some(secret), None) =
                (label, octets(random), octets(secret), words.next())
            else {
                return Err(KeyLogError { line });
            };
            if random.len() != 32 {
                return Err(KeyLogError { line });
            }
            let hashes = [Hash::Sha256, Hash::Sha384];
            let secret = hashes.into_iter().find_map(|hash| Secret::new(hash, &secret));
            if let Some(secret) = secret.filter(|_| label.contains("TRAFFIC_SECRET")) {
                secrets.push((label.to_owned(), secret));
            }
        }
        secrets.drain(..secrets.len().saturating_sub(MOST));
        Ok(Self { secrets })
    }

    /// The secrets with their labels.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = (&str, &Secret)> {
        self.secrets.iter().map(|(label, secret)| (label.as_str(), secret))
    }

    /// Opens one side's records, from the first on.
    pub(crate) fn opener(&self) -> Opener<'_> {
        Opener { log: self, current: None }
    }
}

/// One side's records are opened, one after the other.
pub(crate) struct Opener<'a> {
    log: &'a KeyLog,
    /// The key that opened the record before.
    current: Option<Key>,
}

struct Key {
    name: String,
    suite: Suite,
    secret: Secret,
    protection: Protection,
}

impl Key {
    fn new(name: String, suite: Suite, secret: &Secret) -> Option<Self> {
        let protection = Protection::new(suite, secret).ok()?;
        Some(Self { name, suite, secret: secret.clone(), protection })
    }

    /// Opens a record, or leaves it as it was.
    fn open(&mut self, record: &mut [u8]) -> Option<Inside> {
        let (head, body) = record.split_first_chunk_mut::<{ Head::LENGTH }>()?;
        let mut copy = body.to_vec();
        let number = self.protection.records();
        let (kind, content) = self.protection.open(*head, &mut copy).ok()?;
        body.copy_from_slice(&copy);
        Some(Inside { kind, content, secret: format!("{}, record {number}", self.name) })
    }
}

impl Opener<'_> {
    /// Opens a record in place, if there is a secret for it.
    pub(crate) fn open(&mut self, record: &mut [u8]) -> Option<Inside> {
        if let Some(inside) = self.current.as_mut().and_then(|key| key.open(record)) {
            return Some(inside);
        }
        for (name, secret) in &self.log.secrets {
            for suite in Suite::ALL.into_iter().filter(|suite| suite.hash() == secret.hash()) {
                if let Some(inside) = self.try_key(Key::new(name.clone(), suite, secret), record) {
                    return Some(inside);
                }
            }
        }
        // Behind a KeyUpdate, the next secret is made of this one (§7.2).
        let key = self.current.as_ref()?;
        let name = format!("the secret after {}", key.name);
        let next = Key::new(name, key.suite, &key.secret.next());
        self.try_key(next, record)
    }

    fn try_key(&mut self, key: Option<Key>, record: &mut [u8]) -> Option<Inside> {
        let mut key = key?;
        let inside = key.open(record)?;
        self.current = Some(key);
        Some(inside)
    }
}
