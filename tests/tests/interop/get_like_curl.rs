//! `wirebook get` beside curl against nginx: the same octets, the same files, the same exit code.
//!
//! Each case is run twice, once with each program, in a folder of its own. What may differ: `Date`,
//! the boundary of several parts, and the remarks on top of a cookie file.

use std::collections::BTreeMap;
use std::process::Command;

use testkit::TempDir;

use crate::nginx::Nginx;
use crate::peers;
use crate::program::wirebook;
use crate::site::noise;

/// What a program left behind.
#[derive(PartialEq, Eq)]
struct Left {
    code: Option<i32>,
    out: Vec<u8>,
    files: BTreeMap<String, Vec<u8>>,
}

/// Output without what tells the time, the turn or the program.
fn comparable(octets: &[u8]) -> Vec<u8> {
    let mut kept = Vec::with_capacity(octets.len());
    for line in octets.split_inclusive(|octet| *octet == b'\n') {
        if line.to_ascii_lowercase().starts_with(b"date: ") || line.starts_with(b"# ") {
            continue;
        }
        // nginx counts its boundaries, in twenty digits.
        match line.windows(20).position(|window| window.iter().all(u8::is_ascii_digit)) {
            Some(at) => {
                kept.extend_from_slice(&line[..at]);
                kept.extend_from_slice(&line[at + 20..]);
            }
            None => kept.extend_from_slice(line),
        }
    }
    kept
}

fn run(mut command: Command, arguments: &[String], input: &[u8]) -> (Left, String) {
    let folder = TempDir::new("get");
    std::fs::write(folder.path().join("upload"), noise(70_000)).unwrap();
    std::fs::write(folder.path().join("form"), "one=1&two=둘").unwrap();
    for variable in ["http_proxy", "https_proxy", "all_proxy", "no_proxy", "ALL_PROXY", "NO_PROXY"]
    {
        command.env_remove(variable);
    }
    let output = peers::run(command.args(arguments).current_dir(folder.path()), input);
    let files = std::fs::read_dir(folder.path()).unwrap().map(|entry| {
        let entry = entry.unwrap();
        let octets = std::fs::read(entry.path()).unwrap();
        (entry.file_name().into_string().unwrap(), comparable(&octets))
    });
    let files = files.collect();
    let left = Left { code: output.status.code(), out: comparable(&output.stdout), files };
    (left, String::from_utf8_lossy(&output.stderr).into_owned())
}

/// What differs between the two, in words; nothing where they agree.
fn difference(curl: &Left, ours: &Left) -> Option<String> {
    let show = |octets: &[u8]| {
        let text = String::from_utf8_lossy(octets);
        let short: String = text.chars().take(700).collect();
        format!("({} octets)\n{short}", octets.len())
    };
    if curl.code != ours.code {
        return Some(format!("exit codes: curl {:?}, get {:?}", curl.code, ours.code));
    }
    if curl.out != ours.out {
        return Some(format!("output: curl {}\n--- get {}", show(&curl.out), show(&ours.out)));
    }
    for name in curl.files.keys().chain(ours.files.keys()) {
        let (theirs, ours) = (curl.files.get(name), ours.files.get(name));
        if theirs != ours {
            let show = |file: Option<&Vec<u8>>| file.map_or("no file".into(), |file| show(file));
            return Some(format!("file {name}: curl {}\n--- get {}", show(theirs), show(ours)));
        }
    }
    None
}

/// Runs every case with both programs and fails with all differences at once.
pub(crate) fn compare(cases: &[&[&str]]) {
    let Some(curl) = peers::find("curl") else { return };
    let Some(nginx) = Nginx::start() else { return };
    let mut differences = Vec::new();
    for case in cases {
        // A word that begins with `/` is a path at nginx.
        let words = case.iter().map(|word| match word.starts_with('/') {
            true => nginx.url(word),
            false => (*word).replace("{address}", &nginx.address.to_string()),
        });
        let common = ["-sS", "-A", "same/1", "-m", "60"].map(str::to_owned).into_iter();
        let arguments: Vec<String> = common.chain(words).collect();
        let mut command = Command::new(&curl);
        command.arg("--disable");
        nginx.forget_uploads();
        let (theirs, _) = run(command, &arguments, b"from standard input");
        let mut command = Command::new(wirebook());
        command.arg("get");
        nginx.forget_uploads();
        let (ours, errors) = run(command, &arguments, b"from standard input");
        if let Some(difference) = difference(&theirs, &ours) {
            differences.push(format!("get {}: {difference}\n{errors}", case.join(" ")));
        }
    }
    let count = differences.len();
    assert!(count == 0, "{count} of {} differ:\n{}", cases.len(), differences.join("\n"));
}

#[test]
fn contents_and_heads() {
    compare(&[
        &["/letters.txt"],
        &["/big.bin"],
        &["/empty.txt"],
        &["/"],
        &["/%ED%95%9C%EA%B8%80%20%ED%8C%8C%EC%9D%BC.txt"],
        &["/letters.txt", "/see", "/letters.txt"],
        &["/chunked"],
        &["-i", "/letters.txt"],
        &["-i", "/chunked"],
        &["-I", "/letters.txt"],
        &["-I", "/418"],
        &["-i", "/204"],
        &["--http1.0", "/big.bin"],
        &["--http1.0", "-i", "/see"],
        &["-r", "2-5", "/letters.txt"],
        &["-r", "-3", "-i", "/letters.txt"],
        &["-r", "0-1,5-6", "-o", "parts", "-w", "%{http_code}", "/letters.txt"],
        &["-r", "90-", "-w", "%{http_code}", "-o", "out", "/letters.txt"],
        &[
            "-H",
            "If-Modified-Since: Fri, 31 Dec 2100 00:00:00 GMT",
            "-w",
            "%{http_code}",
            "/letters.txt",
        ],
        &["/see?a=1&b=%20c#fragment"],
        &["/a/../see"],
    ]);
}

#[test]
fn what_is_sent() {
    compare(&[
        &["-H", "X-One: 1", "-H", "Accept:", "/see"],
        &["-H", "X-One;", "/see"],
        &["-H", "Host: elsewhere.example", "/see"],
        &["-A", "me/2", "-e", "http://from.example/", "-b", "a=b; c=d", "/see"],
        &["-d", "one=1", "-d", "two=2", "/see"],
        &["-d", "@form", "/see"],
        &["--data-urlencode", "q=소켓 과&", "/see"],
        &["-G", "-d", "q=1", "-d", "r=2", "/see?p=0"],
        &["--json", "{\"a\": 1}", "/see"],
        &["-X", "OPTIONS", "/see"],
        &["-X", "DELETE", "-w", "%{http_code}", "/letters.txt"],
        &["-T", "upload", "-w", "%{http_code}", "/uploads/new"],
        &["-T", "-", "-w", "%{http_code}", "/uploads/stdin"],
        &["-T", "upload", "/uploads/twice", "-o", "one", "-w", "%{http_code} %{size_upload}\n"],
        &["-F", "a=b", "-w", "%{http_code}", "-o", "out", "/418"],
        &["-u", "user:secret", "/secret"],
        &["-u", "user:wrong", "-w", "%{http_code}", "/secret"],
        &["-i", "/secret"],
    ]);
}

#[test]
fn redirects_and_cookies() {
    compare(&[
        &["/301", "-w", "%{http_code} %{redirect_url}\n"],
        &["-i", "/302"],
        &["-L", "/301"],
        &["-L", "/302"],
        &["-L", "-i", "/twice"],
        &["-L", "-d", "a=1", "/301"],
        &["-L", "-d", "a=1", "/302"],
        &["-L", "-d", "a=1", "/303"],
        &["-L", "-d", "a=1", "/307"],
        &["-L", "-d", "a=1", "/308"],
        &["-L", "-w", "%{num_redirects} %{url_effective} %{http_code}\n", "/twice"],
        &["-L", "-o", "out", "/round"],
        &["-L", "--max-redirs", "2", "-w", "%{num_redirects}", "-o", "out", "/round"],
        &["-L", "-c", "jar", "-o", "out", "-w", "%{http_code}", "/cookie", "-b", "old=1"],
    ]);
}

#[test]
fn outputs_and_failures() {
    compare(&[
        &["-O", "/letters.txt"],
        &["-O", "/letters.txt", "-O", "/style.css"],
        &["-o", "here", "-D", "heads", "/big.bin"],
        &["-o", "no/such/folder", "/letters.txt"],
        &["-f", "/none"],
        &["-f", "/418"],
        &["/418"],
        &[
            "/500",
            "-w",
            "%{http_code} %{content_type} %{size_download} %{http_version} %{method}\n",
        ],
        &["/drop"],
        &["http://127.0.0.1:1/"],
        &["http://no-such-host.invalid/"],
        &["nope://{address}/"],
        &["not a url"],
        &["--resolve", "book.example:80:127.0.0.1", "http://book.example:1/"],
        &["-x", "http://{address}", "http://127.0.0.1/see"],
        &["/letters.txt", "/drop", "/letters.txt"],
    ]);
}
