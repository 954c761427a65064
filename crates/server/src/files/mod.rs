//! Files of a folder, as a web server gives them: types, validators, ranges, indexes.
//!
//! ```text
//!   path ──► resolve ──► regular file ──► preconditions ──► ranges ──► 200, 206, 304, 412, 416
//!                   └──► folder ──► redirect to `…/`, index.html, or a listing if that is on
//! ```
//!
//! Runs on the loop: looking up and opening a file in the page cache takes microseconds, and large
//! contents go from the page cache to the socket by `sendfile`. On a network file system, wrap it
//! in a handler that runs on a worker.
//!
//! Invariant: no path leads above the root. Segments are split before they are decoded, and a
//! decoded one that is `.`, `..`, or holds `/`, `\` or NUL is refused (see [`resolve`]).

mod listing;
mod memory;
mod resolve;
mod send;

pub(crate) use resolve::Root;
pub use resolve::Symlinks;

use crate::{
    Handler, Place, Reply, Request,
    router::{allow, not_allowed},
};
use http::{HeaderName, HeaderValue, Method, Response, StatusCode};
use memory::Memory;
use resolve::Found;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Serves the files below a folder.
#[derive(Debug, Clone)]
pub struct Files {
    root: PathBuf,
    listing: bool,
    symlinks: Symlinks,
    index: &'static str,
    cache_control: Option<String>,
    memory: Arc<Memory>,
}

impl Files {
    /// Serves what lies below `root`.
    ///
    /// # Errors
    /// Where `root` is not there, or is not a folder.
    pub fn new(root: impl AsRef<Path>) -> std::io::Result<Self> {
        let root = root.as_ref().canonicalize()?;
        if !root.is_dir() {
            return Err(std::io::ErrorKind::NotADirectory.into());
        }
        let (symlinks, index) = (Symlinks::default(), "index.html");
        let (listing, cache_control) = (false, None);
        let memory = Arc::new(Memory::new(memory::MOST));
        Ok(Self { root, listing, symlinks, index, cache_control, memory })
    }

    /// Whether a folder without an index shows its entries. Off by default: names are content too.
    #[must_use]
    pub fn listing(mut self, on: bool) -> Self {
        self.listing = on;
        self
    }

    /// What to do with symbolic links.
    #[must_use]
    pub fn symlinks(mut self, policy: Symlinks) -> Self {
        self.symlinks = policy;
        self.memory = Arc::new(Memory::new(self.memory.most()));
        self
    }

    /// Octets of memory for files of up to 32 KiB that are asked for again and again; 8 MiB unless
    /// you say, and 0 for none. Before one is sent from there the file system is asked whether it
    /// is still what it was, so no answer is older than its request. Where links may not be
    /// followed nothing is kept, for then each step of each path is looked at.
    #[must_use]
    pub fn memory(mut self, octets: usize) -> Self {
        self.memory = Arc::new(Memory::new(octets));
        self
    }

    /// The `Cache-Control` of each answer; none by default, so that caches ask each time the
    /// validators let them (RFC 9111 §4.2.2).
    #[must_use]
    pub fn cache_control(mut self, value: &str) -> Self {
        self.cache_control = Some(value.into());
        self
    }

    fn redirect(reply: Reply, request: &Request) {
        // A path that begins with `//` would be read as a host (RFC 3986 §4.2).
        let path = format!("/{}/", request.target.path().trim_matches('/'));
        let location = match request.target.query() {
            Some(query) => format!("{path}?{query}"),
            None => path,
        };
        let mut response = Response::new(StatusCode::MOVED_PERMANENTLY);
        match HeaderValue::new(&location) {
            Ok(value) => response.headers.append(HeaderName::LOCATION, value),
            Err(_) => return reply.status(StatusCode::BAD_REQUEST),
        }
        reply.send(response, "301 Moved Permanently\n");
    }
}

impl Handler for Files {
    fn handle(&self, request: Request, reply: Reply) {
        match request.method {
            Method::Get | Method::Head => {}
            Method::Options => return allow(reply, StatusCode::NO_CONTENT, "GET, HEAD, OPTIONS"),
            _ => return not_allowed(&request, reply, "GET, HEAD, OPTIONS"),
        }
        let path = request.target.path();
        if let Some(kept) = self.memory.find(path) {
            return send::send(self, &request, reply, &kept.described);
        }
        match resolve::resolve(&self.root, path, self.symlinks) {
            Ok(Found::File(file)) => send::send_opened(self, &request, reply, file),
            Ok(Found::Folder(_)) if !path.ends_with('/') => Self::redirect(reply, &request),
            Ok(Found::Folder(folder)) => {
                let index = format!("{path}{}", self.index);
                match resolve::resolve(&self.root, &index, self.symlinks) {
                    Ok(Found::File(file)) => send::send_opened(self, &request, reply, file),
                    _ if self.listing => listing::send(reply, path, &folder),
                    _ => reply.status(StatusCode::NOT_FOUND),
                }
            }
            Err(status) => reply.status(status),
        }
    }

    fn place(&self) -> Place {
        Place::Inline
    }
}
