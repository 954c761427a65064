//! The fields of one request, from all who have a say in it.
//!
//! RFC 9110 §7.2 (Host first), RFC 6265 §5.4 (one Cookie field)
//!
//! ```text
//! once, when the request begins       merge      defaults · the caller's
//! for each request of the chain       compose    Host · Proxy-Authorization · Authorization ·
//!                                                what was merged · Cookie
//! ```
//!
//! The defaults are merged before the first request, not with each: a default `Authorization` is as
//! much the first origin's as one that the caller set for this request, and what a redirect strips
//! must not come back with the next.
//!
//! Invariant: the caller's field of a name keeps out the default of that name; a field set by hand
//! keeps out what credentials would make; `Host` and `Cookie` are one field each, the jar's
//! cookies in front of the caller's, as curl has them.
//!
//! Users: [`super::send`].

use crate::Error;
use http::{HeaderMap, HeaderName, HeaderValue, Uri};

/// Who has a say.
pub(super) struct Sources<'a> {
    pub(super) url: &'a Uri,
    /// What [`merge`] made, and redirects left of it.
    pub(super) own: &'a HeaderMap,
    pub(super) authorization: Option<&'a str>,
    pub(super) proxy_authorization: Option<&'a str>,
    pub(super) cookies: Option<&'a [u8]>,
}

/// The defaults that `own` does not replace and nobody asked to leave out, then `own`.
pub(super) fn merge(defaults: &HeaderMap, own: &HeaderMap, without: &[String]) -> HeaderMap {
    let unwanted = |name: HeaderName<'_>| {
        without.iter().any(|without| without.eq_ignore_ascii_case(name.as_str()))
    };
    let mut headers = HeaderMap::new();
    let kept = defaults.into_iter().filter(|(name, _)| !own.contains(*name) && !unwanted(*name));
    for (name, value) in kept.chain(own) {
        headers.append(name, value);
    }
    headers
}

/// The fields in the order of the wire.
///
/// # Errors
/// [`Error::Field`] for a value that a field cannot hold, such as a token with a line break.
pub(super) fn compose(sources: &Sources<'_>) -> Result<HeaderMap, Error> {
    let own = sources.own;
    let mut headers = HeaderMap::new();
    let default_host = sources.url.host_field();
    let host = own.get(HeaderName::HOST);
    add(
        &mut headers,
        HeaderName::HOST,
        host.map_or(default_host.as_bytes(), |host| host.as_bytes()),
    )?;
    for (name, value) in [
        (HeaderName::PROXY_AUTHORIZATION, sources.proxy_authorization),
        (HeaderName::AUTHORIZATION, sources.authorization),
    ] {
        if let Some(value) = value.filter(|_| !own.contains(name)) {
            add(&mut headers, name, value.as_bytes())?;
        }
    }
    for (name, value) in own {
        if name != HeaderName::HOST && name != HeaderName::COOKIE {
            headers.append(name, value);
        }
    }
    let own_cookies = own.get_all(HeaderName::COOKIE).map(|value| value.as_bytes());
    let cookies: Vec<&[u8]> = sources.cookies.into_iter().chain(own_cookies).collect();
    if !cookies.is_empty() {
        add(&mut headers, HeaderName::COOKIE, &cookies.join(b"; ".as_slice()))?;
    }
    Ok(headers)
}

fn add(headers: &mut HeaderMap, name: HeaderName<'_>, value: &[u8]) -> Result<(), Error> {
    let field = |source| Error::Field { name: name.as_str().to_owned(), source };
    headers.append(name, HeaderValue::new(value).map_err(field)?);
    Ok(())
}
