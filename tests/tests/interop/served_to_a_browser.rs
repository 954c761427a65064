//! A page with a style, a picture and a script, as headless Chromium sees it.

use std::process::Command;

use testkit::TempDir;

use crate::ours::Ours;
use crate::peers;

/// Runs the browser to its end on one page, with a profile of its own.
fn chromium(url: &str, arguments: &[&str]) -> Option<Vec<u8>> {
    let profile = TempDir::new("chromium");
    let mut command = Command::new(peers::find("chromium")?);
    command
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"])
        .args(["--disable-background-networking", "--disable-component-update", "--disable-sync"])
        .arg(format!("--user-data-dir={}", profile.path().display()))
        // The page's own clock runs ahead while nothing is under way, and stands while it waits for
        // us.
        .args(["--virtual-time-budget=20000", "--timeout=60000"])
        .args(arguments)
        .arg(url);
    let output = peers::run(&mut command, b"");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    Some(output.stdout)
}

#[test]
fn a_page_and_all_it_asks_for() {
    let ours = Ours::start();
    let Some(dom) = chromium(&ours.url("/"), &["--dump-dom"]) else { return };
    let dom = String::from_utf8(dom).expect("text");
    for (what, seen) in [
        ("the title, in Korean", "<title>소켓과 HTTP</title>"),
        ("the style", "<p id=\"style\">7px</p>"),
        ("the picture", "<p id=\"picture\">width 1</p>"),
        ("content sent and echoed", "<p id=\"echo\">200 true</p>"),
        ("a part of a file", "<p id=\"range\">206 cde</p>"),
        ("thirty requests at once", "<p id=\"again\">30 times</p>"),
    ] {
        assert!(dom.contains(seen), "{what}: {seen} in\n{dom}");
    }
}

#[test]
fn a_picture_of_the_page() {
    let ours = Ours::start();
    let folder = TempDir::new("screenshot");
    let file = folder.path().join("page.png");
    let argument = format!("--screenshot={}", file.display());
    if chromium(&ours.url("/"), &["--window-size=800,600", &argument]).is_none() {
        return;
    }
    let picture = std::fs::read(file).unwrap();
    assert!(picture.starts_with(b"\x89PNG\r\n\x1a\n") && picture.len() > 2_000, "a picture");
}
