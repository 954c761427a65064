//! Small fields that more than one crate writes or reads.
//!
//! RFC 9110 §10.2.1 (Allow), §12.5.5 (Vary), §10.2.3 (Retry-After)

use super::{HeaderMap, HeaderName, HeaderValue, list};
use crate::{Method, date};
use wire::UnixTime;

/// The value of an Allow field: these methods, and HEAD where there is GET.
pub fn allow(methods: &[Method]) -> String {
    let mut names: Vec<&str> = Vec::with_capacity(methods.len() + 1);
    for method in methods {
        let head = (*method == Method::Get).then_some(Method::Head.as_str());
        for name in std::iter::once(method.as_str()).chain(head) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
    }
    names.join(", ")
}

/// Says that the answer depends on the request's field `name`, beside the fields that Vary holds
/// already; `Vary: *` says all there is to say.
pub fn add_vary(headers: &mut HeaderMap, name: HeaderName<'_>) {
    let before = headers.combined(HeaderName::VARY).unwrap_or_default().into_owned();
    if list::contains(&before, name.as_str()) || list::contains(&before, "*") {
        return;
    }
    let parts = [before.as_slice(), name.as_bytes()];
    let joined = parts.iter().filter(|part| !part.is_empty()).copied().collect::<Vec<_>>();
    // Both parts are values already, so their list is one.
    if let Ok(value) = HeaderValue::new(&joined.join(b", ".as_slice())) {
        headers.set(HeaderName::VARY, value);
    }
}

/// Seconds to wait that a Retry-After field asks for, counted from `now`; a date that is over is 0.
pub fn retry_after(value: &[u8], now: UnixTime) -> Option<u64> {
    if !value.is_empty() && value.iter().all(u8::is_ascii_digit) {
        // Beyond 64 bits is as long as can be.
        return Some(std::str::from_utf8(value).ok()?.parse().unwrap_or(u64::MAX));
    }
    let then = date::parse(value, now).ok()?;
    Some(u64::try_from(then.0.saturating_sub(now.0)).unwrap_or(0))
}
