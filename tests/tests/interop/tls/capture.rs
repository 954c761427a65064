//! tshark reads a run of ours with the key log that ours wrote.
//!
//! ```text
//!   get ──► relay ──► serve         SSLKEYLOGFILE, or --keylog
//!             └── what passed ──► run.pcap ──► tshark -o tls.keylog_file:… ──► GET, 200, content
//! ```
//!
//! The octets are those of the run; the heads of IP and TCP around them are made here, for to catch
//! packets takes rights that a test should not need. libpcap's format:
//!
//! ```text
//!   file    a1b2c3d4 | 2 | 4 | 0 | 0 | 65535 | 101 (packets begin with IP)
//!   packet  seconds | microseconds | octets here | octets on the wire | IPv4 | TCP | octets
//! ```

use std::fs;
use std::path::Path;
use std::process::Command;

use super::papers::{Papers, ours, well};
use super::relay::{Passed, Relay};
use crate::peers;
use crate::program::Serve;
use crate::site;

const SYN: u8 = 2;
const PUSH_ACK: u8 = 0x18;
const ACK: u8 = 0x10;
const FIN_ACK: u8 = 0x11;

/// Octets that one packet holds; many more than a real one, and within IPv4's length.
const SEGMENT: usize = 32_768;

/// Packets one behind the other.
struct Pcap {
    octets: Vec<u8>,
    packets: u32,
}

impl Pcap {
    fn new() -> Self {
        let mut octets = 0xa1b2_c3d4_u32.to_be_bytes().to_vec();
        octets.extend([0, 2, 0, 4]);
        for word in [0_u32, 0, 65_535, 101] {
            octets.extend(word.to_be_bytes());
        }
        Self { octets, packets: 0 }
    }

    /// One packet of `connection`, between made-up hosts; the server's port is that of `https`.
    fn packet(
        &mut self,
        connection: usize,
        from_client: bool,
        at: [u32; 2],
        flags: u8,
        content: &[u8],
    ) {
        let client = (10_u8, 40_000 + u16::try_from(connection).unwrap());
        let (from, to) = if from_client { (client, (20, 443)) } else { ((20, 443), client) };
        let length = u32::try_from(40 + content.len()).unwrap();
        for word in [1_800_000_000, self.packets, length, length] {
            self.octets.extend(word.to_be_bytes());
        }
        self.packets += 1;
        // Version and length, identification, TTL 64 and TCP, no checksum (nobody looks at it).
        self.octets.extend([0x45, 0]);
        self.octets.extend(u16::try_from(length).unwrap().to_be_bytes());
        self.octets.extend([0, 0, 0x40, 0, 64, 6, 0, 0, 10, 0, 0, from.0, 10, 0, 0, to.0]);
        self.octets.extend(from.1.to_be_bytes());
        self.octets.extend(to.1.to_be_bytes());
        for number in at {
            self.octets.extend(number.to_be_bytes());
        }
        self.octets.extend([0x50, flags, 0xff, 0xff, 0, 0, 0, 0]);
        self.octets.extend(content);
    }
}

/// A capture of what passed.
fn pcap(passed: &[Passed]) -> Vec<u8> {
    let mut out = Pcap::new();
    let connections = passed.iter().map(|piece| piece.connection + 1).max().unwrap_or(0);
    for connection in 0..connections {
        // The client's next number, and the server's.
        let mut next = [1_u32, 1];
        out.packet(connection, true, [0, 0], SYN, b"");
        out.packet(connection, false, [0, 1], SYN | ACK, b"");
        out.packet(connection, true, [1, 1], ACK, b"");
        for piece in passed.iter().filter(|piece| piece.connection == connection) {
            let own = usize::from(!piece.from_client);
            for segment in piece.octets.chunks(SEGMENT) {
                let at = [next[own], next[1 - own]];
                out.packet(connection, piece.from_client, at, PUSH_ACK, segment);
                next[own] += u32::try_from(segment.len()).unwrap();
            }
        }
        out.packet(connection, true, next, FIN_ACK, b"");
        out.packet(connection, false, [next[1], next[0] + 1], FIN_ACK, b"");
    }
    out.octets
}

/// What tshark finds of HTTP in the capture with these keys, a line for each message.
#[track_caller]
fn tshark(capture: &Path, keys: &Path) -> Option<String> {
    let mut command = Command::new(peers::find("tshark")?);
    command.arg("-r").arg(capture);
    command.arg("-o").arg(format!("tls.keylog_file:{}", keys.display()));
    command.args(["-Y", "http", "-T", "fields", "-E", "separator=|"]);
    for field in ["http.request.method", "http.request.uri", "http.response.code", "http.file_data"]
    {
        command.args(["-e", field]);
    }
    // It keeps its settings in a home; not in the user's.
    command.env("HOME", capture.parent().unwrap()).env_remove("SSLKEYLOGFILE");
    Some(well(&peers::run(&mut command, b"")))
}

/// Runs `get` at `serve` through a relay, twice on connections of their own, the second time with
/// early data; both ends write their keys.
#[test]
fn tshark_reads_our_run_with_either_key_log() {
    let (papers, site) = (Papers::ours(), site::site());
    let [certificate, key, ca] = ["cert.pem", "key.pem", "ca.pem"].map(|name| papers.path(name));
    let [servers, clients] = ["server.keys", "client.keys"].map(|name| papers.path(name));
    let own = ["--https", "127.0.0.1:0", "--cert", &certificate, "--key", &key];
    let serve = Serve::start(site.path(), &[&own[..], &["--keylog", &servers]].concat());
    let relay = Relay::start(serve.tls.unwrap(), &[]);
    let (one, two) = (
        format!("https://{}/letters.txt", relay.address),
        format!("https://{}/style.css", relay.address),
    );
    let own = ["--http1.1", "-H", "Connection: close", "--tls-earlydata", "-v"];
    let more = [&own[..], &["--cacert", &ca, &one, &two]].concat();
    let mut command = ours(&[&["get", "--max-time", "60"][..], &more].concat());
    let output = peers::run(command.env("SSLKEYLOGFILE", &clients), b"");
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    well(&output);
    assert!(told.contains("early data accepted"), "{told}");
    let file = papers.file("run.pcap");
    fs::write(&file, pcap(&relay.end())).unwrap();
    let none = papers.file("no.keys");
    fs::write(&none, "").unwrap();
    let Some(text) = tshark(&file, &none) else { return };
    assert_eq!(text, "", "without keys there is nothing to see");
    for keys in ["server.keys", "client.keys"] {
        let text = tshark(&file, &papers.file(keys)).unwrap();
        for seen in ["GET|/letters.txt||", "||200|abcdefghijklm", "GET|/style.css||", "||200|h1 {"]
        {
            assert!(text.contains(seen), "{keys}: {seen} in\n{text}");
        }
        assert_eq!(text.lines().filter(|line| line.contains('|')).count(), 4, "{keys}:\n{text}");
    }
}
