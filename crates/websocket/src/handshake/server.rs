//! The server's part: is this a handshake, and what do we agree to?
//!
//! RFC 6455 §4.2, RFC 8441 §5
//!
//! | a request                      | by an upgrade          | by extended CONNECT            |
//! |--------------------------------|------------------------|--------------------------------|
//! | method                         | GET                    | CONNECT, `:protocol` websocket |
//! | Upgrade, Connection            | name websocket, upgrade | not looked at                 |
//! | Sec-WebSocket-Key              | base64 of 16 octets    | not looked at                  |
//! | Sec-WebSocket-Version          | 13                     | 13                             |
//! | Sec-WebSocket-Protocol         | tokens, all different  | tokens, all different          |
//! | Sec-WebSocket-Extensions       | RFC 6455 §9.1          | RFC 6455 §9.1                  |
//! | success                        | 101 and the key's proof | 200                           |
//!
//! Invariant: what cannot be agreed on is left out of the answer; what is malformed is refused.

use super::{Agreed, Options, Refusal, extensions, key, lists};
use http::{HeaderMap, HeaderName, HeaderValue, Method, Request, Response, StatusCode, Version};

// ANCHOR: accept
/// Accepts a request for a WebSocket over HTTP/1.1: the 101 to send, and what both ends then know.
///
/// # Errors
/// [`Refusal`], whose [`response`](Refusal::response) says why.
pub fn accept(request: &Request, options: &Options) -> Result<(Response, Agreed), Refusal> {
    let headers = &request.headers;
    if request.method != Method::Get {
        return Err(Refusal::Method);
    }
    if request.version != Version::Http11 {
        return Err(Refusal::Version);
    }
    headers.get_only(HeaderName::HOST).ok_or(Refusal::Host)?;
    if !lists(headers, HeaderName::UPGRADE, "websocket") {
        return Err(Refusal::Upgrade);
    }
    if !lists(headers, HeaderName::CONNECTION, "upgrade") {
        return Err(Refusal::Connection);
    }
    check_version(headers)?;
    let key = headers.get_only(HeaderName::SEC_WEBSOCKET_KEY).ok_or(Refusal::Key)?;
    if !key::is_key(key.as_bytes()) {
        return Err(Refusal::Key);
    }
    let mut response = Response::new(StatusCode::SWITCHING_PROTOCOLS);
    response.headers.append(HeaderName::UPGRADE, HeaderValue::from_static("websocket"));
    response.headers.append(HeaderName::CONNECTION, HeaderValue::from_static("Upgrade"));
    let proof = key::accept_key(key.as_bytes());
    append(&mut response.headers, HeaderName::SEC_WEBSOCKET_ACCEPT, &proof);
    let agreed = agree(headers, options, &mut response.headers)?;
    Ok((response, agreed))
}
// ANCHOR_END: accept

/// Accepts a request for a WebSocket by extended CONNECT, whose `:protocol` is `protocol`: the 200
/// to send, and what both ends then know. Over HTTP/2 (RFC 8441) and HTTP/3 (RFC 9220).
///
/// # Errors
/// [`Refusal`]; [`Refusal::Protocol`] (501) for a protocol that is not `websocket`.
pub fn accept_connect(
    request: &Request,
    protocol: &str,
    options: &Options,
) -> Result<(Response, Agreed), Refusal> {
    if request.method != Method::Connect {
        return Err(Refusal::Method);
    }
    if protocol != "websocket" {
        return Err(Refusal::Protocol);
    }
    check_version(&request.headers)?;
    let mut response = Response::new(StatusCode::OK);
    response.version = request.version;
    let agreed = agree(&request.headers, options, &mut response.headers)?;
    Ok((response, agreed))
}

fn check_version(headers: &HeaderMap) -> Result<(), Refusal> {
    let mut versions = headers.get_all(HeaderName::SEC_WEBSOCKET_VERSION);
    match (versions.next(), versions.next()) {
        (_, Some(_)) => Err(Refusal::VersionRepeated),
        (Some(version), None) if version == super::VERSION => Ok(()),
        (_, None) => Err(Refusal::WebSocketVersion),
    }
}

/// What both versions negotiate alike: the subprotocol and the extensions.
fn agree(asked: &HeaderMap, options: &Options, answer: &mut HeaderMap) -> Result<Agreed, Refusal> {
    let offered = protocols(asked)?;
    // The client's order counts: it knows what it wants to do.
    let chosen = offered.into_iter().find(|offer| options.protocols.contains(offer));
    if let Some(protocol) = &chosen {
        append(answer, HeaderName::SEC_WEBSOCKET_PROTOCOL, protocol);
    }
    let mut agreed = Agreed { protocol: chosen, deflate: None };
    if asked.contains(HeaderName::SEC_WEBSOCKET_EXTENSIONS) {
        let offers = extensions::parse_all(asked)?;
        // The first offer that can be met; an extension that nobody here knows is passed over.
        let met = options
            .deflate
            .and_then(|deflate| offers.iter().find_map(|offer| deflate.answer(offer)));
        if let Some((parameters, text)) = met {
            append(answer, HeaderName::SEC_WEBSOCKET_EXTENSIONS, &text);
            agreed.deflate = Some(parameters);
        }
    }
    Ok(agreed)
}

/// More subprotocols than any client speaks. Each is compared with all before it, and a head of
/// 64 KiB holds 16,000.
const OFFERED: usize = 64;

/// The subprotocols that the client offers, in its order.
fn protocols(headers: &HeaderMap) -> Result<Vec<String>, Refusal> {
    let mut offered: Vec<String> = Vec::new();
    for value in headers.get_all(HeaderName::SEC_WEBSOCKET_PROTOCOL) {
        let before = offered.len();
        for element in http::header::list::plain(value.as_bytes()) {
            let token = std::str::from_utf8(element).ok().filter(|_| http::is_token(element));
            match token {
                Some(token)
                    if offered.len() < OFFERED && !offered.iter().any(|other| other == token) =>
                {
                    offered.push(token.to_string());
                }
                _ => return Err(Refusal::Protocols),
            }
        }
        if offered.len() == before {
            return Err(Refusal::Protocols);
        }
    }
    Ok(offered)
}

/// Adds a field whose value was made here or found to be tokens.
fn append(headers: &mut HeaderMap, name: HeaderName<'_>, value: &str) {
    if let Ok(value) = HeaderValue::new(value) {
        headers.append(name, value);
    }
}
