//! What a server asks a client to remember and to say again.
//!
//! RFC 6265, as its revision (6265bis) has it
//!
//! ```text
//! Set-Cookie: SID=31d4d96e407aad42; Path=/; Secure; HttpOnly; Max-Age=3600
//!             \_________________/   \_________________________________/
//!             name and value         attributes: when to say it again
//! Cookie: SID=31d4d96e407aad42; lang=ko
//! ```
//!
//! | module        | does                                                             |
//! |---------------|------------------------------------------------------------------|
//! | `set_cookie`  | reads one Set-Cookie field (6265bis §5.6)                        |
//! | `date`        | reads the many dates that Expires holds (§5.1.1)                 |
//! | `rules`       | domain-match, path-match, default path (§5.1.3, §5.1.4)          |
//! | `jar`         | stores and chooses (§5.7, §5.8)                                  |
//! | `file`        | the file of cookies that curl and Netscape write                 |
//!
//! There is no list of public suffixes here. What stands in for it: a cookie for a whole top-level
//! domain (a single label, such as `kr`) and for an address is refused. A cookie for `co.kr` is
//! taken, which a browser would refuse; so do not share one jar between parties that must not
//! meet.
//!
//! Used by: `client`'s session; a server's handler reads Cookie with [`pairs`].

mod date;
mod file;
mod jar;
mod rules;
mod set_cookie;

pub use date::parse as parse_date;
pub use file::{FileError, read, write};
pub use jar::{Jar, Refused, Site};
pub use rules::{default_path, domain_match, path_match};
pub use set_cookie::SetCookie;

use crate::header::list;
use wire::UnixTime;

/// To which requests from elsewhere a cookie goes (6265bis §5.6.7).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum SameSite {
    /// Not said; treated as Lax.
    #[default]
    Default,
    /// All, but only over TLS.
    None,
    /// Those that lead there and change nothing.
    Lax,
    /// None.
    Strict,
}

/// A cookie in a jar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cookie {
    /// May be empty: `Set-Cookie: value` has no name.
    pub name: String,
    /// Octets as they came; a cookie need not be UTF-8, and quotes belong to it.
    pub value: Vec<u8>,
    /// In lower case, without a dot in front.
    pub domain: String,
    /// Begins with `/`.
    pub path: String,
    /// When it ends; nothing for one that ends with the session.
    pub expires: Option<UnixTime>,
    /// Whether it goes to `domain` alone and not to what lies under it.
    pub host_only: bool,
    /// Whether it goes over TLS (or loopback) alone.
    pub secure: bool,
    /// Whether scripts are not to see it. There are none here; files keep the mark.
    pub http_only: bool,
    /// To which requests from elsewhere it goes.
    pub same_site: SameSite,
}

/// The cookies of a Cookie field, names and values as they stand (RFC 6265 §4.2.1). A part without
/// `=` is a value without a name.
pub fn pairs(value: &[u8]) -> impl Iterator<Item = (&[u8], &[u8])> {
    value.split(|octet| *octet == b';').map(list::trim).filter(|part| !part.is_empty()).map(
        |part| match part.iter().position(|octet| *octet == b'=') {
            Some(at) => {
                let (name, rest) = part.split_at_checked(at).unwrap_or((part, &[]));
                (list::trim(name), list::trim(rest.get(1..).unwrap_or_default()))
            }
            None => ([].as_slice(), part),
        },
    )
}
