//! Where figures stand, and which there are.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Every figure, by the chapter that shows it first.
pub(crate) const FIGURES: &[&str] = &[
    // 1 Sockets and ports
    "pairs",
    "boundaries",
    "eyeballs",
    "states",
    "strace-threads",
    "strace-loop",
    // 2 HTTP/1.0
    "request10",
    "response10",
    "ends",
    "cut",
    "costs",
    // 3 HTTP/1.1
    "pipeline",
    "chunked",
    "framing",
    "smuggling",
    "hol",
    // 4 From requests.get to a socket
    "requests-get",
    "get-trace",
    "get-trace-again",
    // 5 WebSocket
    "not-a-socket",
    "realtime",
    "realtime-browser",
    "ws-frames",
    "handshake",
    "frames",
    "poison",
    "utf8",
    "closing",
    "hello-deflate",
    "takeover",
    "bomb",
    "ws-wall",
    // 6 TLS
    "tls-talk",
    "tls-costs",
    "tls-get",
    "tls-hello",
    "tls-listener",
    "tls-opened",
    "tls-schedule",
    "tls-record",
    "tls-changed",
    "tls-certificate",
    "tls-names",
    "tls-refused",
    "tls-resumed",
    "tls-replay",
    "tls-retry",
    "tls-update",
    "tls-ends",
    "tls-wall",
    // 7 HTTP/2, its octets
    "h2-both",
    "h2-again",
    "h2-opening",
    "h2-talk",
    "h2-ten",
    "h2-table",
    "h2-integers",
    "h2-guess",
    "h2-resize",
    "h2-limits",
    // 8 HTTP/2, its streams
    "h2-get",
    "h2-unblocked",
    "h2-order",
    "h2-path",
    "h2-stuck",
    "h2-push",
    "h2-hints",
    "h2-told",
    "h2-reset",
    "h2-ceilings",
    "h2-websocket",
    "h2-goodbye",
    "h2-lost",
    "h3-streams",
];

/// Those that are drawn.
pub(crate) const DRAWINGS: &[&str] = &["h2-segments"];

/// The top folder of the repository.
pub(crate) fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_path_buf()
}

/// Compares what a run printed with the figure `name`, or writes the figure under `BLESS=1`.
#[track_caller]
pub(crate) fn figure(name: &str, found: &str) {
    assert!(FIGURES.contains(&name), "{name} is not in FIGURES");
    let wide = found.lines().find(|line| line.chars().count() > 100);
    assert_eq!(wide, None, "{name}: too wide for a page");
    let blank = found.lines().find(|line| line.ends_with(' '));
    assert_eq!(blank, None, "{name}: space at the end of a line");
    testkit::golden(root().join("docs/figures").join(format!("{name}.txt")), found);
}

/// The same for a drawing, which a page takes in as it stands.
#[track_caller]
pub(crate) fn drawing(name: &str, svg: &str) {
    assert!(DRAWINGS.contains(&name), "{name} is not in DRAWINGS");
    assert!(svg.starts_with("<svg "), "{name}: not a drawing");
    // Markdown ends a block of HTML at an empty line.
    assert_eq!(svg.lines().find(|line| line.is_empty()), None, "{name}: an empty line");
    testkit::golden(root().join("docs/figures").join(format!("{name}.svg")), svg);
}

fn pages() -> String {
    let mut all = String::new();
    for entry in fs::read_dir(root().join("docs/en")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "md") {
            all += &fs::read_to_string(path).unwrap();
        }
    }
    all
}

#[test]
fn every_figure_is_made_by_a_run_and_shown_on_a_page() {
    let texts = FIGURES.iter().map(|name| format!("{name}.txt"));
    let drawings = DRAWINGS.iter().map(|name| format!("{name}.svg"));
    let listed: BTreeSet<String> = texts.chain(drawings).collect();
    let there: BTreeSet<String> = fs::read_dir(root().join("docs/figures"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".txt") || name.ends_with(".svg"))
        .collect();
    assert_eq!(there, listed, "left: docs/figures; right: FIGURES, DRAWINGS");
    let pages = pages();
    for file in listed {
        let include = format!("{{{{#include ../figures/{file}}}}}");
        assert!(pages.contains(&include), "no page of docs/en has {include}");
    }
}
