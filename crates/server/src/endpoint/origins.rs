//! Whose pages may open a socket: the answer to cross-site WebSocket hijacking.
//!
//! RFC 6455 §10.2, RFC 6454 §7
//!
//! A browser lets the script of any page open a WebSocket to any host, and sends that host's
//! cookies along: the rules that keep a page from reading another site's answers do not hold here.
//! What the browser does is say whose page it is, in `Origin`; to refuse is the server's part.
//!
//! | `Origin`                 | `SameHost`              | `Only([...])` | `Any` |
//! |--------------------------|-------------------------|---------------|-------|
//! | none: no browser         | taken                   | taken         | taken |
//! | `http://HOST`, our own   | taken                   | if listed     | taken |
//! | another site's           | 403                     | if listed     | taken |
//! | `null`, several, garbage | 403                     | 403           | taken |
//!
//! The scheme is not compared by `SameHost`: behind a proxy that ends TLS, a page of
//! `https://HOST` asks us without it.

use http::{Authority, HeaderName, Request, Uri};

/// Whose pages may open a socket. Programs that are no browsers send no `Origin` and are always
/// taken: this protects people's browsers, not the server.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Origins {
    /// Pages of the host that the socket is asked of.
    #[default]
    SameHost,
    /// Pages of these origins, such as `https://example.com`.
    Only(Vec<String>),
    /// Every page: for endpoints that give nobody anything on the strength of a cookie.
    Any,
}

impl Origins {
    /// Whether the page that `request` comes from may open a socket.
    pub fn admit(&self, request: &Request) -> bool {
        let mut origins = request.headers.get_all(HeaderName::ORIGIN);
        let (Some(origin), None) = (origins.next(), origins.next()) else {
            // None is no browser; several are no browser's either, and somebody's trick.
            return *self == Self::Any || request.headers.get(HeaderName::ORIGIN).is_none();
        };
        let Some(origin) = std::str::from_utf8(origin.as_bytes()).ok().and_then(parse) else {
            return *self == Self::Any;
        };
        match self {
            Self::Any => true,
            Self::SameHost => is_of_host(&origin, request),
            Self::Only(list) => list
                .iter()
                .any(|there| parse(there).is_some_and(|there| there.origin() == origin.origin())),
        }
    }
}

/// `scheme "://" host [ ":" port ]` (RFC 6454 §6.2), which is a URI without a path; `null` is none.
fn parse(origin: &str) -> Option<Uri> {
    let uri = Uri::parse(origin).ok()?;
    uri.origin().is_some().then_some(uri)
}

/// Whether `origin` names the host and port that `request` is for. A port that one of them leaves
/// out is that of the origin's scheme.
fn is_of_host(origin: &Uri, request: &Request) -> bool {
    let field = request.headers.get(HeaderName::HOST);
    let host = match (request.target.authority(), &field) {
        (Some(authority), _) => authority.as_bytes(),
        (None, Some(field)) => field.as_bytes(),
        (None, None) => return false,
    };
    let Ok(host) = Authority::parse_host(host) else { return false };
    let port = host.port().or_else(|| http::uri::default_port(origin.scheme()));
    origin.host() == Some(host.host()) && origin.port_or_default() == port
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderValue, Method, Target};

    fn request(host: &str, origins: &[&str]) -> Request {
        let mut request = Request::new(Method::Get, Target::Origin("/".into()));
        request.headers.append(HeaderName::HOST, HeaderValue::new(host).unwrap());
        for origin in origins {
            request.headers.append(HeaderName::ORIGIN, HeaderValue::new(*origin).unwrap());
        }
        request
    }

    #[test]
    fn pages_of_the_same_host_are_taken_and_others_are_not() {
        for (host, origin, taken) in [
            ("a.example", "http://a.example", true),
            ("a.example", "https://a.example", true),
            ("A.example", "http://a.EXAMPLE", true),
            ("a.example:8080", "http://a.example:8080", true),
            ("a.example:80", "http://a.example", true),
            ("a.example", "https://a.example:443", true),
            ("[::1]:8080", "http://[::1]:8080", true),
            ("a.example", "http://b.example", false),
            ("a.example", "http://a.example.evil.example", false),
            ("a.example", "http://a.example@evil.example", false),
            ("a.example", "http://evil.example/a.example", false),
            ("a.example:8080", "http://a.example", false),
            ("a.example", "http://a.example:8080", false),
            ("a.example", "null", false),
            ("a.example", "", false),
            ("a.example", "a.example", false),
        ] {
            assert_eq!(Origins::SameHost.admit(&request(host, &[origin])), taken, "{origin}");
            assert!(Origins::Any.admit(&request(host, &[origin])));
        }
        assert!(Origins::SameHost.admit(&request("a.example", &[])), "no browser");
        let twice = ["http://a.example", "http://a.example"];
        assert!(!Origins::SameHost.admit(&request("a.example", &twice)));
    }

    #[test]
    fn a_list_is_compared_as_origins() {
        let only = Origins::Only(vec!["https://a.example".into(), "http://b.example:80".into()]);
        for (origin, taken) in [
            ("https://a.example", true),
            ("https://a.example:443", true),
            ("http://b.example", true),
            ("http://a.example", false),
            ("https://c.example", false),
            ("null", false),
        ] {
            assert_eq!(only.admit(&request("c.example", &[origin])), taken, "{origin}");
        }
        assert!(only.admit(&request("c.example", &[])));
    }
}
