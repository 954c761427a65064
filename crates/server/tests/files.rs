//! Static files: validators, ranges, folders, and paths that must not lead anywhere.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{ask, content, field, get, start, status};
use server::{Files, Running, Symlinks};
use std::{fs, os::unix::fs::symlink, path::Path};

/// A folder `site` with a secret beside it.
fn folder() -> testkit::TempDir {
    let place = testkit::TempDir::new("files");
    let site = place.path().join("site");
    fs::create_dir_all(site.join("sub")).unwrap();
    fs::create_dir_all(site.join("empty<>")).unwrap();
    fs::write(place.path().join("secret"), "secret").unwrap();
    fs::write(site.join("index.html"), "<p>index</p>").unwrap();
    fs::write(site.join("digits.txt"), "0123456789").unwrap();
    fs::write(site.join("소켓 1.txt"), "한글").unwrap();
    fs::write(site.join("sub/index.html"), "sub").unwrap();
    fs::write(site.join(".hidden"), "hidden").unwrap();
    fs::write(site.join("large"), vec![b'L'; 3 << 20]).unwrap();
    symlink("digits.txt", site.join("inside")).unwrap();
    symlink("../secret", site.join("outside")).unwrap();
    place
}

fn serve(place: &Path, change: impl FnOnce(Files) -> Files) -> Running {
    start(change(Files::new(place.join("site")).unwrap()))
}

#[test]
fn a_file_has_its_type_its_length_and_validators() {
    let place = folder();
    let server = serve(place.path(), |files| files);
    let answer = ask(&server, get("/digits.txt", ""));
    assert_eq!((status(&answer), content(&answer)), ("200", "0123456789"));
    assert_eq!(field(&answer, "Content-Type"), Some("text/plain; charset=utf-8"));
    assert_eq!(field(&answer, "Accept-Ranges"), Some("bytes"));
    let etag = field(&answer, "ETag").unwrap().to_string();
    let modified = field(&answer, "Last-Modified").unwrap().to_string();

    let again = ask(&server, get("/digits.txt", &format!("If-None-Match: {etag}\r\n")));
    assert_eq!((status(&again), content(&again)), ("304", ""));
    assert_eq!(field(&again, "ETag"), Some(etag.as_str()));
    let since = ask(&server, get("/digits.txt", &format!("If-Modified-Since: {modified}\r\n")));
    assert_eq!(status(&since), "304");
    let other = ask(&server, get("/digits.txt", "If-Match: \"other\"\r\n"));
    assert_eq!(status(&other), "412");
}

#[test]
fn names_are_decoded_and_large_files_arrive_whole() {
    let place = folder();
    let server = serve(place.path(), |files| files);
    let korean = ask(&server, get("/%EC%86%8C%EC%BC%93%201.txt", ""));
    assert_eq!((status(&korean), content(&korean)), ("200", "한글"));
    let large = ask(&server, get("/large", ""));
    assert_eq!(content(&large).len(), 3 << 20);
    assert!(content(&large).bytes().all(|octet| octet == b'L'));
}

#[test]
fn ranges_are_answered_with_parts() {
    let place = folder();
    let server = serve(place.path(), |files| files);
    for (range, code, said, part) in [
        ("bytes=2-4", "206", Some("bytes 2-4/10"), "234"),
        ("bytes=7-", "206", Some("bytes 7-9/10"), "789"),
        ("bytes=-2", "206", Some("bytes 8-9/10"), "89"),
        ("bytes=5-99", "206", Some("bytes 5-9/10"), "56789"),
        ("bytes=10-", "416", Some("bytes */10"), "416 Range Not Satisfiable\n"),
        ("lines=1-2", "200", None, "0123456789"),
        ("bytes=4-2", "200", None, "0123456789"),
    ] {
        let answer = ask(&server, get("/digits.txt", &format!("Range: {range}\r\n")));
        let found = (status(&answer), field(&answer, "Content-Range"), content(&answer));
        assert_eq!(found, (code, said, part), "{range}");
    }
    let several = ask(&server, get("/digits.txt", "Range: bytes=0-1,8-9\r\n"));
    assert_eq!(status(&several), "206");
    let kind = field(&several, "Content-Type").unwrap();
    let boundary = kind.strip_prefix("multipart/byteranges; boundary=").unwrap();
    assert_eq!(content(&several).matches(boundary).count(), 3);
    assert_eq!(field(&several, "Content-Length").unwrap(), content(&several).len().to_string());
    let stale = get("/digits.txt", "Range: bytes=0-1\r\nIf-Range: \"old\"\r\n");
    assert_eq!(status(&ask(&server, stale)), "200");
}

#[test]
fn folders_redirect_without_naming_a_host() {
    let place = folder();
    let server = serve(place.path(), |files| files);
    assert_eq!(content(&ask(&server, get("/", ""))), "<p>index</p>");
    assert_eq!(content(&ask(&server, get("/sub/", ""))), "sub");
    let answer = ask(&server, get("/sub?q=1", ""));
    assert_eq!((status(&answer), field(&answer, "Location")), ("301", Some("/sub/?q=1")));
    let tricky = ask(&server, get("//sub", ""));
    assert_eq!(field(&tricky, "Location"), Some("/sub/"));
    assert_eq!(status(&ask(&server, get("/empty%3C%3E/", ""))), "404");
    assert_eq!(status(&ask(&server, get("/digits.txt/", ""))), "404");
}

#[test]
fn a_listing_is_off_until_it_is_asked_for_and_escapes_names() {
    let place = folder();
    fs::remove_file(place.path().join("site/index.html")).unwrap();
    fs::write(place.path().join("site/back\\slash"), "not served").unwrap();
    let server = serve(place.path(), |files| files);
    assert_eq!(status(&ask(&server, get("/", ""))), "404");
    let server = serve(place.path(), |files| files.listing(true));
    let page = ask(&server, get("/", ""));
    assert!(page.contains("<a href=\"./empty%3C%3E/\">empty&lt;&gt;/</a>"), "{page}");
    assert!(page.contains("소켓 1.txt") && !page.contains("hidden"), "{page}");
    assert!(!page.contains("slash"), "a link to it would be a 400: {page}");
}

#[test]
fn nothing_above_the_root_is_reached() {
    let place = folder();
    let server = serve(place.path(), |files| files);
    for path in [
        "/../secret",
        "/sub/../../secret",
        "/%2e%2e/secret",
        "/..%2fsecret",
        "/sub/%2e%2e/%2e%2e/secret",
        "/..%5csecret",
        "/outside",
        "/.hidden",
        "/%2ehidden",
        "/sub/..%00/secret",
    ] {
        let answer = ask(&server, get(path, ""));
        assert!(matches!(status(&answer), "400" | "403" | "404"), "{path}: {answer}");
        assert!(!answer.contains("secret") && !answer.contains("hidden"), "{path}: {answer}");
    }
}

#[test]
fn links_obey_the_policy() {
    let place = folder();
    let server = serve(place.path(), |files| files);
    assert_eq!(status(&ask(&server, get("/inside", ""))), "200");
    assert_eq!(status(&ask(&server, get("/outside", ""))), "403");
    let server = serve(place.path(), |files| files.symlinks(Symlinks::Never));
    assert_eq!(status(&ask(&server, get("/inside", ""))), "403");
    let server = serve(place.path(), |files| files.symlinks(Symlinks::Follow));
    assert_eq!(content(&ask(&server, get("/outside", ""))), "secret");
}

#[test]
fn only_reading_is_allowed_and_a_pipe_is_not_opened() {
    let place = folder();
    let made = std::process::Command::new("mkfifo").arg(place.path().join("site/pipe")).status();
    let server = serve(place.path(), |files| files);
    let answer = ask(&server, "PUT /digits.txt HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n");
    assert_eq!((status(&answer), field(&answer, "Allow")), ("405", Some("GET, HEAD, OPTIONS")));
    if made.is_ok_and(|status| status.success()) {
        assert_eq!(status(&ask(&server, get("/pipe", ""))), "403");
    }
}

#[test]
fn a_range_counts_for_get_alone() {
    let place = folder();
    let server = serve(place.path(), |files| files);
    let head = "HEAD /digits.txt HTTP/1.1\r\nHost: a\r\nRange: bytes=2-4\r\n\r\n";
    let answer = ask(&server, head);
    assert_eq!((status(&answer), field(&answer, "Content-Range")), ("200", None));
    assert_eq!(field(&answer, "Content-Length"), Some("10"));
    let head = "HEAD /digits.txt HTTP/1.1\r\nHost: a\r\nRange: bytes=10-\r\n\r\n";
    assert_eq!(status(&ask(&server, head)), "200");
}

#[test]
fn a_weak_if_range_gets_the_whole() {
    let place = folder();
    let server = serve(place.path(), |files| files);
    let answer = ask(&server, get("/digits.txt", ""));
    let etag = field(&answer, "ETag").unwrap();
    let strong = get("/digits.txt", &format!("Range: bytes=0-1\r\nIf-Range: {etag}\r\n"));
    assert_eq!(status(&ask(&server, strong)), "206");
    let weak = get("/digits.txt", &format!("Range: bytes=0-1\r\nIf-Range: W/{etag}\r\n"));
    assert_eq!(status(&ask(&server, weak)), "200");
}

#[test]
fn a_file_from_the_future_was_modified_now() {
    let place = folder();
    let file = fs::File::open(place.path().join("site/digits.txt")).unwrap();
    let future = std::time::SystemTime::now() + std::time::Duration::from_secs(1_000_000);
    file.set_modified(future).unwrap();
    let server = serve(place.path(), |files| files);
    let answer = ask(&server, get("/digits.txt", ""));
    let time = |name| {
        let value = field(&answer, name).unwrap();
        http::date::parse(value.as_bytes(), wire::UnixTime(0)).unwrap()
    };
    assert!(time("Last-Modified") <= time("Date"), "{answer}");
}

#[test]
fn a_link_to_itself_is_nobody_elses_fault() {
    let place = folder();
    symlink("circle", place.path().join("site/circle")).unwrap();
    let server = serve(place.path(), |files| files);
    assert_eq!(status(&ask(&server, get("/circle", ""))), "404");
}

#[test]
fn a_file_that_is_kept_in_memory_is_sent_anew_when_it_changes() {
    let place = folder();
    let path = place.path().join("site/digits.txt");
    let written = |content: &str, seconds: u64| {
        fs::write(&path, content).unwrap();
        let then = std::time::SystemTime::now() - std::time::Duration::from_secs(seconds);
        fs::File::open(&path).unwrap().set_modified(then).unwrap();
    };
    written("0123456789", 60);
    let server = serve(place.path(), |files| files);
    let first = ask(&server, get("/digits.txt", ""));
    let again = ask(&server, get("/digits.txt", ""));
    assert_eq!((status(&again), content(&again)), ("200", "0123456789"));
    assert_eq!(field(&again, "ETag"), field(&first, "ETag"));
    let part = ask(&server, get("/digits.txt", "Range: bytes=2-4\r\n"));
    assert_eq!((status(&part), content(&part)), ("206", "234"));

    // As long, and as old to the second: the change is seen all the same.
    written("9876543210", 60);
    let other = ask(&server, get("/digits.txt", ""));
    assert_eq!((status(&other), content(&other)), ("200", "9876543210"));
    assert_ne!(field(&other, "ETag"), field(&first, "ETag"));
    fs::remove_file(&path).unwrap();
    assert_eq!(status(&ask(&server, get("/digits.txt", ""))), "404");
}
