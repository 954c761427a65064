//! Digest: the client proves that it knows the password without sending it.
//!
//! RFC 7616 §3.4
//!
//! ```text
//! H(x)      = SHA-256(x) or SHA-512/256(x), as lower-case hexadecimal digits
//! A1        = username ":" realm ":" password
//! A1 (sess) = H(A1) ":" nonce ":" cnonce
//! A2        = method ":" target
//! response  = H( H(A1) ":" nonce ":" nc ":" cnonce ":" "auth" ":" H(A2) )
//! ```
//!
//! The nonce is the server's, so that an answer overheard is of no use later; `nc` counts the
//! answers to one nonce, so that the server notices a copy; `cnonce` is ours, so that the server
//! cannot choose all that we hash.
//!
//! Invariant: the password leaves this module only inside a hash.
//!
//! Not here, on purpose: MD5 (broken, and `ring` has none) and `auth-int`, which would have to hash
//! the content before the first octet of it is sent.
//!
//! Users: [`super::auth`].

use http::auth::Challenge;
use ring::digest::{self, Algorithm};
use std::fmt::Write;

/// A hash that a challenge can ask for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hash {
    /// `SHA-256`.
    Sha256,
    /// `SHA-512-256`: SHA-512 with other initial values, cut to 256 bits.
    Sha512_256,
}

impl Hash {
    /// The name in a challenge and in its answer.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Sha256 => "SHA-256",
            Self::Sha512_256 => "SHA-512-256",
        }
    }

    fn algorithm(self) -> &'static Algorithm {
        match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha512_256 => &digest::SHA512_256,
        }
    }

    /// H(parts joined by `:`).
    fn of(self, parts: &[&str]) -> String {
        let hash = digest::digest(self.algorithm(), parts.join(":").as_bytes());
        wire::hex::encode(hash.as_ref())
    }
}

/// A challenge that can be answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Digest {
    realm: String,
    nonce: String,
    opaque: Option<String>,
    hash: Hash,
    /// `-sess`: H(A1) covers the nonces too.
    session: bool,
    /// `qop="auth"` was offered; without it the older form of RFC 2069 is answered.
    counted: bool,
    /// The server wants the user's name hashed.
    hashed_user: bool,
    /// The nonce was right but is too old: try again with this one.
    pub stale: bool,
    /// Answers given to this nonce.
    count: u32,
}

/// What makes a challenge unanswerable.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unanswerable {
    /// RFC 7616 §3.3: `algorithm` names a hash that is not here; absent, it means MD5.
    #[error("the server asks for Digest with {0}, and this client knows SHA-256 and SHA-512-256")]
    Algorithm(String),
    /// RFC 7616 §3.3: `qop` offers no `auth`.
    #[error("the server asks for Digest with qop {0:?}, and this client knows \"auth\"")]
    Protection(String),
    /// RFC 7616 §3.3: a challenge must have these.
    #[error("the server's Digest challenge has no {0}")]
    Missing(&'static str),
}

impl Digest {
    /// Reads a challenge of the scheme `digest`.
    ///
    /// # Errors
    /// [`Unanswerable`].
    pub fn read(challenge: &Challenge) -> Result<Self, Unanswerable> {
        let text = |name| challenge.parameter(name).map(str::to_owned);
        let algorithm = challenge.parameter("algorithm").unwrap_or("MD5").to_ascii_uppercase();
        let (base, session) =
            algorithm.strip_suffix("-SESS").map_or((&*algorithm, false), |base| (base, true));
        let hash = match base {
            "SHA-256" => Hash::Sha256,
            "SHA-512-256" => Hash::Sha512_256,
            _ => return Err(Unanswerable::Algorithm(algorithm)),
        };
        let counted = match challenge.parameter("qop") {
            None => false,
            Some(list) if list.split(',').any(|q| q.trim().eq_ignore_ascii_case("auth")) => true,
            Some(list) => return Err(Unanswerable::Protection(list.to_owned())),
        };
        let flag = |name| challenge.parameter(name).is_some_and(|v| v.eq_ignore_ascii_case("true"));
        Ok(Self {
            realm: text("realm").ok_or(Unanswerable::Missing("realm"))?,
            nonce: text("nonce").ok_or(Unanswerable::Missing("nonce"))?,
            opaque: text("opaque"),
            hash,
            session,
            counted,
            hashed_user: flag("userhash"),
            stale: flag("stale"),
            count: 0,
        })
    }

    /// The hash that the server chose.
    pub fn hash(&self) -> Hash {
        self.hash
    }

    // ANCHOR: answer
    /// The value of `Authorization` for one request. `target` is the request target exactly as it
    /// goes on the wire; `cnonce` must be a random text that needs no escaping in quotes.
    pub fn answer(
        &mut self,
        user: &str,
        password: &str,
        method: &str,
        target: &str,
        cnonce: &str,
    ) -> String {
        self.count = self.count.saturating_add(1);
        let (hash, nonce, count) = (self.hash, &*self.nonce, format!("{:08x}", self.count));
        let mut secret = hash.of(&[user, &self.realm, password]);
        if self.session {
            secret = hash.of(&[&secret, nonce, cnonce]);
        }
        let asked = hash.of(&[method, target]);
        let response = if self.counted {
            hash.of(&[&secret, nonce, &count, cnonce, "auth", &asked])
        } else {
            hash.of(&[&secret, nonce, &asked])
        };
        let mut value = String::from("Digest ");
        self.write_user(&mut value, user);
        write_quoted(&mut value, ", realm", &self.realm);
        write_quoted(&mut value, ", nonce", nonce);
        write_quoted(&mut value, ", uri", target);
        write_quoted(&mut value, ", response", &response);
        value.push_str(", algorithm=");
        value.push_str(self.hash.name());
        value.push_str(if self.session { "-sess" } else { "" });
        if self.counted || self.session {
            write_quoted(&mut value, ", cnonce", cnonce);
        }
        if self.counted {
            value.push_str(", qop=auth, nc=");
            value.push_str(&count);
        }
        if let Some(opaque) = &self.opaque {
            write_quoted(&mut value, ", opaque", opaque);
        }
        value
    }
    // ANCHOR_END: answer

    /// The name hashed, quoted, or, where quotes cannot hold it, extended (RFC 7616 §3.4.4).
    fn write_user(&self, value: &mut String, user: &str) {
        if self.hashed_user {
            write_quoted(value, "username", &self.hash.of(&[user, &self.realm]));
            value.push_str(", userhash=true");
        } else if user.bytes().all(|octet| matches!(octet, b' '..=b'~')) {
            write_quoted(value, "username", user);
        } else {
            value.push_str("username*=UTF-8''");
            for octet in user.bytes() {
                match octet {
                    b'0'..=b'9' | b'A'..=b'Z' | b'a'..=b'z' => value.push(char::from(octet)),
                    // Writing to a String cannot fail.
                    _ => drop(write!(value, "%{octet:02X}")),
                }
            }
        }
    }
}

/// `name="value"`, with `"` and `\` escaped.
fn write_quoted(out: &mut String, name: &str, value: &str) {
    out.push_str(name);
    out.push_str("=\"");
    for character in value.chars() {
        if matches!(character, '"' | '\\') {
            out.push('\\');
        }
        out.push(character);
    }
    out.push('"');
}
