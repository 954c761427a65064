//! A folder's entries as a page.
//!
//! Names come from whoever may write there: they are shown as text (`<` as `&lt;`) and linked to
//! with all but a segment's letters percent-encoded, so that a file called `<script>` or
//! `javascript:x` is a name and nothing else.
//!
//! Invariant: nothing that a handler of files would refuse to serve for its name is shown.

use crate::Reply;
use http::{HeaderName, HeaderValue, Response, StatusCode, uri::percent};
use std::{fmt::Write, fs, path::Path};

/// Entries shown at most: a folder can hold millions, and the page is made in memory.
const MOST: usize = 10_000;

pub(super) fn send(reply: Reply, path: &str, folder: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return reply.status(StatusCode::FORBIDDEN);
    };
    let mut names: Vec<(bool, String)> = entries
        .flatten()
        .take(MOST)
        .filter_map(|entry| {
            let name = entry.file_name().into_string().ok()?;
            (!name.starts_with('.') && !name.contains('\\')).then(|| (!entry.path().is_dir(), name))
        })
        .collect();
    // Folders first, then by name.
    names.sort();
    let shown = percent::decode(path.as_bytes())
        .map(|octets| escape(&String::from_utf8_lossy(&octets)))
        .unwrap_or_default();
    let mut page = format!(
        "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title>{shown}</title>\n\
         <style>body{{font:16px/1.6 system-ui,sans-serif;margin:2rem auto;max-width:50rem;\
         padding:0 1rem}}\
         li{{list-style:none}}</style></head>\n<body><h1>{shown}</h1>\n<ul>\n"
    );
    if path != "/" {
        page.push_str("<li><a href=\"../\">../</a></li>\n");
    }
    for (is_file, name) in names {
        let slash = if is_file { "" } else { "/" };
        let link = percent::encode(name.as_bytes(), percent::is_segment);
        // `./` keeps a name with a colon from being read as a scheme (RFC 3986 §4.2).
        let _ = writeln!(page, "<li><a href=\"./{link}{slash}\">{}{slash}</a></li>", escape(&name));
    }
    page.push_str("</ul></body></html>\n");
    let mut response = Response::new(StatusCode::OK);
    let kind = HeaderValue::from_static("text/html; charset=utf-8");
    response.headers.append(HeaderName::CONTENT_TYPE, kind);
    reply.send(response, page);
}

/// Text that a page shows as it is.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            other => out.push(other),
        }
    }
    out
}
