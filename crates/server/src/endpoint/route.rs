//! The route in front of an endpoint: who may open a socket, and on what terms.
//!
//! RFC 6455 §4.2, §10.2; RFC 7692 §7.1; RFC 8441 §5
//!
//! | the request                                  | the answer                                  |
//! |----------------------------------------------|---------------------------------------------|
//! | a plain GET                                  | 426, with what to upgrade to                |
//! | a handshake with something wrong             | 400, 405, 426 and a line that says what     |
//! | of another site's page                       | 403, see [`Origins`]                        |
//! | that the application does not want           | what it says: 401, 404 ...                  |
//! | else                                         | 101, and the endpoint has a [`Socket`];     |
//! |                                              | 200 on a stream of HTTP/2                   |
//!
//! [`Socket`]: super::Socket
//!
//! Compression is on where the client offers it, and its memory is bounded. A socket that uses
//! earlier messages to compress later ones (*context takeover*) keeps windows for it at both ends:
//! some 32 KiB for what it receives, and 2^12 octets with their index for what it sends. So many
//! sockets have that as [`Limits::contexts`](crate::Limits::contexts) says. Those beyond agree on
//! no context takeover in either direction; they compress worse, and hold nothing between messages.

use super::{Context, Endpoint, Origins};
use crate::{Handler, Place, Reply, Request};
use deflate::WindowBits;
use http::{HeaderName, HeaderValue, Method, Response, StatusCode, Version};
use websocket::{
    Limits,
    handshake::{self, Agreed, DeflateOptions, Options},
};

type Open = dyn Fn(&Request) -> Result<Box<dyn Endpoint>, Response> + Send + Sync;

/// A resource that speaks WebSocket, for [`Router::websocket`](crate::Router::websocket).
pub struct WebSocket {
    open: Box<Open>,
    options: Options,
    origins: Origins,
    limits: Option<Limits>,
}

/// What a handshake has agreed on: how to go on once 101 is sent.
pub(crate) struct Opening {
    pub(crate) agreed: Agreed,
    pub(crate) limits: Limits,
    pub(crate) endpoint: Box<dyn Endpoint>,
    pub(crate) context: Option<Context>,
}

impl WebSocket {
    /// A resource that answers each good handshake with the endpoint that `open` makes, or with the
    /// response that it gives instead. `open` is called on the loop and must never block.
    pub fn new(
        open: impl Fn(&Request) -> Result<Box<dyn Endpoint>, Response> + Send + Sync + 'static,
    ) -> Self {
        // Windows of 4 KiB catch what repeats between small messages, for an eighth of the memory.
        // The client's is left alone: many cannot be told, and would then not be compressed at all.
        let server_max_window_bits = WindowBits::new(12).unwrap_or_default();
        let deflate = DeflateOptions { server_max_window_bits, ..DeflateOptions::default() };
        let options = Options { protocols: Vec::new(), deflate: Some(deflate) };
        Self { open: Box::new(open), options, origins: Origins::default(), limits: None }
    }

    /// The subprotocols that are spoken here; of those a client offers it gets the first that is
    /// among them, and none if none is.
    #[must_use]
    pub fn protocols(mut self, protocols: impl IntoIterator<Item = impl Into<String>>) -> Self {
        self.options.protocols = protocols.into_iter().map(Into::into).collect();
        self
    }

    /// Whose pages may open a socket here; only those of the same host until this says otherwise.
    #[must_use]
    pub fn origins(mut self, origins: Origins) -> Self {
        self.origins = origins;
        self
    }

    /// Other ceilings than [`Limits::websocket`](crate::Limits::websocket).
    #[must_use]
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = Some(limits);
        self
    }

    /// How messages may be compressed; `None` for not at all.
    #[must_use]
    pub fn deflate(mut self, deflate: Option<DeflateOptions>) -> Self {
        self.options.deflate = deflate;
        self
    }

    /// Whether a request wants to switch to WebSocket. HTTP/1.0 cannot: what asks may be a proxy's
    /// to hear, and the one that passed it on never knew (RFC 9110 §7.8).
    pub(crate) fn is_asked_for(request: &Request) -> bool {
        let names =
            |value: HeaderValue<'_>| http::header::list::contains(value.as_bytes(), "websocket");
        if request.method == Method::Connect {
            return request.protocol.is_some();
        }
        request.method == Method::Get
            && request.version == Version::Http11
            && request.headers.get_all(HeaderName::UPGRADE).any(names)
    }

    /// What is agreed with this client, who is the `context`'s if it has one.
    fn agree(
        &self,
        request: &Request,
        context: &mut Option<Context>,
    ) -> Result<(Response, Agreed), handshake::Refusal> {
        let mut options = self.options.clone();
        if let (Some(deflate), None) = (&mut options.deflate, &context) {
            deflate.server_no_context_takeover = true;
            deflate.client_no_context_takeover = true;
        }
        let (response, agreed) = match &request.protocol {
            Some(protocol) => handshake::accept_connect(&request.head, protocol, &options)?,
            None => handshake::accept(&request.head, &options)?,
        };
        let takes_over = agreed.deflate.is_some_and(|deflate| {
            !deflate.server_no_context_takeover || !deflate.client_no_context_takeover
        });
        if !takes_over {
            *context = None;
        }
        Ok((response, agreed))
    }
}

impl Handler for WebSocket {
    fn handle(&self, request: Request, reply: Reply) {
        let mut context = reply.context();
        let (response, agreed) = match self.agree(&request, &mut context) {
            Ok(both) => both,
            Err(refusal) => {
                return refuse(reply, refusal.response(&request.head), &refusal.to_string());
            }
        };
        if !request.body.is_none() {
            let response = Response::new(StatusCode::BAD_REQUEST);
            return refuse(reply, response, "a request for a WebSocket has no content");
        }
        if !self.origins.admit(&request.head) {
            let response = Response::new(StatusCode::FORBIDDEN);
            return refuse(reply, response, "pages of that Origin may not open this WebSocket");
        }
        match (self.open)(&request) {
            Ok(endpoint) => {
                let limits = self.limits.clone();
                let limits = limits.unwrap_or_else(|| reply.limits().websocket.clone());
                let opening = Opening { agreed, limits, endpoint, context };
                reply.upgrade(response, Box::new(opening));
            }
            Err(response) => {
                let reason = response.status.reason();
                refuse(reply, response, reason);
            }
        }
    }

    /// Nothing here waits.
    fn place(&self) -> Place {
        Place::Inline
    }
}

/// Answers with a line that says why.
fn refuse(reply: Reply, mut response: Response, why: &str) {
    let status = response.status;
    if status.forbids_content() {
        return reply.send(response, ());
    }
    if response.headers.get(HeaderName::CONTENT_TYPE).is_none() {
        let kind = HeaderValue::from_static("text/plain; charset=utf-8");
        response.headers.append(HeaderName::CONTENT_TYPE, kind);
    }
    reply.send(response, format!("{status} {}: {why}\n", status.reason()));
}
