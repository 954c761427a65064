//! Other people's WebSocket clients at `wirebook serve`: Python's, websocat, and Chromium with the
//! page `/_wirebook/`.

use std::process::Command;

use testkit::TempDir;

use crate::peers;
use crate::program::Serve;
use crate::site::noise;

fn serve() -> (TempDir, Serve) {
    let folder = TempDir::new("sockets");
    let serve = Serve::start(folder.path(), &[]);
    (folder, serve)
}

/// Runs a script of checks, which tells of each, and of the last that all is well.
#[track_caller]
fn all_well(command: &mut Command) {
    let output = peers::run(command, b"");
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && text.ends_with("all well\n"),
        "{text}\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
}

#[test]
fn pythons_client_with_and_without_compression() {
    let Some(mut python) = peers::python("client.py") else { return };
    let (_folder, serve) = serve();
    all_well(python.arg(format!("ws://{}/_wirebook/echo", serve.address)));
}

#[test]
fn a_browser_shows_the_page_and_speaks() {
    let Some(mut python) = peers::python("page.py") else { return };
    let Some(chromium) = peers::find("chromium") else { return };
    let (_folder, serve) = serve();
    all_well(python.arg(chromium).arg(format!("http://{}/_wirebook/", serve.address)));
}

#[test]
fn websocat_sends_lines_and_octets() {
    let Some(websocat) = peers::find("websocat") else { return };
    let (_folder, serve) = serve();
    let url = format!("ws://{}/_wirebook/echo", serve.address);
    let run = |kind: &str, input: &[u8]| {
        let output = peers::run(Command::new(&websocat).args([kind, &url]), input);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        output.stdout
    };
    let lines = "one\n둘\n\nfour\n".as_bytes();
    assert_eq!(String::from_utf8_lossy(&run("--text", lines)), "one\n둘\n\nfour\n");
    // It cuts them into messages as it reads them.
    let octets = noise(300_000);
    assert!(run("--binary", &octets) == octets, "the octets come back");
}
