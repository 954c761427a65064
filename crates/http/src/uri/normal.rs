//! One text for URIs that mean the same.
//!
//! RFC 3986 §6.2.2 and §6.2.3, RFC 9110 §4.2.3
//!
//! | step              | before                     | after                |
//! |-------------------|----------------------------|----------------------|
//! | case              | `HTTP://Example.COM/%7e%c3`| `http://example.com/~%C3` |
//! | percent-encoding  | `/%7Euser`                 | `/~user`             |
//! | dot segments      | `/a/./b/../c`              | `/a/c`               |
//! | default port      | `http://example.com:80/`   | `http://example.com/`|
//! | empty path        | `http://example.com`       | `http://example.com/`|
//!
//! Invariant: normalising twice is normalising once.

use super::{Uri, default_port, percent, remove_dot_segments};

impl Uri {
    /// The normal form: syntax first, then what `http` and `https` add.
    #[must_use]
    pub fn normalise(&self) -> Self {
        let default = default_port(&self.scheme);
        // Dots that were encoded become dots here, so they are removed afterwards.
        let mut path = percent::normalise(&self.path);
        // The path of `mailto:a` is no hierarchy; its dots are just dots.
        if self.authority.is_some() || path.starts_with('/') {
            path = remove_dot_segments(&path);
        }
        if path.is_empty() && self.authority.is_some() && default.is_some() {
            path.push('/');
        }
        let authority = self.authority.clone().map(|authority| {
            let port = authority.port().filter(|port| Some(*port) != default);
            authority.with_port(port)
        });
        let text = |text: &String| percent::normalise(text);
        let (query, fragment) = (self.query.as_ref().map(text), self.fragment.as_ref().map(text));
        Self::compose(self.scheme.clone(), authority, path, query, fragment)
    }
}
