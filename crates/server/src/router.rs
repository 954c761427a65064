//! Which handler answers which path and method.
//!
//! | pattern        | matches                                     |
//! |----------------|---------------------------------------------|
//! | `/about`       | this path alone                             |
//! | `/users/{id}`  | one segment in the place of `{id}`          |
//! | `/files/*`     | every path below, and `/files/` itself      |
//!
//! A literal path wins over a pattern with a name, and both over one with a star; among equals, the
//! first. The path is compared segment by segment after it was split at `/` and *then*
//! percent-decoded, so `%2F` never makes a new segment.
//!
//! What the methods of RFC 9110 §9 ask of every resource is done here: HEAD is answered by GET's
//! handler, OPTIONS with what is allowed, a method that the resource has not with 405 and `Allow`,
//! one that nobody knows with 501, as a CONNECT to a protocol that nobody knows. TRACE is off: it
//! would show a page's cookies to its scripts.

use crate::{Handler, Place, Reply, Request, WebSocket, handler::dispatch};
use http::{HeaderName, HeaderValue, Method, Response, StatusCode, Target};
use std::{collections::BTreeMap, sync::Arc};

/// A table of routes; itself a [`Handler`].
#[derive(Default)]
pub struct Router {
    literal: BTreeMap<String, Methods>,
    patterns: Vec<(Vec<Segment>, Methods)>,
    fallback: Option<Arc<dyn Handler>>,
}

/// The handlers of one path.
#[derive(Default)]
struct Methods {
    handlers: Vec<(Method, Arc<dyn Handler>)>,
    /// Who answers requests for a WebSocket, and GET where no handler does.
    websocket: Option<Arc<dyn Handler>>,
}

#[derive(PartialEq, Eq)]
enum Segment {
    Literal(String),
    Name(String),
    Rest,
}

impl Router {
    /// No routes: every path is a 404.
    pub fn new() -> Self {
        Self::default()
    }

    /// Answers `method` on the paths that match `pattern`.
    #[must_use]
    pub fn route(mut self, method: Method, pattern: &str, handler: impl Handler) -> Self {
        self.methods(pattern).handlers.push((method, Arc::new(handler)));
        self
    }

    /// As [`route`](Self::route) with GET, which also answers HEAD.
    #[must_use]
    pub fn get(self, pattern: &str, handler: impl Handler) -> Self {
        self.route(Method::Get, pattern, handler)
    }

    /// As [`route`](Self::route) with POST.
    #[must_use]
    pub fn post(self, pattern: &str, handler: impl Handler) -> Self {
        self.route(Method::Post, pattern, handler)
    }

    /// As [`route`](Self::route) with PUT.
    #[must_use]
    pub fn put(self, pattern: &str, handler: impl Handler) -> Self {
        self.route(Method::Put, pattern, handler)
    }

    /// Opens WebSockets on the paths that match `pattern`. A page may stand at the same path: it is
    /// what requests get that do not ask for an upgrade. Without one they get a 426.
    #[must_use]
    pub fn websocket(mut self, pattern: &str, websocket: WebSocket) -> Self {
        self.methods(pattern).websocket = Some(Arc::new(websocket));
        self
    }

    /// Answers every path that no route matches, whatever the method: a file server, say.
    #[must_use]
    pub fn fallback(mut self, handler: impl Handler) -> Self {
        self.fallback = Some(Arc::new(handler));
        self
    }

    fn methods(&mut self, pattern: &str) -> &mut Methods {
        if !pattern.contains(['{', '*']) {
            return self.literal.entry(pattern.into()).or_default();
        }
        let segments = pattern.split('/').skip(1).map(Segment::new).collect::<Vec<_>>();
        // GET and PUT of one pattern are methods of one resource, not two resources of which the
        // first hides the other.
        let place = match self.patterns.iter().position(|(there, _)| *there == segments) {
            Some(place) => place,
            None => {
                // Patterns with fewer names and stars are looked at first.
                let rank = Segment::rank_of(&segments);
                let before = |(there, _): &(Vec<Segment>, Methods)| Segment::rank_of(there) <= rank;
                let place = self.patterns.partition_point(before);
                self.patterns.insert(place, (segments, Methods::default()));
                place
            }
        };
        match self.patterns.get_mut(place) {
            Some((_, methods)) => methods,
            // Cannot be: it was found or put there above.
            None => self.literal.entry(pattern.into()).or_default(),
        }
    }

    // ANCHOR: find
    /// The handlers of `path`, and what the pattern's names stood for.
    fn find(&self, path: &str) -> Option<(&Methods, Vec<(String, String)>)> {
        if let Some(methods) = self.literal.get(path) {
            return Some((methods, Vec::new()));
        }
        let escaped = path.contains('%');
        if self.patterns.is_empty() && !escaped {
            return None;
        }
        let segments = path.split('/').skip(1).map(decoded).collect::<Option<Vec<String>>>()?;
        // `/%61bout` is `/about` (RFC 3986 §6.2.2.2): whoever guards a path by a route must not be
        // walked around. A slash that was escaped is no separator, so it fits no literal path.
        if escaped
            && segments.iter().all(|segment| !segment.contains('/'))
            && let Some(methods) = self.literal.get(&format!("/{}", segments.join("/")))
        {
            return Some((methods, Vec::new()));
        }
        self.patterns
            .iter()
            .find_map(|(pattern, methods)| fits(pattern, &segments).map(|params| (methods, params)))
    }
    // ANCHOR_END: find
}

impl Segment {
    fn new(text: &str) -> Self {
        match text.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
            Some(name) => Self::Name(name.into()),
            None if text == "*" => Self::Rest,
            None => Self::Literal(text.into()),
        }
    }

    /// How much a pattern leaves open: literal paths come first, stars last.
    fn rank_of(pattern: &[Self]) -> usize {
        let rank = |segment: &Self| match segment {
            Self::Literal(_) => 0,
            Self::Name(_) => 1,
            Self::Rest => 100,
        };
        pattern.iter().map(rank).sum()
    }
}

/// What the names of `pattern` stand for in `path`, if it matches.
fn fits(pattern: &[Segment], path: &[String]) -> Option<Vec<(String, String)>> {
    let (mut params, mut rest) = (Vec::new(), path);
    for segment in pattern {
        match (segment, rest) {
            // A handler that makes a path of it must not find more segments than were compared.
            (Segment::Rest, _) if rest.iter().any(|segment| segment.contains('/')) => return None,
            (Segment::Rest, _) => {
                params.push(("*".into(), rest.join("/")));
                return Some(params);
            }
            (Segment::Literal(literal), [first, ..]) if literal == first => {}
            (Segment::Name(name), [first, ..]) if !first.is_empty() => {
                params.push((name.clone(), first.clone()));
            }
            _ => return None,
        }
        rest = rest.get(1..).unwrap_or_default();
    }
    rest.is_empty().then_some(params)
}

impl Methods {
    fn find(&self, request: &Request) -> Option<&Arc<dyn Handler>> {
        if let Some(websocket) = &self.websocket
            && WebSocket::is_asked_for(request)
        {
            return Some(websocket);
        }
        let of = |wanted: &Method| self.handlers.iter().find(|(there, _)| there == wanted);
        let method = &request.method;
        let found = of(method).or_else(|| (*method == Method::Head).then(|| of(&Method::Get))?);
        // A plain GET of a WebSocket is told what it should have asked for.
        let instead = self.websocket.as_ref().filter(|_| *method == Method::Get);
        found.map(|(_, handler)| handler).or(instead)
    }

    /// The value of `Allow`.
    fn allow(&self) -> String {
        let mut names = Vec::new();
        if self.websocket.is_some() && self.handlers.iter().all(|(there, _)| *there != Method::Get)
        {
            names.push("GET");
        }
        for (method, _) in &self.handlers {
            names.push(method.as_str());
            if *method == Method::Get {
                names.push("HEAD");
            }
        }
        names.push("OPTIONS");
        names.dedup();
        names.join(", ")
    }
}

impl Handler for Router {
    /// The table changes nothing; each handler is asked by itself.
    fn accepts_early(&self, _: &Request) -> bool {
        true
    }

    fn handle(&self, mut request: Request, reply: Reply) {
        if matches!(request.method, Method::Other(_)) {
            return reply.status(StatusCode::NOT_IMPLEMENTED);
        }
        if request.target == Target::Asterisk {
            return allow(
                reply,
                StatusCode::NO_CONTENT,
                "GET, HEAD, POST, PUT, DELETE, PATCH, OPTIONS",
            );
        }
        let Some((methods, params)) = self.find(request.target.path()) else {
            return match &self.fallback {
                Some(fallback) => dispatch(fallback, request, reply),
                None => reply.status(StatusCode::NOT_FOUND),
            };
        };
        match methods.find(&request) {
            Some(handler) => {
                request.params = params;
                dispatch(handler, request, reply);
            }
            None if request.method == Method::Options => {
                allow(reply, StatusCode::NO_CONTENT, &methods.allow());
            }
            None => not_allowed(&request, reply, &methods.allow()),
        }
    }

    /// Looking up never blocks; what is found runs where it wants to.
    fn place(&self) -> Place {
        Place::Inline
    }
}

/// A method that this resource does not take. What CONNECT asks to become nobody here can, unless
/// it is a WebSocket (RFC 9220 §3).
pub(crate) fn not_allowed(request: &Request, reply: Reply, methods: &str) {
    match &request.protocol {
        Some(protocol) if &**protocol != "websocket" => reply.status(StatusCode::NOT_IMPLEMENTED),
        _ => allow(reply, StatusCode::METHOD_NOT_ALLOWED, methods),
    }
}

/// Answers with `Allow`, which a 405 must have (RFC 9110 §15.5.6).
pub(crate) fn allow(reply: Reply, status: StatusCode, methods: &str) {
    let mut response = Response::new(status);
    if let Ok(value) = HeaderValue::new(methods) {
        response.headers.append(HeaderName::ALLOW, value);
    }
    if status.forbids_content() {
        return reply.send(response, ());
    }
    let kind = HeaderValue::from_static("text/plain; charset=utf-8");
    response.headers.append(HeaderName::CONTENT_TYPE, kind);
    reply.send(response, format!("{status} {}\n", status.reason()));
}

/// A segment as text, if its escapes are well formed and it is UTF-8.
fn decoded(segment: &str) -> Option<String> {
    let octets = http::uri::percent::decode(segment.as_bytes()).ok()?;
    String::from_utf8(octets.into_owned()).ok()
}
