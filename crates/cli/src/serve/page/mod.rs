//! The page `/_wirebook/`: by which way you came here, and what one can do with a socket.
//!
//! ```text
//!   page.html   {names} are filled in, style and script among them: one answer, nothing to load
//!   page.css    page.js
//! ```
//!
//! Invariant: whatever the request holds reaches the page escaped, and the page runs our script
//! alone: its Content-Security-Policy names the digests of the style and the script.

use http::{HeaderName, HeaderValue, Response, StatusCode};
use ring::digest::{SHA256, digest};
use server::{Reply, Request};
use std::sync::LazyLock;

const PAGE: &str = include_str!("page.html");
const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Nothing may be loaded; nothing may run but what is ours; sockets go to this server alone. The
/// icon stands in the page as `data:`.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let hash = |text: &str| wire::base64::encode(digest(&SHA256, text.as_bytes()).as_ref());
    format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; connect-src 'self'; \
         img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
        hash(STYLE),
        hash(SCRIPT)
    )
});

/// Answers with the page.
pub(super) fn answer(request: &Request, reply: Reply, connections: usize) {
    let mut response = Response::new(StatusCode::OK);
    for (name, value) in [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", POLICY.as_str()),
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

    /// The end tag of either would end it early, and the digest would be of another text.
    #[test]
    fn style_and_script_can_stand_in_a_page() {
        for text in [STYLE, SCRIPT] {
            assert!(!text.contains("</") && !text.contains("<!--"));
        }
        assert!(POLICY.starts_with("default-src 'none'; style-src 'sha256-"));
    }
}
