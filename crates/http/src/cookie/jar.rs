//! Where cookies are kept, and which go with a request.
//!
//! RFC 6265 §5.3, §5.4; 6265bis §5.7, §5.8
//!
//! ```text
//! Set-Cookie ─► may this host set it? ─► replaces the one of equal name, domain and path
//!                                          │ too many? expired first, then the least used of late
//!                                          ▼
//! request    ◄─ host, path, TLS, site match ◄─ jar:  longest path first, then the oldest
//! ```
//!
//! Invariant: no two cookies in a jar have name, domain, host-only mark and path in common.
//!
//! Invariant: a jar never holds more than its limits, whatever servers send.

use super::{
    Cookie, SameSite, SetCookie,
    rules::{default_path, domain_match, is_address, is_trustworthy, path_match},
};
use crate::{Limits, Method, Uri, uri::Host};
use wire::UnixTime;

/// Where a request comes from, for SameSite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Site {
    /// From the same site, or from a person who typed the address.
    #[default]
    Same,
    /// From another site, which leads there: a link or a redirect.
    Navigation,
    /// From another site in any other way.
    Cross,
}

/// Why a cookie was not stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// 6265bis §5.6: the field holds no cookie, or one that is too large.
    #[error("no cookie, or one that is too large")]
    Unreadable,
    /// 6265bis §5.7: not the host's own domain, or a whole top-level domain.
    #[error("the domain is not the host's, or is a whole top-level domain")]
    Domain,
    /// 6265bis §5.7: Secure, but not over TLS; or it would hide one that is.
    #[error("a Secure cookie may not be set or replaced without TLS")]
    NotSecure,
    /// 6265bis §5.7: `SameSite=None` without Secure.
    #[error("SameSite=None needs Secure")]
    SameSite,
    /// 6265bis §4.1.3: `__Secure-` or `__Host-` without what the prefix promises.
    #[error("the name's prefix promises what the attributes do not keep")]
    Prefix,
}

#[derive(Debug, Clone)]
struct Entry {
    cookie: Cookie,
    /// Numbers in the order of creation and of use; a clock could give two the same second.
    created: u64,
    used: u64,
}

/// Cookies of one user.
#[derive(Debug, Clone, Default)]
pub struct Jar {
    entries: Vec<Entry>,
    limits: Limits,
    clock: u64,
}

impl Jar {
    /// An empty jar with these limits.
    pub fn new(limits: &Limits) -> Self {
        Self { limits: *limits, ..Self::default() }
    }

    /// Stores what a Set-Cookie field of an answer for `uri` says.
    ///
    /// # Errors
    /// [`Refused`] where it may not be stored; nothing has changed then but that what is over is
    /// forgotten.
    // ANCHOR: store
    pub fn store(&mut self, set_cookie: &[u8], uri: &Uri, now: UnixTime) -> Result<(), Refused> {
        self.sweep(now);
        let set = SetCookie::parse(set_cookie, now, &self.limits).ok_or(Refused::Unreadable)?;
        let host = uri.host().map(Host::to_string).ok_or(Refused::Domain)?;
        let (domain, host_only) = domain_of(&set.domain, &host)?;
        let trustworthy = is_trustworthy(uri);
        if set.secure && !trustworthy {
            return Err(Refused::NotSecure);
        }
        let path = set.path.clone().unwrap_or_else(|| default_path(uri).to_owned());
        if !set.secure && !trustworthy && self.hides_secure(&set.name, &domain, &path) {
            return Err(Refused::NotSecure);
        }
        if set.same_site == SameSite::None && !set.secure {
            return Err(Refused::SameSite);
        }
        check_prefix(&set, host_only)?;
        self.insert(
            Cookie {
                name: set.name,
                value: set.value,
                domain,
                path,
                expires: set.expires,
                host_only,
                secure: set.secure,
                http_only: set.http_only,
                same_site: set.same_site,
            },
            now,
        );
        Ok(())
    }
    // ANCHOR_END: store

    /// Puts a cookie in that was checked before, such as one from a file. One that is over removes
    /// its predecessor and is not kept.
    pub fn insert(&mut self, cookie: Cookie, now: UnixTime) {
        self.clock += 1;
        let mut created = self.clock;
        self.entries.retain(|entry| {
            let same = is_same(&entry.cookie, &cookie);
            if same {
                // A new value does not make a cookie younger (6265bis §5.7, step 23).
                created = entry.created;
            }
            !same
        });
        if cookie.expires.is_some_and(|expires| expires <= now) {
            return;
        }
        let domain = cookie.domain.clone();
        self.entries.push(Entry { cookie, created, used: self.clock });
        self.evict(&domain, now);
    }

    /// The value of the Cookie field for a request from the same site; nothing where none goes with
    /// it.
    pub fn header(&mut self, uri: &Uri, now: UnixTime) -> Option<Vec<u8>> {
        self.header_from(Site::Same, &Method::Get, uri, now)
    }

    /// The value of the Cookie field for a request of `method` that comes from `site`. Cookies that
    /// no longer fit into [`Limits::cookie_field`] stay at home.
    pub fn header_from(
        &mut self,
        site: Site,
        method: &Method,
        uri: &Uri,
        now: UnixTime,
    ) -> Option<Vec<u8>> {
        let host = uri.host()?.to_string();
        let path = if uri.path().is_empty() { "/" } else { uri.path() };
        let trustworthy = is_trustworthy(uri);
        self.clock += 1;
        let clock = self.clock;
        let mut going: Vec<&mut Entry> = self
            .entries
            .iter_mut()
            .filter(|Entry { cookie, .. }| {
                let domain = match cookie.host_only {
                    true => host == cookie.domain,
                    false => domain_match(&host, &cookie.domain),
                };
                domain
                    && path_match(path, &cookie.path)
                    && (trustworthy || !cookie.secure)
                    && goes_from(site, method, cookie.same_site)
                    && cookie.expires.is_none_or(|expires| expires > now)
            })
            .collect();
        going.sort_by_key(|entry| (std::cmp::Reverse(entry.cookie.path.len()), entry.created));
        let mut field = Vec::new();
        for entry in going {
            let (name, value) = (entry.cookie.name.as_bytes(), &entry.cookie.value);
            let more = name.len() + value.len() + "; =".len();
            if field.len() + more > self.limits.cookie_field {
                continue;
            }
            entry.used = clock;
            if !field.is_empty() {
                field.extend_from_slice(b"; ");
            }
            field.extend_from_slice(name);
            if !name.is_empty() {
                field.push(b'=');
            }
            field.extend_from_slice(value);
        }
        (!field.is_empty()).then_some(field)
    }

    /// All cookies, the oldest first.
    pub fn iter(&self) -> impl Iterator<Item = &Cookie> {
        let mut all: Vec<&Entry> = self.entries.iter().collect();
        all.sort_by_key(|entry| entry.created);
        all.into_iter().map(|entry| &entry.cookie)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// Forgets all.
    pub fn clear(&mut self) {
        self.entries.clear();
    }

    /// Forgets what ends with the session, as a browser that is closed does.
    pub fn end_session(&mut self) {
        self.entries.retain(|entry| entry.cookie.expires.is_some());
    }

    /// Whether a cookie that came without TLS would stand before one that needs it
    /// (6265bis §5.7, step 13).
    fn hides_secure(&self, name: &str, domain: &str, path: &str) -> bool {
        self.entries.iter().map(|entry| &entry.cookie).any(|other| {
            other.secure
                && other.name == name
                && (domain_match(&other.domain, domain) || domain_match(domain, &other.domain))
                && path_match(path, &other.path)
        })
    }

    /// Forgets what is over: it must not hide or displace anything (6265bis §5.7).
    fn sweep(&mut self, now: UnixTime) {
        self.entries.retain(|entry| entry.cookie.expires.is_none_or(|expires| expires > now));
    }

    /// Makes room: what is over goes first, then, of those not marked Secure and then of all, what
    /// was used longest ago (6265bis §5.7).
    fn evict(&mut self, domain: &str, now: UnixTime) {
        let limits = self.limits;
        let here = self.entries.iter().filter(|entry| entry.cookie.domain == domain).count();
        if here <= limits.cookies_per_domain && self.entries.len() <= limits.cookies {
            return;
        }
        self.sweep(now);
        self.shrink(limits.cookies_per_domain, |cookie| cookie.domain == domain);
        self.shrink(limits.cookies, |_| true);
    }

    fn shrink(&mut self, most: usize, counts: impl Fn(&Cookie) -> bool) {
        loop {
            let those = || self.entries.iter().enumerate().filter(|(_, e)| counts(&e.cookie));
            if those().count() <= most {
                return;
            }
            let victim = those().min_by_key(|(_, entry)| (entry.cookie.secure, entry.used));
            let Some((index, _)) = victim else { return };
            self.entries.remove(index);
        }
    }
}

/// The domain that a cookie belongs to, and whether to it alone.
fn domain_of(attribute: &str, host: &str) -> Result<(String, bool), Refused> {
    if attribute.is_empty() || attribute == host {
        // An address and a single label have nothing under them that is theirs.
        let alone = attribute.is_empty() || is_address(host) || !host.contains('.');
        return Ok((host.to_owned(), alone));
    }
    if !attribute.contains('.') || is_address(attribute) || !domain_match(host, attribute) {
        return Err(Refused::Domain);
    }
    Ok((attribute.to_owned(), false))
}

/// What a name's prefix promises (6265bis §4.1.3); a prefix hidden in the value of a cookie without
/// a name promises the same to a server that splits at the first `=`.
fn check_prefix(set: &SetCookie, host_only: bool) -> Result<(), Refused> {
    let begins = |text: &[u8], prefix: &str| {
        text.get(..prefix.len()).is_some_and(|front| front.eq_ignore_ascii_case(prefix.as_bytes()))
    };
    let name = set.name.as_bytes();
    let hidden =
        name.is_empty() && (begins(&set.value, "__Secure-") || begins(&set.value, "__Host-"));
    let secure = begins(name, "__Secure-") && !set.secure;
    let host = begins(name, "__Host-")
        && !(set.secure && host_only && set.domain.is_empty() && set.path.as_deref() == Some("/"));
    if hidden || secure || host { Err(Refused::Prefix) } else { Ok(()) }
}

fn is_same(a: &Cookie, b: &Cookie) -> bool {
    a.name == b.name && a.domain == b.domain && a.host_only == b.host_only && a.path == b.path
}

/// Whether a cookie goes with a request from there (6265bis §5.8.3).
fn goes_from(site: Site, method: &Method, same_site: SameSite) -> bool {
    match (site, same_site) {
        (Site::Same, _) | (_, SameSite::None) => true,
        (Site::Navigation, SameSite::Lax | SameSite::Default) => method.is_safe(),
        (Site::Navigation, SameSite::Strict) | (Site::Cross, _) => false,
    }
}
