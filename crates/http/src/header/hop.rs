//! Fields that are about one connection and end there.
//!
//! RFC 9110 §7.6.1
//!
//! ```text
//! Connection: close, X-Trace       "close" is for the connection; the field X-Trace ends here too
//! ```
//!
//! Proxy-Authenticate and Proxy-Authorization are not among them: they belong to the proxy that
//! asked, which need not be the next one.
//!
//! Used by: whoever passes messages on; and HTTP/2 and 3, where all of these but `TE: trailers` are
//! malformed (RFC 9113 §8.2.2).

use super::{HeaderMap, HeaderName, list};

/// The fields that are always about the connection, whether Connection names them or not.
pub const NAMES: [HeaderName<'static>; 6] = [
    HeaderName::CONNECTION,
    HeaderName::KEEP_ALIVE,
    HeaderName::PROXY_CONNECTION,
    HeaderName::TE,
    HeaderName::TRANSFER_ENCODING,
    HeaderName::UPGRADE,
];

/// Whether a field of this name always ends at the next hop.
pub fn is_hop_by_hop(name: HeaderName<'_>) -> bool {
    NAMES.contains(&name)
}

/// Whether Connection holds this option, without regard to case.
pub fn has_option(headers: &HeaderMap, option: &str) -> bool {
    headers.get_all(HeaderName::CONNECTION).any(|value| list::contains(value.as_bytes(), option))
}

/// Removes what must not be passed on: [`NAMES`] and all that Connection names.
pub fn strip(headers: &mut HeaderMap) {
    let options = headers.combined(HeaderName::CONNECTION).unwrap_or_default().into_owned();
    for option in list::plain(&options) {
        if let Ok(name) = HeaderName::new(option) {
            headers.remove(name);
        }
    }
    for name in NAMES {
        headers.remove(name);
    }
}
