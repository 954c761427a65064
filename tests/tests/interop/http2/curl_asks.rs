//! curl at our server: by prior knowledge, by Upgrade, by ALPN.

use super::place::Place;
use crate::curl::{Seen, curl, curl_with};
use crate::site::{LETTERS, noise};

/// curl's ways into HTTP/2. Before 8.0 it cannot use a connection twice that it made by prior
/// knowledge, and holds no more than 32 KiB that come together with a 101, whoever the server is.
const WAYS: [&str; 3] = ["--http2-prior-knowledge", "--http2", "ALPN"];

/// curl, to its end, by one of [`WAYS`]; the path's place is held by `{}`.
#[track_caller]
fn ask(place: &Place, way: &str, input: &[u8], arguments: &[&str]) -> Option<Seen> {
    let ca = place.authority();
    let mut all = match way {
        "ALPN" => vec!["--http2".to_owned(), "--cacert".to_owned(), ca],
        way => vec![way.to_owned()],
    };
    for argument in arguments {
        all.push(match argument.strip_prefix("{}") {
            Some(path) if way == "ALPN" => place.secure(path),
            Some(path) => place.plain(path),
            None => (*argument).to_owned(),
        });
    }
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    curl_with(input, &all)
}

/// The rest of a test needs curl, and that it ends well.
macro_rules! curl {
    ($place:expr, $way:expr, $input:expr, $arguments:expr $(,)?) => {
        match ask($place, $way, $input, $arguments) {
            Some(seen) => {
                assert_eq!(seen.code, 0, "{}: {}", $way, seen.err);
                seen
            }
            None => return,
        }
    };
}

#[test]
fn several_requests_by_each_way_on_one_connection() {
    let place = Place::start();
    let told = " %{http_code} %{http_version} %{num_connects}\n";
    for way in ["--http2", "ALPN"] {
        let seen = curl!(&place, way, b"", &["-w", told, "{}/letters.txt", "{}/letters.txt?2"]);
        let expected = format!("{LETTERS} 200 2 1\n{LETTERS} 200 2 0\n");
        assert_eq!(seen.text(), expected, "{way}: {}", seen.err);
    }
}

#[test]
fn bodies_arrive_whole() {
    let place = Place::start();
    let large = place.large();
    for way in WAYS {
        let seen = curl!(&place, way, b"", &["{}/empty.txt"]);
        assert!(seen.out.is_empty(), "{way}");
        if way == "--http2" {
            continue;
        }
        let seen = curl!(&place, way, b"", &["{}/medium.bin"]);
        assert!(seen.out == place.file("medium.bin"), "{way}: {} octets", seen.out.len());
        let seen = curl!(&place, way, b"", &["{}/large.bin"]);
        assert!(seen.out == large, "{way}: {} octets", seen.out.len());
    }
}

#[test]
fn uploads_with_and_without_expect() {
    let place = Place::start();
    let (small, octets) = (noise(100), noise(8 << 20));
    for way in ["--http2-prior-knowledge", "ALPN"] {
        for expect in ["Expect:", "Expect: 100-continue"] {
            for content in [&small, &octets] {
                let patient = ["-H", expect, "--expect100-timeout", "60", "{}/echo"];
                for upload in [&["-X", "PUT", "--data-binary", "@-"][..], &["-T", "-"]] {
                    let seen = curl!(&place, way, content, &[upload, &patient].concat());
                    assert!(seen.out == *content, "{way} {expect}: {} octets", seen.out.len());
                }
            }
        }
    }
}

#[test]
fn an_upload_of_fifty_mebibytes_is_counted() {
    let place = Place::start();
    let octets = noise(super::place::LARGE);
    for way in ["--http2-prior-knowledge", "ALPN"] {
        let seen = curl!(&place, way, &octets, &["-T", "-", "{}/count"]);
        assert_eq!(seen.text(), octets.len().to_string(), "{way}");
    }
}

/// With Upgrade the content goes in HTTP/1.1, and the answer comes on stream 1.
#[test]
fn an_upload_that_begins_in_1_1() {
    let place = Place::start();
    let octets = noise(10_000);
    let data = ["-X", "POST", "--data-binary", "@-"];
    let told = ["-o", "/dev/null", "-w", "%{http_code} %{size_download}"];
    let seen = curl!(&place, "--http2", &octets, &[&data[..], &told, &["{}/echo"]].concat());
    assert_eq!(seen.text(), "200 10000", "{}", seen.err);
}

#[test]
fn head_has_the_fields_of_get_and_no_content() {
    let place = Place::start();
    for way in WAYS {
        let seen = curl!(&place, way, b"", &["-I", "{}/letters.txt"]);
        let head = seen.text().rsplit("HTTP/2 ").next().unwrap();
        assert!(head.starts_with("200 "), "{way}: {head}");
        for field in ["content-length: 26\r\n", "content-type: text/plain", "etag: ", "date: "] {
            assert!(head.contains(field), "{way}: {field} in {head}");
        }
    }
}

#[test]
fn parts_and_copies_that_are_still_fresh() {
    let place = Place::start();
    for way in WAYS {
        for (range, part) in [("0-4", "abcde"), ("-5", "vwxyz"), ("20-", "uvwxyz")] {
            let seen =
                curl!(&place, way, b"", &["-r", range, "-w", " %{http_code}", "{}/letters.txt"]);
            assert_eq!(seen.text(), format!("{part} 206"), "{way} -r {range}");
        }
        let since = "If-Modified-Since: Fri, 01 Jan 2100 00:00:00 GMT";
        let seen = curl!(&place, way, b"", &["-H", since, "-w", "%{http_code}", "{}/letters.txt"]);
        assert!(["304", "200"].iter().any(|code| seen.text().ends_with(code)), "{way}");
    }
}

#[test]
fn trailers_and_early_hints() {
    let place = Place::start();
    for way in WAYS {
        let seen = curl!(&place, way, b"", &["-i", "{}/trailers"]);
        let (_, content) = seen.text().rsplit_once("\r\n\r\none").expect("a head and content");
        assert!(content.starts_with(" two three"), "{way}: {content}");
        let seen = curl!(&place, way, b"", &["-v", "{}/trailers"]);
        assert!(seen.err.contains("< x-sum: 11"), "{way}: {}", seen.err);
        let seen = curl!(&place, way, b"", &["-i", "{}/hinted"]);
        let text = seen.text();
        assert!(text.contains("HTTP/2 103"), "{way}: {text}");
        assert!(text.contains("link: </style.css>; rel=preload"), "{way}: {text}");
        assert!(text.ends_with("hinted\n"), "{way}: {text}");
    }
}

#[test]
fn twenty_at_a_time_on_one_connection() {
    let place = Place::start();
    let folder = testkit::TempDir::new("parallel");
    let (urls, file) = (place.secure("/medium.bin?[1-60]"), folder.path().join("#1"));
    let parallel = ["-Z", "--parallel-max", "20", "-o", file.to_str().unwrap()];
    let told = ["-w", "%{num_connects} %{http_version}\n", &urls];
    let seen = curl!(&place, "ALPN", b"", &[&parallel[..], &told].concat());
    let lines: Vec<&str> = seen.text().lines().collect();
    assert_eq!(lines.len(), 60, "{lines:?}");
    assert!(lines.iter().all(|line| line.ends_with(" 2")), "{lines:?}");
    // The others wait for the first one to learn that it may be shared.
    let connections = lines.iter().filter(|line| line.starts_with('1')).count();
    assert_eq!(connections, 1, "{lines:?}");
    let expected = place.file("medium.bin");
    for number in 1..=60 {
        let octets = std::fs::read(folder.path().join(number.to_string())).unwrap();
        assert!(octets == expected, "{number}: {} octets", octets.len());
    }
}

/// Who offers HTTP/1.1 alone gets it, on the same ports.
#[test]
fn http1_beside_it() {
    let place = Place::start();
    let (ca, told) = (place.authority(), " %{http_version}");
    for url in [place.plain("/letters.txt"), place.secure("/letters.txt")] {
        let Some(seen) = curl(&["--http1.1", "--cacert", &ca, "-w", told, &url]) else { return };
        assert_eq!(seen.text(), format!("{LETTERS} 1.1"), "{}", seen.err);
    }
}
