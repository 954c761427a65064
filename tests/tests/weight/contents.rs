//! Four gigabytes down and up, in memory that does not grow with them.

use std::fs::File;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};

use testkit::TempDir;

use crate::memory;
use crate::program::{Serve, wirebook};
use crate::sockets::serving::Serving;

const SIZE: u64 = 4 << 30;

/// Octets that either side may have resident: the program, its libraries and some buffers.
const MOST: u64 = 48 << 20;

/// A file of that size without any content on the disk.
fn sparse(folder: &Path) -> String {
    let path = folder.join("big");
    File::create(&path).unwrap().set_len(SIZE).unwrap();
    path.to_str().unwrap().to_owned()
}

/// Runs `wirebook get` to its end; what it printed, and the most memory it had.
fn get(arguments: &[&str]) -> (String, u64) {
    let mut child = Command::new(wirebook())
        .args(["get", "-sS"])
        .args(arguments)
        .env_remove("http_proxy")
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut most = 0;
    while child.try_wait().unwrap().is_none() {
        most = most.max(memory::most_resident(child.id()).unwrap_or(0));
        std::thread::sleep(std::time::Duration::from_millis(10));
    }
    let mut text = String::new();
    child.stdout.take().unwrap().read_to_string(&mut text).unwrap();
    assert!(child.wait().unwrap().success(), "get {arguments:?}: {text}");
    (text, most)
}

#[track_caller]
fn assert_light(who: &str, most: u64) {
    assert!(most > 0 && most <= MOST, "{who} had {most} octets resident, at most {MOST}");
}

#[test]
fn four_gigabytes_down() {
    let folder = TempDir::new("down");
    sparse(folder.path());
    let serve = Serve::start(folder.path(), &[]);
    let url = format!("http://{}/big", serve.address);
    let (text, most) = get(&["-o", "/dev/null", "-w", "%{http_code} %{size_download}", &url]);
    assert_eq!(text, format!("200 {SIZE}"));
    assert_light("the client", most);
    assert_light("the server", memory::most_resident(serve.pid()).unwrap());
}

#[test]
fn four_gigabytes_up() {
    let serving = Serving::start();
    let folder = TempDir::new("up");
    let file = sparse(folder.path());
    let url = format!("http://{}/count", serving.address);
    let (text, most) = get(&["-T", &file, &url]);
    assert_eq!(text.trim(), SIZE.to_string());
    assert_light("the client", most);
    assert_light("the server", memory::most_resident(serving.pid()).unwrap());
}
