//! What is measured: short answers and long ones, in the clear and over TLS, asked for by h2load.

use std::fs;
use std::io::{self, Write as _};
use std::net::SocketAddr;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, SystemTime};

use bench::process;
use bench::server::{Recipe, Running, nginx_around};

/// One line of the table.
#[derive(Clone, Copy, Debug)]
pub struct Load {
    /// What the line is called, and what `--only` asks for.
    pub name: &'static str,
    /// Whether each answer is a mebibyte and not thirteen octets.
    long: bool,
    tls: bool,
    /// Requests in one round.
    requests: usize,
}

/// All of them, in the order of the table.
pub const LOADS: [Load; 4] = [
    Load { name: "13 octets", long: false, tls: false, requests: 100_000 },
    Load { name: "13 octets, TLS", long: false, tls: true, requests: 100_000 },
    Load { name: "1 MiB", long: true, tls: false, requests: 1_000 },
    Load { name: "1 MiB, TLS", long: true, tls: true, requests: 1_000 },
];

/// What one server showed in one round.
#[derive(Clone, Copy, Debug)]
pub struct Sample(f64);

impl Sample {
    /// Processor time of the server: µs for a short answer, ms for a long one.
    pub fn figure(&self) -> f64 {
        self.0
    }
}

impl Load {
    /// What the figures are.
    pub fn unit(&self) -> &'static str {
        if self.long { "ms/MiB" } else { "µs" }
    }

    /// Starts the server, warms it up, measures one round and ends it.
    pub fn sample(&self, recipe: &Recipe, scale: f64) -> io::Result<Sample> {
        let asked = if self.tls { "{folder}/key.pem {folder}/certificate.pem" } else { "" };
        // Only nghttpd wants the key first, and to be told where there is none.
        let tls = match (recipe.name.as_str(), self.tls) {
            ("nghttpd", false) => "--no-tls",
            ("nghttpd", true) => asked,
            ("serve", false) => "--http 127.0.0.1:{port}",
            ("serve", true) => {
                "--https 127.0.0.1:{port} --cert {folder}/certificate.pem --key {folder}/key.pem"
            }
            (_, false) => "",
            (_, true) => "{folder}/certificate.pem {folder}/key.pem",
        };
        let command = recipe.command.replace("{tls}", tls);
        let server =
            Running::start_in(&Recipe { command, ..recipe.clone() }, |folder, address| {
                furnish(folder, address, self.tls)
            })?;
        let scheme = if self.tls { "https" } else { "http" };
        let path = if self.long { "mebibyte" } else { "" };
        let url = format!("{scheme}://{}/{path}", server.address);
        let requests = ((self.requests as f64 * scale) as usize).max(100);
        ask(&url, (requests / 10).max(100))?;
        let before = process::processor_time(server.pid());
        ask(&url, requests)?;
        let used = process::processor_time(server.pid()).saturating_sub(before);
        let unit = if self.long { 1e3 } else { 1e6 };
        Ok(Sample(used.as_secs_f64() * unit / requests as f64))
    }
}

/// The contents as files, a certificate for nobody, and nginx's settings.
fn furnish(folder: &Path, address: SocketAddr, tls: bool) -> io::Result<()> {
    let site = folder.join("site");
    fs::create_dir_all(&site)?;
    // Written long ago, as files of a site are.
    let long_ago = SystemTime::now() - Duration::from_secs(3600);
    for (name, content) in
        [("index.html", b"Hello, world!".to_vec()), ("mebibyte", vec![b'x'; 1 << 20])]
    {
        let mut file = fs::File::create(site.join(name))?;
        file.write_all(&content)?;
        file.set_modified(long_ago)?;
    }
    let parts = format!("listen {address} backlog=1024");
    let (place, shown) = (folder.display(), site.display());
    let listen = match tls {
        false => format!("{parts} http2;\n"),
        true => format!(
            "{parts} ssl http2;\nssl_certificate {place}/certificate.pem;\n\
             ssl_certificate_key {place}/key.pem;\nssl_protocols TLSv1.3;\n"
        ),
    };
    // Its own advice for small files that are asked for often.
    let server = format!(
        "{listen}open_file_cache max=100;\nhttp2_max_concurrent_streams 100;\nsendfile on;\n\
         root {shown};\nindex index.html;\ndefault_type text/plain;\n"
    );
    fs::write(folder.join("nginx.conf"), nginx_around(folder, &server))?;
    if tls { make_certificate(folder) } else { Ok(()) }
}

fn make_certificate(folder: &Path) -> io::Result<()> {
    let made = Command::new("openssl")
        .args("req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -days 1".split(' '))
        .args(["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"])
        .args(["-keyout", "key.pem", "-out", "certificate.pem"])
        .current_dir(folder)
        .output()?;
    if made.status.success() { Ok(()) } else { Err(told("openssl", &made.stderr)) }
}

/// Asks so often, and sees that all was answered.
fn ask(url: &str, requests: usize) -> io::Result<()> {
    let count = requests.to_string();
    let asked = Command::new("h2load")
        .args(["-n", &count, "-c", "10", "-m", "32", "-t", "1", url])
        .output()
        .map_err(|error| io::Error::new(error.kind(), format!("h2load: {error}")))?;
    let text = String::from_utf8_lossy(&asked.stdout);
    let all = format!("status codes: {requests} 2xx");
    if asked.status.success() && text.contains(&all) {
        Ok(())
    } else {
        Err(told("h2load", &asked.stdout))
    }
}

fn told(program: &str, words: &[u8]) -> io::Error {
    io::Error::other(format!("{program}: {}", String::from_utf8_lossy(words)))
}
