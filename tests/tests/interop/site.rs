//! A small site on disk: one file of each kind that a server treats differently.

use std::fs;
use std::path::Path;

use testkit::TempDir;

/// 26 octets whose positions can be counted by eye.
pub(crate) const LETTERS: &str = "abcdefghijklmnopqrstuvwxyz";

/// A picture of one grey pixel.
const PIXEL: &[u8] = &[
    0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, b'I', b'H', b'D', b'R', 0, 0, 0,
    1, 0, 0, 0, 1, 8, 0, 0, 0, 0, 0x3a, 0x7e, 0x9b, 0x55, 0, 0, 0, 10, b'I', b'D', b'A', b'T',
    0x78, 0x9c, 0x63, 0x68, 0, 0, 0, 0x82, 0, 0x81, 0x77, 0xcd, 0x72, 0xb6, 0, 0, 0, 0, b'I', b'E',
    b'N', b'D', 0xae, 0x42, 0x60, 0x82,
];

const PAGE: &str = r#"<!doctype html>
<html lang="ko"><head><meta charset="utf-8"><title>소켓과 HTTP</title>
<link rel="stylesheet" href="/style.css"></head>
<body><h1>From a socket to a page</h1><img src="/picture.png" alt="a pixel">
<p id="style">?</p><p id="picture">?</p><p id="echo">?</p><p id="range">?</p><p id="again">?</p>
<script src="/script.js"></script></body></html>
"#;

const SCRIPT: &str = r#"
const say = (id, text) => { document.getElementById(id).textContent = text; };
addEventListener("load", async () => {
  say("style", getComputedStyle(document.querySelector("h1")).letterSpacing);
  say("picture", "width " + document.querySelector("img").naturalWidth);
  const sent = "한글 ".repeat(20000);
  const answer = await fetch("/echo", { method: "POST", body: sent });
  say("echo", answer.status + " " + ((await answer.text()) === sent));
  const part = await fetch("/letters.txt", { headers: { Range: "bytes=2-4" } });
  say("range", part.status + " " + await part.text());
  const again = await Promise.all(
    Array.from({ length: 30 }, (_, n) => fetch("/letters.txt?" + n).then((r) => r.text())));
  say("again", again.filter((text) => text.length === 26).length + " times");
});
"#;

/// Octets that no compression and no accident makes.
pub(crate) fn noise(length: usize) -> Vec<u8> {
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut octets = Vec::with_capacity(length + 8);
    while octets.len() < length {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        octets.extend_from_slice(&state.to_le_bytes());
    }
    octets.truncate(length);
    octets
}

/// Writes the site into a new folder.
pub(crate) fn site() -> TempDir {
    let folder = TempDir::new("site");
    let write = |path: &str, octets: &[u8]| {
        let path = folder.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, octets).unwrap();
    };
    write("index.html", PAGE.as_bytes());
    write("style.css", b"h1 { letter-spacing: 7px }\n");
    write("script.js", SCRIPT.as_bytes());
    write("picture.png", PIXEL);
    write("letters.txt", LETTERS.as_bytes());
    write("empty.txt", b"");
    write("big.bin", &noise(3_000_000));
    write("folder/index.html", b"<p>a folder</p>\n");
    write("bare/file.txt", b"no index here\n");
    write("한글 파일.txt", "안녕\n".as_bytes());
    folder
}

/// The octets of one file of the site.
pub(crate) fn read(folder: &Path, path: &str) -> Vec<u8> {
    fs::read(folder.join(path)).unwrap()
}
