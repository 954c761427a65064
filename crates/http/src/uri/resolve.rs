//! What a reference means beside a base: how `../g` becomes a URI.
//!
//! RFC 3986 §5.2
//!
//! ```text
//! the reference has …   scheme   authority   path              query
//! a scheme              its      its         its, dots removed its
//! an authority          base's   its         its, dots removed its
//! a path from /         base's   base's      its, dots removed its
//! another path          base's   base's      merged, removed   its
//! a query alone         base's   base's      base's            its
//! nothing               base's   base's      base's            base's
//! ```
//!
//! The fragment is always the reference's.
//!
//! Invariant: what two URIs resolve to is a URI: a path that would be read as an authority gets
//! `/.` in front.

use super::{InvalidUri, Reference, Uri};

impl Uri {
    /// The URI that `reference` means where this one is the base.
    ///
    /// # Errors
    /// [`InvalidUri`] where `reference` is no URI reference.
    pub fn resolve(&self, reference: &str) -> Result<Self, InvalidUri> {
        Ok(self.join(&Reference::parse(reference)?))
    }

    /// As [`resolve`](Self::resolve), for a reference that is parsed already (RFC 3986 §5.2.2).
    // ANCHOR: resolve
    #[must_use]
    pub fn join(&self, reference: &Reference<'_>) -> Self {
        let owned = |text: &str| text.to_owned();
        let query = reference.query.map(owned);
        let (scheme, authority, path, query) =
            if reference.scheme.is_some() || reference.authority.is_some() {
                let path = remove_dot_segments(reference.path);
                let scheme = reference.scheme.map(str::to_ascii_lowercase);
                (scheme, reference.authority.clone(), path, query)
            } else if reference.path.is_empty() {
                let query = query.or_else(|| self.query().map(owned));
                (None, self.authority().cloned(), self.path().to_owned(), query)
            } else if reference.path.starts_with('/') {
                let path = remove_dot_segments(reference.path);
                (None, self.authority().cloned(), path, query)
            } else {
                let path = remove_dot_segments(&self.merge(reference.path));
                (None, self.authority().cloned(), path, query)
            };
        let scheme = scheme.unwrap_or_else(|| self.scheme().to_owned());
        Self::compose(scheme, authority, path, query, reference.fragment.map(owned))
    }
    // ANCHOR_END: resolve

    /// `path` in the place of what follows the last `/` of this path (RFC 3986 §5.2.3).
    fn merge(&self, path: &str) -> String {
        if self.authority().is_some() && self.path().is_empty() {
            return format!("/{path}");
        }
        let directory = self.path().rfind('/').and_then(|slash| self.path().get(..=slash));
        format!("{}{path}", directory.unwrap_or_default())
    }
}

/// `path` without `.` and `..`, which mean "here" and "one up" (RFC 3986 §5.2.4). `..` at the root
/// stays at the root.
///
/// Invariant: linear in the path's length, unlike the RFC's own wording, which moves text about.
pub fn remove_dot_segments(path: &str) -> String {
    let (mut root, rest) = match path.strip_prefix('/') {
        Some(rest) => ("/", rest),
        None => ("", path),
    };
    let mut segments: Vec<&str> = Vec::new();
    let (mut all, mut ends_in_dot) = (rest.split('/').peekable(), false);
    while let Some(segment) = all.next() {
        ends_in_dot = all.peek().is_none() && matches!(segment, "." | "..");
        match segment {
            "." => {}
            ".." => {
                // A path without a root has one once its first segment is taken back: the RFC's
                // steps remove the segment and leave the slash behind it.
                if segments.pop().is_some() && segments.is_empty() {
                    root = "/";
                }
            }
            other => segments.push(other),
        }
    }
    // What ends in a dot segment names a directory, so it ends in `/`.
    if ends_in_dot && !segments.is_empty() {
        segments.push("");
    }
    format!("{root}{}", segments.join("/"))
}
