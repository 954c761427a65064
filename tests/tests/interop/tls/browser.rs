//! Chromium at `wirebook serve --https`, started as `wirebook cert` says.

use std::process::Command;

use super::papers::{Papers, program, well};
use crate::peers;
use crate::program::Serve;
use crate::site;
use testkit::TempDir;

/// Our server, and the certificate that was made for it.
fn serve(papers: &Papers, site: &TempDir) -> Serve {
    let (certificate, key) = (papers.path("cert.pem"), papers.path("key.pem"));
    let arguments = ["--https", "127.0.0.1:0", "--cert", &certificate, "--key", &key];
    Serve::start(site.path(), &arguments)
}

/// The command for Chromium that `wirebook cert` prints for new files in that folder.
fn printed(papers: &Papers) -> String {
    let out = papers.path("");
    let text = well(&program(&["cert", "--force", "--out", out.trim_end_matches('/')]));
    let line = text.lines().find(|line| line.trim_start().starts_with("chromium "));
    line.unwrap_or_else(|| panic!("no command in {text}")).trim().to_owned()
}

#[test]
fn the_printed_command_shows_the_page() {
    let Some(chromium) = peers::find("chromium") else { return };
    let (papers, site) = (Papers::ours(), site::site());
    let command = printed(&papers);
    let serve = serve(&papers, &site);
    let port = serve.tls.unwrap().port();
    assert!(command.ends_with(" https://localhost:8443/"), "{command}");
    let command = command.replace(":8443/", &format!(":{port}/letters.txt"));
    // Nothing is left out or changed but the port; what is added is what a machine without a
    // screen needs.
    let script = format!(
        "{command} --headless --no-sandbox --disable-gpu --no-first-run --disable-sync \
         --disable-background-networking --disable-component-update --timeout=60000 --dump-dom"
    );
    let profile = TempDir::new("chromium");
    let folder = chromium.parent().unwrap().display();
    let path = format!("{folder}:{}", std::env::var("PATH").unwrap_or_default());
    let run = |script: &str| {
        let mut shell = Command::new("sh");
        shell.args(["-c", script]).env("PATH", &path).env("TMPDIR", profile.path());
        let output = peers::run(&mut shell, b"");
        String::from_utf8_lossy(&output.stdout).into_owned()
    };
    let dom = run(&script);
    assert!(dom.contains(site::LETTERS), "{command}:\n{dom}");
    // Without the list it does not go there.
    let (begin, rest) = script.split_once("--ignore-certificate-errors-spki-list=").unwrap();
    let without = format!("{begin}{}", rest.split_once(' ').unwrap().1);
    let dom = run(&without);
    assert!(!dom.contains(site::LETTERS), "{without}:\n{dom}");
}

#[test]
fn a_page_with_web_sockets() {
    let Some(chromium) = peers::find("chromium") else { return };
    let Some(mut python) = peers::python("page.py") else { return };
    let (papers, site) = (Papers::ours(), site::site());
    let command = printed(&papers);
    let serve = serve(&papers, &site);
    let switch = command.split(' ').find(|word| word.contains("spki-list")).unwrap();
    let url = format!("https://localhost:{}/_wirebook/", serve.tls.unwrap().port());
    let text = well(&peers::run(python.arg(chromium).arg(url).arg(switch), b""));
    assert!(text.ends_with("all well\n"), "{text}");
}

#[test]
fn it_is_refused_without_the_switch() {
    let Some(chromium) = peers::find("chromium") else { return };
    let Some(mut python) = peers::python("refused.py") else { return };
    let (papers, site) = (Papers::ours(), site::site());
    let serve = serve(&papers, &site);
    let url = format!("https://localhost:{}/_wirebook/", serve.tls.unwrap().port());
    let text = well(&peers::run(python.arg(chromium).arg(url), b""));
    assert!(text.contains("ERR_CERT_AUTHORITY_INVALID"), "{text}");
}
