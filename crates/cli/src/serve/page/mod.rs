//! The page `/_wirebook/`: by which way you came here, and what one can do with a socket.
//!
//! ```text
//!   page.html   {names} are filled in, style and script among them: one answer, nothing to load
//!   page.css    page.js     tiles.rs: what it fetches by the hundred, by either version
//! ```
//!
//! Invariant: whatever the request holds reaches the page escaped, and the page runs our script
//! alone: its Content-Security-Policy names the digests of the style and the script.

mod tiles;

pub(super) use tiles::Tiles;

use http::{HeaderName, HeaderValue, Response, StatusCode};
use ring::digest::{SHA256, digest};
use server::{Reply, Request, Running};
use std::{net::SocketAddr, sync::LazyLock};

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Nothing may be loaded; nothing may run but what is ours; sockets go to this server alone, and
/// what is fetched comes from its ports. The icon stands in the page as `data:`.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = |text: &str| wire::base64::encode(digest(&SHA256, text.as_bytes()).as_ref());
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; img-src data:; \
         base-uri 'none'; form-action 'none'; frame-ancestors 'none'; connect-src 'self'",
        hash(STYLE),
        hash(SCRIPT)
    )
});

/// Where else this server is: in the clear, and by TLS. Empty where it is not.
#[derive(Debug, Default, PartialEq, Eq)]
struct Origins {
    clear: String,
    secure: String,
}

impl Origins {
    /// By the name that the browser used, for its certificate and its rules go by names.
    fn of(host: Option<&[u8]>, clear: &[SocketAddr], secure: &[SocketAddr]) -> Self {
        let Some(host) = host.and_then(|host| http::uri::Authority::parse_host(host).ok()) else {
            return Self::default();
        };
        let host = host.host().to_string();
        // It becomes a part of a policy, where a semicolon or a space would be another word.
        let plain = |octet: u8| octet.is_ascii_alphanumeric() || b".-:[]".contains(&octet);
        if !host.bytes().all(plain) {
            return Self::default();
        }
        let origin = |scheme: &str, addresses: &[SocketAddr]| {
            let port = addresses.first().map(SocketAddr::port);
            port.map(|port| format!("{scheme}://{host}:{port}")).unwrap_or_default()
        };
        Self { clear: origin("http", clear), secure: origin("https", secure) }
    }
}

/// Answers with the page.
pub(super) fn answer(request: &Request, reply: Reply, running: Option<&Running>) {
    let mut response = Response::new(StatusCode::OK);
    let connections = running.map_or(1, Running::connections);
    let host = request.headers.get(HeaderName::HOST).map(|host| host.as_bytes().to_vec());
    let origins = running
        .map(|running| Origins::of(host.as_deref(), running.addresses(), running.tls_addresses()));
    let Origins { clear, secure } = origins.unwrap_or_default();
    let policy = format!("{} {clear} {secure}", POLICY.as_str());
    for (name, value) in [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", policy.trim_end()),
        // For the browser's clock to tell times below a tenth of a millisecond.
        ("Cross-Origin-Opener-Policy", "same-origin"),
        ("Cross-Origin-Embedder-Policy", "require-corp"),
    ] {
        if let (Ok(name), Ok(value)) = (HeaderName::new(name), HeaderValue::new(value)) {
            response.headers.append(name, value);
        }
    }
    let peer = match &request.peer {
        server::Peer::Inet(address) => address.to_string(),
        other => other.to_string(),
    };
    let fields: String = request
        .headers
        .iter()
        .map(|(name, value)| {
            let value = String::from_utf8_lossy(value.as_bytes());
            let (name, value) = (escape(name.as_str()), escape(&value));
            format!("<tr><th scope=\"row\">{name}</th><td>{value}</td></tr>\n")
        })
        .collect();
    let page = fill(&[
        ("{protocol}", &escape(&protocol(request))),
        ("{peer}", &escape(&peer)),
        ("{method}", &escape(request.method.as_str())),
        ("{target}", &escape(&request.target.to_string())),
        ("{connections}", &connections.to_string()),
        ("{clear}", &escape(&clear)),
        ("{secure}", &escape(&secure)),
        ("{version}", env!("CARGO_PKG_VERSION")),
        ("{fields}", &fields),
        ("{style}", STYLE),
        ("{script}", SCRIPT),
    ]);
    reply.send(response, page);
}

/// By which protocol the request came.
fn protocol(request: &Request) -> String {
    let version = request.version.as_str();
    match request.tls() {
        None => version.to_owned(),
        Some(tls) => {
            let how = if tls.resumed { ", resumed" } else { "" };
            let suite = tls.suite.map(|suite| format!(", {}", suite.name())).unwrap_or_default();
            format!("{version} over TLS 1.3{suite}{how}")
        }
    }
}

/// The page with its names filled in, in one pass: a value that looks like a name stays as it is.
fn fill(values: &[(&str, &str)]) -> String {
    let mut page = String::with_capacity(PAGE.len() + STYLE.len() + SCRIPT.len() + 1024);
    let mut rest = PAGE;
    while let Some((before, after)) = rest.split_once('{') {
        page.push_str(before);
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        let wanted = values.iter().find(|(known, _)| known.trim_matches(['{', '}']) == name);
        match wanted {
            Some((_, value)) => {
                page.push_str(value);
                rest = behind;
            }
            None => {
                page.push('{');
                rest = after;
            }
        }
    }
    page.push_str(rest);
    page
}

/// Text in HTML, in an element or in a quoted attribute.
fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_filled_in_once_and_other_braces_stay() {
        let page = fill(&[("{peer}", "{method}"), ("{method}", "GET"), ("{style}", "a { b: c }")]);
        assert!(page.contains("{method}") && page.contains("GET"));
        assert!(page.contains("<style>a { b: c }</style>") && page.contains("{script}"));
        assert!(page.ends_with("</html>\n"));
    }

    #[test]
    fn what_a_request_holds_is_escaped() {
        assert_eq!(escape("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
    }

    #[test]
    fn the_other_port_is_named_as_the_browser_names_us() {
        let [clear, secure] = [8080, 8443].map(|port| SocketAddr::from(([0, 0, 0, 0], port)));
        let of = |host: &str| Origins::of(Some(host.as_bytes()), &[clear], &[secure]);
        let expected = |clear: &str, secure: &str| Origins {
            clear: clear.to_owned(),
            secure: secure.to_owned(),
        };
        assert_eq!(of("a.example:1"), expected("http://a.example:8080", "https://a.example:8443"));
        assert_eq!(of("[::1]"), expected("http://[::1]:8080", "https://[::1]:8443"));
        for host in ["a;b", "a b", "a'b", ""] {
            assert!(!of(host).clear.contains([';', ' ', '\'']), "{host}");
        }
        assert_eq!(Origins::of(Some(b"a"), &[clear], &[]).secure, "");
        assert_eq!(Origins::of(None, &[clear], &[secure]), Origins::default());
    }

    /// The end tag of either would end it early, and the digest would be of another text.
    #[test]
    fn style_and_script_can_stand_in_a_page() {
        for text in [STYLE, SCRIPT] {
            assert!(!text.contains("</") && !text.contains("<!--"));
        }
        assert!(POLICY.starts_with("default-src 'none'; style-src 'sha256-"));
    }
}
