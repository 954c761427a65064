//! The page `/_wirebook/`: by which way you came here.
//!
//! Invariant: whatever the request holds reaches the page escaped, and the page may run no script
//! at all (its Content-Security-Policy says so).

use http::{HeaderName, HeaderValue, Response, StatusCode};
use server::{Reply, Request};

/// `{names}` are filled in below.
const PAGE: &str = include_str!("status.html");

/// Nothing may be loaded, nothing may run; the style stands in the page.
const POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'";

/// Answers with the page.
pub(super) fn answer(request: &Request, reply: Reply, connections: usize) {
    let mut response = Response::new(StatusCode::OK);
    for (name, value) in [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", POLICY),
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
            format!("<tr><th>{}</th><td>{}</td></tr>\n", escape(name.as_str()), escape(&value))
        })
        .collect();
    let page = fill(&[
        ("{protocol}", &escape(request.version.as_str())),
        ("{peer}", &escape(&peer)),
        ("{method}", &escape(request.method.as_str())),
        ("{target}", &escape(&request.target.to_string())),
        ("{connections}", &connections.to_string()),
        ("{version}", env!("CARGO_PKG_VERSION")),
        ("{fields}", &fields),
    ]);
    reply.send(response, page);
}

/// The page with its names filled in, in one pass: a value that looks like a name stays as it is.
fn fill(values: &[(&str, &str)]) -> String {
    let mut page = String::with_capacity(PAGE.len() + 1024);
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
            // A brace of the style sheet.
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
    fn values_are_filled_in_once_and_braces_of_the_style_stay() {
        let page = fill(&[("{peer}", "{method}"), ("{method}", "GET")]);
        assert!(page.contains("{method}") && page.contains("GET"));
        assert!(page.contains("body {"));
        assert!(page.ends_with("</html>\n"));
    }

    #[test]
    fn what_a_request_holds_is_escaped() {
        assert_eq!(escape("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
    }
}
