//! Chromium at our server: a page that asks for everything and writes down how it came.
//!
//! ```text
//!   --origin-to-force-quic-on=localhost:PORT   HTTP/3 from the first packet on
//!   … =localhost:9999                          another origin: by Alt-Svc; but QUIC may now trust
//!                                              an authority that the system does not know
//! ```

use std::fs;
use std::process::Command;
use std::time::Instant;

use serde_json::Value;

use crate::matrix::{Verdict, table};
use crate::peers;
use crate::place::{Place, digest};
use testkit::TempDir;

/// How it comes to HTTP/3.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Forced,
    AltSvc,
}

/// Asks until an answer comes by HTTP/3, then does all of it.
const PAGE: &str = r#"<!doctype html><title>protocols</title><body>waiting</body><script>
const entry = path => performance.getEntriesByName(new URL(path, location).href).at(-1);
const by = path => entry(path).nextHopProtocol;
const two = octet => octet.toString(16).padStart(2, "0");
const hex = octets => [...new Uint8Array(octets)].map(two).join("");
const sum = async octets => hex(await crypto.subtle.digest("SHA-256", octets));
const text = async (path, options) => (await fetch(path, options)).text();
(async () => {
  const [page] = performance.getEntriesByType("navigation");
  const told = {first: page.nextHopProtocol, ways: []};
  for (let turn = 0; turn < 100 && told.ways.at(-1) !== "h3"; turn++) {
    const path = "/letters.txt?" + turn;
    told.get = await text(path);
    told.ways.push(by(path));
    await new Promise(done => setTimeout(done, 20));
  }
  told.status = (await fetch("/nowhere")).status;
  told.head = (await fetch("/letters.txt?head", {method: "HEAD"})).headers.get("content-length");
  const content = "한글".repeat(1000);
  told.post = (await text("/echo", {method: "POST", body: content})) === content;
  const large = await (await fetch("/large.bin")).arrayBuffer();
  told.download = await sum(large);
  told.upload = await text("/digest", {method: "POST", body: large});
  const paths = [...Array(100).keys()].map(number => "/letters.txt?p" + number);
  const many = await Promise.all(paths.map(path => text(path)));
  told.parallel = many.every(letters => letters.length === 26);
  told.trailers = await text("/trailers");
  told.informational = await text("/hinted");
  told.later = [...new Set(["/large.bin", "/digest", ...paths].map(by))];
  document.body.textContent = JSON.stringify(told);
})().catch(error => document.body.textContent = JSON.stringify({error: String(error)}));
</script>
"#;

/// All cases by Chromium at our server.
#[track_caller]
pub(crate) fn at_our_server(way: Way) {
    let Some(program) = peers::find("chromium") else { return };
    let place = Place::start();
    fs::write(place.folder.path().join("protocols.html"), PAGE).unwrap();
    let begin = Instant::now();
    let told = browse(&mut Command::new(program), &place, way);
    let took = begin.elapsed();
    let large = fs::read(place.folder.path().join("large.bin")).unwrap();
    let sum = digest(&large);
    let forced = way == Way::Forced;
    let head =
        if forced { "Chromium, forced ← wirebook" } else { "Chromium, Alt-Svc ← wirebook" };
    table(head, |case| {
        let good = match case {
            "get" => {
                let ways: Vec<&str> = told["ways"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .filter_map(Value::as_str)
                    .collect();
                // The page alone: Alt-Svc came with it, and what it asks for may be there by it.
                let first = if forced { "h3" } else { "h2" };
                told["get"] == "abcdefghijklmnopqrstuvwxyz"
                    && told["status"] == 404
                    && told["first"] == first
                    && ways.last() == Some(&"h3")
            }
            "head" => told["head"] == "26",
            "post" => told["post"] == true,
            "upload" => told["upload"] == format!("{} {sum}", large.len()),
            "download" => told["download"] == *sum,
            "parallel" => told["parallel"] == true && told["later"] == serde_json::json!(["h3"]),
            "trailers" => told["trailers"] == "one two three",
            "informational" => told["informational"] == "hinted\n",
            _ => return Verdict::Lacks,
        };
        if good { Verdict::Pass(took) } else { Verdict::Fail(told.to_string()) }
    });
}

/// What the page says of itself.
fn browse(command: &mut Command, place: &Place, way: Way) -> Value {
    let profile = TempDir::new("http3-chromium");
    let port = place.address().port();
    let quic = if way == Way::Forced { port } else { 9999 };
    command
        .args(["--headless", "--no-sandbox", "--disable-gpu", "--dump-dom"])
        .arg("--disable-dev-shm-usage")
        .arg(format!("--user-data-dir={}", profile.path().display()))
        .arg("--host-resolver-rules=MAP localhost 127.0.0.1")
        .arg(format!("--origin-to-force-quic-on=localhost:{quic}"))
        .arg(&place.papers.switch)
        .arg("--virtual-time-budget=30000")
        .arg(format!("https://localhost:{port}/protocols.html"));
    let output = peers::run(command, b"");
    let page = String::from_utf8_lossy(&output.stdout);
    let body = page.split_once("<body>").and_then(|(_, rest)| rest.split_once("</body>"));
    let body = body.map(|(body, _)| body.split("<script").next().unwrap_or_default());
    body.and_then(|body| serde_json::from_str(body.trim()).ok()).unwrap_or_else(|| {
        panic!("no page: {page}\n{}", String::from_utf8_lossy(&output.stderr));
    })
}
