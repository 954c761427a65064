//! From a request's path to a file below the root, or to a refusal.
//!
//! | the path holds            | answer | because                                           |
//! |---------------------------|--------|---------------------------------------------------|
//! | a bad `%` escape          | 400    | it means nothing                                  |
//! | `%00`, `%2F`, `\`         | 400    | no file has such a name; they only serve to trick |
//! | `.` or `..`               | 400    | clients resolve them before they ask              |
//! | a segment with a leading dot | 404 | hidden files are not content (`.well-known` is)   |
//! | a device, socket or pipe  | 403    | opening one can block, or do something            |
//! | a link out of the root    | 403    | unless the policy says otherwise                  |
//!
//! Invariant: what is opened was split at `/` *before* it was decoded, and decoded once.

use http::StatusCode;
use std::{
    fs::{self, File, Metadata},
    io,
    path::{Path, PathBuf},
};

/// What to do with symbolic links.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Symlinks {
    /// Follow those that end below the root. (Whoever can change links *while* a request is looked
    /// up can still win a race; do not serve folders that strangers write to.)
    #[default]
    Within,
    /// Follow all.
    Follow,
    /// Follow none: each is a 403.
    Never,
}

/// What a path leads to.
pub(super) enum Found {
    /// A regular file, open.
    File(Box<OpenFile>),
    /// A folder.
    Folder(PathBuf),
}

/// A regular file that is open.
pub(super) struct OpenFile {
    pub(super) file: File,
    pub(super) metadata: Metadata,
    /// Where it is.
    pub(super) place: PathBuf,
    /// The name, for its type.
    pub(super) name: String,
}

/// A folder whose files are given out as they are, with nothing of HTTP around them.
#[derive(Debug)]
pub(crate) struct Root {
    place: PathBuf,
    links: Symlinks,
}

impl Root {
    /// What lies below `place`.
    ///
    /// # Errors
    /// Where `place` is not there, or is not a folder.
    pub(crate) fn new(place: impl AsRef<Path>, links: Symlinks) -> io::Result<Self> {
        let place = place.as_ref().canonicalize()?;
        if !place.is_dir() {
            return Err(io::ErrorKind::NotADirectory.into());
        }
        Ok(Self { place, links })
    }

    /// A regular file, and its length in octets.
    ///
    /// # Errors
    /// Why not, as a status of HTTP says it.
    pub(crate) fn open(&self, path: &str) -> Result<(File, u64), StatusCode> {
        match resolve(&self.place, path, self.links)? {
            Found::File(found) => Ok((found.file, found.metadata.len())),
            Found::Folder(_) => Err(StatusCode::NOT_FOUND),
        }
    }
}

// ANCHOR: segments
/// The decoded segments of `path`.
fn segments(path: &str) -> Result<Vec<String>, StatusCode> {
    let mut segments = Vec::new();
    for raw in path.split('/').filter(|raw| !raw.is_empty()) {
        let octets =
            http::uri::percent::decode(raw.as_bytes()).map_err(|_| StatusCode::BAD_REQUEST)?;
        let segment = String::from_utf8(octets.into_owned()).map_err(|_| StatusCode::NOT_FOUND)?;
        if segment.contains(['/', '\\', '\0']) || segment == "." || segment == ".." {
            return Err(StatusCode::BAD_REQUEST);
        }
        if segment.starts_with('.') && segment != ".well-known" {
            return Err(StatusCode::NOT_FOUND);
        }
        segments.push(segment);
    }
    Ok(segments)
}
// ANCHOR_END: segments

/// What `path` leads to below `root`, which is canonical.
pub(super) fn resolve(root: &Path, path: &str, links: Symlinks) -> Result<Found, StatusCode> {
    let segments = segments(path)?;
    let mut place = root.to_path_buf();
    for segment in &segments {
        place.push(segment);
        let is_link = || fs::symlink_metadata(&place).is_ok_and(|found| found.is_symlink());
        if links == Symlinks::Never && is_link() {
            return Err(StatusCode::FORBIDDEN);
        }
    }
    // Asked before opening: opening a pipe would wait for its other end.
    // It needs no descriptor, so what fails here is the path itself: links in a circle, say.
    let metadata = fs::metadata(&place).map_err(|error| match status(&error) {
        StatusCode::SERVICE_UNAVAILABLE => StatusCode::NOT_FOUND,
        status => status,
    })?;
    if links == Symlinks::Within {
        let real = place.canonicalize().map_err(|error| status(&error))?;
        if !real.starts_with(root) {
            return Err(StatusCode::FORBIDDEN);
        }
    }
    if metadata.is_dir() {
        return Ok(Found::Folder(place));
    }
    // `/page.html/` names something inside a file, and there is nothing.
    if path.ends_with('/') {
        return Err(StatusCode::NOT_FOUND);
    }
    if !metadata.is_file() {
        return Err(StatusCode::FORBIDDEN);
    }
    let file = File::open(&place).map_err(|error| status(&error))?;
    // Asked again of the open file: the name may lead to another one by now.
    let metadata = file.metadata().map_err(|error| status(&error))?;
    if !metadata.is_file() {
        return Err(StatusCode::FORBIDDEN);
    }
    let name = segments.into_iter().next_back().unwrap_or_default();
    Ok(Found::File(Box::new(OpenFile { file, metadata, place, name })))
}

fn status(error: &io::Error) -> StatusCode {
    match error.kind() {
        io::ErrorKind::NotFound
        | io::ErrorKind::NotADirectory
        | io::ErrorKind::InvalidInput
        | io::ErrorKind::InvalidFilename => StatusCode::NOT_FOUND,
        io::ErrorKind::PermissionDenied => StatusCode::FORBIDDEN,
        // Descriptors or memory have run out: not the client's fault, and it may pass.
        _ => StatusCode::SERVICE_UNAVAILABLE,
    }
}

#[cfg(test)]
mod tests {
    use super::segments;
    use http::StatusCode;

    #[test]
    fn paths_that_leave_the_root_are_refused() {
        for path in [
            "/..",
            "/../etc",
            "/a/../../etc",
            "/%2e%2e/etc",
            "/..%2fetc",
            "/a\\b",
            "/%00",
            "/%zz",
            "/%",
        ] {
            assert_eq!(segments(path), Err(StatusCode::BAD_REQUEST), "{path}");
        }
    }

    #[test]
    fn a_path_is_decoded_once() {
        assert_eq!(segments("/%252e%252e/x"), Ok(vec!["%2e%2e".into(), "x".into()]));
        assert_eq!(segments("//a//b/"), Ok(vec!["a".into(), "b".into()]));
        assert_eq!(segments("/%EC%86%8C%EC%BC%93"), Ok(vec!["소켓".into()]));
    }

    #[test]
    fn hidden_files_are_not_there() {
        assert_eq!(segments("/.git/config"), Err(StatusCode::NOT_FOUND));
        assert!(segments("/.well-known/security.txt").is_ok());
    }
}
