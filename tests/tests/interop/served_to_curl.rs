//! What curl gets from our server: versions, ranges, preconditions, uploads, expectations.

use crate::curl::{curl, curl_with};
use crate::ours::Ours;
use crate::site::{LETTERS, noise};

/// The rest of a test needs curl.
macro_rules! curl {
    ($($argument:expr),* $(,)?) => {
        match curl(&[$($argument),*]) {
            Some(seen) => {
                assert_eq!(seen.code, 0, "{}", seen.err);
                seen
            }
            None => return,
        }
    };
}

#[test]
fn one_connection_serves_two_requests_in_1_1() {
    let ours = Ours::start();
    let url = ours.url("/letters.txt");
    let seen = curl!("-w", " %{http_code} %{num_connects}\n", &url, &url);
    assert_eq!(seen.text(), format!("{LETTERS} 200 1\n{LETTERS} 200 0\n"), "{seen:?}");
}

#[test]
fn each_request_has_its_connection_in_1_0() {
    let ours = Ours::start();
    let url = ours.url("/letters.txt");
    let seen = curl!("--http1.0", "-w", " %{http_code} %{num_connects}\n", &url, &url);
    assert_eq!(seen.text(), format!("{LETTERS} 200 1\n{LETTERS} 200 1\n"), "{seen:?}");
}

#[test]
fn keep_alive_is_a_wish_in_1_0() {
    let ours = Ours::start();
    let url = ours.url("/letters.txt");
    let wish = "Connection: keep-alive";
    let seen = curl!("--http1.0", "-H", wish, "-w", " %{num_connects}\n", &url, &url);
    assert_eq!(seen.text(), format!("{LETTERS} 1\n{LETTERS} 0\n"), "{seen:?}");
}

#[test]
fn close_is_a_command_in_1_1() {
    let ours = Ours::start();
    let url = ours.url("/letters.txt");
    let seen = curl!("-H", "Connection: close", "-w", " %{num_connects}\n", &url, &url);
    assert_eq!(seen.text(), format!("{LETTERS} 1\n{LETTERS} 1\n"), "{seen:?}");
}

#[test]
fn a_large_file_arrives_whole() {
    let ours = Ours::start();
    let seen = curl!(&ours.url("/big.bin"));
    assert!(seen.out == ours.file("big.bin"), "{} octets, {}", seen.out.len(), seen.err);
}

#[test]
fn head_has_the_fields_of_get_and_no_content() {
    let ours = Ours::start();
    let seen = curl!("-I", &ours.url("/letters.txt"));
    let head = seen.text().to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 200 "), "{head}");
    for field in ["content-length: 26\r\n", "content-type: text/plain", "etag: ", "date: "] {
        assert!(head.contains(field), "{field} in {head}");
    }
    assert!(head.ends_with("\r\n\r\n"));
}

#[test]
fn parts_of_a_file() {
    let ours = Ours::start();
    let url = ours.url("/letters.txt");
    for (range, part) in
        [("0-4", "abcde"), ("-5", "vwxyz"), ("20-", "uvwxyz"), ("5-5", "f"), ("20-99", "uvwxyz")]
    {
        let seen = curl!("-r", range, "-w", " %{http_code}", &url);
        assert_eq!(seen.text(), format!("{part} 206"), "-r {range}");
    }
    let seen = curl!("-r", "26-", "-D", "-", "-o", "/dev/null", &url);
    let head = seen.text().to_ascii_lowercase();
    assert!(head.contains(" 416 ") && head.contains("content-range: bytes */26\r\n"), "{head}");
}

#[test]
fn several_parts_at_once() {
    let ours = Ours::start();
    let seen = curl!("-r", "0-1,24-25", "-i", &ours.url("/letters.txt"));
    let text = seen.text();
    let (head, content) = text.split_once("\r\n\r\n").unwrap();
    assert!(head.contains(" 206 "), "{head}");
    let boundary = head.split("boundary=").nth(1).unwrap().lines().next().unwrap();
    let parts: Vec<&str> =
        content.split(&format!("--{}", boundary.trim_matches('"'))).skip(1).collect();
    assert_eq!(parts.len(), 3, "two parts and the end: {content}");
    for (part, range, octets) in
        [(parts[0], "bytes 0-1/26", "ab"), (parts[1], "bytes 24-25/26", "yz")]
    {
        let (fields, content) = part.split_once("\r\n\r\n").unwrap();
        let range = format!("content-range: {range}");
        assert!(fields.to_ascii_lowercase().contains(&range), "{fields}");
        assert_eq!(content, format!("{octets}\r\n"));
    }
    assert_eq!(parts[2].trim_end(), "--");
}

#[test]
fn a_copy_that_is_still_fresh_is_not_sent_again() {
    let ours = Ours::start();
    let url = ours.url("/letters.txt");
    let head = curl!("-I", &url);
    let field = |name: &str| {
        let line = head.text().lines().find(|line| line.to_ascii_lowercase().starts_with(name));
        line.unwrap()[name.len()..].trim().to_owned()
    };
    let (etag, modified) = (field("etag:"), field("last-modified:"));
    for (condition, expected) in [
        (format!("If-None-Match: {etag}"), "304 0"),
        (format!("If-None-Match: \"other\", {etag}"), "304 0"),
        ("If-None-Match: \"other\"".to_owned(), "200 26"),
        (format!("If-Modified-Since: {modified}"), "304 0"),
        ("If-Modified-Since: Sun, 06 Nov 1994 08:49:37 GMT".to_owned(), "200 26"),
        (format!("If-Match: {etag}"), "200 26"),
        ("If-Unmodified-Since: Sun, 06 Nov 1994 08:49:37 GMT".to_owned(), "412"),
        ("If-Match: \"other\"".to_owned(), "412"),
    ] {
        let seen =
            curl!("-H", &condition, "-w", "%{http_code} %{size_download}", "-o", "/dev/null", &url);
        assert!(seen.text().starts_with(expected), "{condition}: {}", seen.text());
    }
}

#[test]
fn a_part_only_of_the_same_version() {
    let ours = Ours::start();
    let url = ours.url("/letters.txt");
    let head = curl!("-I", &url);
    let head = head.text();
    let line = head.lines().find(|line| line.to_ascii_lowercase().starts_with("etag:")).unwrap();
    let same = format!("If-Range:{}", &line[5..]);
    let seen = curl!("-r", "0-1", "-H", &same, "-w", " %{http_code}", &url);
    assert_eq!(seen.text(), "ab 206");
    let seen = curl!("-r", "0-1", "-H", "If-Range: \"other\"", "-w", " %{http_code}", &url);
    assert_eq!(seen.text(), format!("{LETTERS} 200"));
}

#[test]
fn content_comes_in_chunks_and_goes_back() {
    let ours = Ours::start();
    let content = noise(1_000_000);
    let chunked = "Transfer-Encoding: chunked";
    let url = ours.url("/echo");
    let Some(seen) = curl_with(&content, &["-T", "-", "-H", chunked, "-H", "Expect:", &url]) else {
        return;
    };
    assert!(seen.out == content, "{} octets came back, {}", seen.out.len(), seen.err);
}

#[test]
fn an_upload_is_counted_and_not_kept() {
    let ours = Ours::start();
    let content = noise(20_000_000);
    let Some(seen) = curl_with(&content, &["-T", "-", &ours.url("/count")]) else { return };
    assert_eq!(seen.text(), "20000000");
}

#[test]
fn continue_comes_when_the_content_is_wanted() {
    let ours = Ours::start();
    // curl would send after a while even without; half a minute tells the two apart.
    let wait = ["--expect100-timeout", "55", "-H", "Expect: 100-continue", "-v"];
    let url = ours.url("/echo");
    let Some(seen) = curl_with(b"", &[&wait[..], &["--data-binary", "hello", &url]].concat())
    else {
        return;
    };
    assert_eq!(seen.text(), "hello");
    assert!(seen.err.contains("< HTTP/1.1 100 Continue"), "{}", seen.err);
    // Where the answer is known without the content, it comes at once.
    let url = ours.url("/letters.txt");
    let more = ["--data-binary", "hello", "-o", "/dev/null", "-w", "%{http_code}", url.as_str()];
    let Some(seen) = curl_with(b"", &[&wait[..], &more].concat()) else { return };
    assert_eq!(seen.text(), "405");
    assert!(!seen.err.contains("100 Continue"), "{}", seen.err);
}

#[test]
fn an_expectation_that_nobody_knows_fails() {
    let ours = Ours::start();
    let url = ours.url("/echo");
    let seen =
        curl!("-H", "Expect: 200-ok", "-d", "x", "-o", "/dev/null", "-w", "%{http_code}", &url);
    assert_eq!(seen.text(), "417");
}

#[test]
fn chunks_and_trailers_arrive() {
    let ours = Ours::start();
    let seen = curl!("-i", &ours.url("/trailers"));
    let text = seen.text().to_ascii_lowercase();
    assert!(text.contains("transfer-encoding: chunked\r\n"), "{text}");
    assert!(text.contains("one two three"), "{text}");
    assert!(text.contains("x-sum: 11\r\n"), "{text}");
    // A 1.0 client knows neither; the end of the connection is the end of the content.
    let seen = curl!("--http1.0", "-i", &ours.url("/trailers"));
    let text = seen.text().to_ascii_lowercase();
    assert!(!text.contains("transfer-encoding"), "{text}");
    assert!(text.ends_with("\r\n\r\none two three"), "{text}");
}

#[test]
fn each_violation_has_its_status() {
    let ours = Ours::start();
    let status = ["-o", "/dev/null", "-w", "%{http_code}"];
    let long = format!("/{}", "a".repeat(60_000));
    let field = format!("X-Long: {}", "a".repeat(60_000));
    let cases: [(&str, &[&str], &str); 9] = [
        ("/none", &[], "404"),
        ("/letters.txt", &["-X", "DELETE"], "405"),
        ("/letters.txt", &["-X", "BREW"], "501"),
        ("/letters.txt", &["-H", "Host:"], "400"),
        ("/letters.txt", &["-H", "Host: a b"], "400"),
        (
            "/echo",
            &["-d", "x", "-H", "Content-Length: 1", "-H", "Transfer-Encoding: chunked"],
            "400",
        ),
        ("/echo", &["-d", "x", "-H", "Transfer-Encoding: zip, chunked"], "501"),
        (&long, &[], "414"),
        ("/letters.txt", &["-H", &field], "431"),
    ];
    for (path, arguments, expected) in cases {
        let url = ours.url(path);
        let Some(seen) = curl(&[&status[..], arguments, &[&url]].concat()) else { return };
        let name = &path[..path.len().min(20)];
        assert_eq!(seen.text(), expected, "{name} {:.60?}: {}", arguments, seen.err);
    }
}

#[test]
fn a_405_tells_what_is_allowed() {
    let ours = Ours::start();
    let seen = curl!("-i", "-X", "DELETE", &ours.url("/letters.txt"));
    assert!(seen.text().to_ascii_lowercase().contains("\r\nallow: get, head"), "{}", seen.text());
}

#[test]
fn no_path_leads_above_the_root() {
    let ours = Ours::start();
    for path in ["/../../etc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/..%2f..%2fetc/passwd", "/%00"]
    {
        let seen = curl!("--path-as-is", "-w", "%{http_code}", "-o", "/dev/null", &ours.url(path));
        assert!(matches!(seen.text(), "400" | "403" | "404"), "{path}: {}", seen.text());
    }
}

#[test]
fn korean_names_and_folders() {
    let ours = Ours::start();
    let path = "/%ED%95%9C%EA%B8%80%20%ED%8C%8C%EC%9D%BC.txt";
    let seen = curl!(&ours.url(path));
    assert_eq!(seen.text(), "안녕\n");
    let seen = curl!("-L", "-w", "%{num_redirects} %{url_effective}", &ours.url("/folder?q"));
    assert_eq!(seen.text(), format!("<p>a folder</p>\n1 {}", ours.url("/folder/?q")));
    // Names are content too: there is no listing unless somebody turned it on.
    let seen = curl!("-o", "/dev/null", "-w", "%{http_code}", &ours.url("/bare/"));
    assert_eq!(seen.text(), "404");
}

#[test]
fn the_target_may_be_absolute_or_an_asterisk() {
    let ours = Ours::start();
    // To a proxy, curl sends the absolute form; a server must take it too (RFC 9112 §3.2.2).
    let seen = curl!("-x", &ours.url(""), &ours.url("/letters.txt"));
    assert_eq!(seen.text(), LETTERS);
    let star = ["-X", "OPTIONS", "--request-target", "*", "-o", "/dev/null", "-w", "%{http_code}"];
    let Some(seen) = curl(&[&star[..], &[&ours.url("/")]].concat()) else { return };
    assert!(matches!(seen.text(), "200" | "204"), "{}", seen.text());
}

#[test]
fn many_at_once() {
    let ours = Ours::start();
    let urls = ours.url("/letters.txt?[1-200]");
    let seen = curl!("--parallel", "--parallel-max", "50", "-w", "%{http_code}\n", &urls);
    assert_eq!(seen.text().matches("200").count(), 200, "{}", seen.err);
    assert_eq!(seen.text().matches(LETTERS).count(), 200);
}
