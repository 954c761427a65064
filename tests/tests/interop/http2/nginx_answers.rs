//! `wirebook get` and the client's own sessions at nginx, which ends connections in the middle of
//! their use.

use std::collections::HashSet;
use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use client::core::timeouts::Timeouts;
use client::tls::{Options, Trust};
use client::{Content, Session};
use http::{Method, Version};
use testkit::TempDir;

use crate::peers;
use crate::site::{self, LETTERS, noise};
use crate::tls::papers::{Papers, program, well};

/// A server that ends when it is dropped.
struct Nginx {
    child: Child,
    address: SocketAddr,
    folder: TempDir,
    papers: Papers,
}

impl Nginx {
    /// Starts it with these directives; `None` where it is not installed.
    #[track_caller]
    fn start(directives: &str) -> Option<Self> {
        let program = peers::find("nginx")?;
        let (folder, papers) = (site::site(), Papers::ours());
        fs::create_dir(papers.file("uploads")).unwrap();
        // The port is free until somebody takes it; then the next one is tried.
        for _ in 0..10 {
            let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
            let file = papers.file("nginx.conf");
            let text = configuration(address, folder.path(), papers.folder(), directives);
            fs::write(&file, text).unwrap();
            let mut command = Command::new(&program);
            command.arg("-c").arg(file).stdin(Stdio::null()).stdout(Stdio::null());
            if let Some(child) = run(command.stderr(Stdio::null()), address) {
                return Some(Self { child, address, folder, papers });
            }
        }
        panic!("nginx did not start");
    }

    fn url(&self, path: &str) -> String {
        format!("https://{}{path}", self.address)
    }

    fn session(&self) -> Session {
        let patience = Timeouts { total: Some(Duration::from_secs(60)), ..Timeouts::NONE };
        let trust = Trust::File(self.papers.file("ca.pem"));
        let options = Options { trust, ..Options::default() };
        Session::builder().timeouts(patience).tls(options).build()
    }

    /// What `wirebook get` prints.
    fn get(&self, arguments: &[&str]) -> Vec<u8> {
        let ca = self.papers.path("ca.pem");
        let output = program(&[&["get", "-sS", "--cacert", &ca], arguments].concat());
        well(&output);
        output.stdout
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs it until it listens; `None` if it ended instead.
fn run(command: &mut Command, address: SocketAddr) -> Option<Child> {
    let mut child = command.spawn().unwrap();
    let deadline = Instant::now() + Duration::from_secs(20);
    while TcpStream::connect(address).is_err() {
        if child.try_wait().unwrap().is_some() {
            return None;
        }
        assert!(Instant::now() < deadline, "nginx does not listen");
        std::thread::sleep(Duration::from_millis(5));
    }
    Some(child)
}

/// One process, so that ending it ends it all.
fn configuration(address: SocketAddr, site: &Path, state: &Path, directives: &str) -> String {
    let (site, state) = (site.display(), state.display());
    format!(
        r#"
daemon off; master_process off; worker_processes 1;
pid {state}/pid; error_log {state}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; default_type application/octet-stream;
  types {{ text/html html; text/plain txt; text/css css; }}
  client_max_body_size 100m;
  client_body_temp_path {state}/body; proxy_temp_path {state}/proxy;
  fastcgi_temp_path {state}/fastcgi; uwsgi_temp_path {state}/uwsgi; scgi_temp_path {state}/scgi;
  server {{
    listen {address} ssl http2; root {site};
    ssl_protocols TLSv1.3; ssl_certificate {state}/cert.pem; ssl_certificate_key {state}/key.pem;
    {directives}
    location = /see {{
      default_type text/plain;
      return 200 "$request_method $request_uri|$server_protocol|$http_x_one|$http_cookie|$content_length\n";
    }}
    location = /gzip {{ gzip on; gzip_min_length 1; gzip_types *; alias {site}/script.js; }}
    location = /302 {{ return 302 /see?a=b; }}
    location = /418 {{ return 418 "a teapot\n"; }}
    location = /drop {{ return 444; }}
    location /uploads/ {{ root {state}; dav_methods PUT DELETE; }}
  }}
}}
"#
    )
}

#[test]
fn files_fields_redirects_and_codings() {
    let Some(nginx) = Nginx::start("") else { return };
    let told = ["-w", " %{http_code} %{http_version} %{num_connects}\n"];
    let url = nginx.url("/letters.txt");
    let text = String::from_utf8(nginx.get(&[&told[..], &[&url, &url]].concat())).unwrap();
    assert_eq!(text, format!("{LETTERS} 200 2 1\n{LETTERS} 200 2 0\n"));
    let see = nginx.get(&["-H", "X-One: 1", "-b", "a=1; b=2", &nginx.url("/see")]);
    assert_eq!(String::from_utf8(see).unwrap(), "GET /see|HTTP/2.0|1|a=1; b=2|\n");
    let see = nginx.get(&["-L", &nginx.url("/302")]);
    assert_eq!(String::from_utf8(see).unwrap(), "GET /see?a=b|HTTP/2.0|||\n");
    let script = site::read(nginx.folder.path(), "script.js");
    assert!(nginx.get(&["--compressed", &nginx.url("/gzip")]) == script);
    assert_eq!(nginx.get(&["-r", "2-4", &url]), b"cde");
    let head = String::from_utf8(nginx.get(&["-I", &url])).unwrap();
    assert!(head.starts_with("HTTP/2 200") && head.contains("content-length: 26"), "{head}");
    assert_eq!(nginx.get(&["-w", "%{http_code}", &nginx.url("/418")]), b"a teapot\n418");
    // It resets the stream and says nothing else.
    let ca = nginx.papers.path("ca.pem");
    let output = program(&["get", "-sS", "--cacert", &ca, &nginx.url("/drop")]);
    assert!(matches!(output.status.code(), Some(52 | 92)), "{output:?}");
}

#[test]
fn fifty_mebibytes_each_way() {
    let Some(nginx) = Nginx::start("http2_body_preread_size 64k;") else { return };
    let octets = noise(super::place::LARGE);
    let here = TempDir::new("large");
    let (sent, came) = (here.path().join("sent.bin"), here.path().join("came.bin"));
    fs::write(&sent, &octets).unwrap();
    let (sent, file) = (sent.to_str().unwrap(), came.to_str().unwrap());
    nginx.get(&["-T", sent, &nginx.url("/uploads/large.bin")]);
    assert!(fs::read(nginx.papers.file("uploads/large.bin")).unwrap() == octets);
    nginx.get(&["-o", file, &nginx.url("/uploads/large.bin")]);
    assert!(fs::read(&came).unwrap() == octets);
}

/// After ten requests nginx says GOAWAY; what is above its last stream goes to a new connection,
/// and no request is lost.
#[test]
fn a_goodbye_in_the_middle_of_use() {
    let directives = "keepalive_requests 10; http2_max_concurrent_streams 4;";
    let Some(nginx) = Nginx::start(directives) else { return };
    let (session, ends) = (nginx.session(), Mutex::new(HashSet::new()));
    std::thread::scope(|scope| {
        for thread in 0..32 {
            let (session, nginx, ends) = (&session, &nginx, &ends);
            scope.spawn(move || {
                for number in 0..20 {
                    let path = format!("/see?{thread}-{number}");
                    let request = session.get(&nginx.url(&path)).unwrap();
                    let mut response = request.send().unwrap();
                    assert_eq!(response.version, Version::Http2);
                    ends.lock().unwrap().insert(response.timings().local);
                    let text = response.text().unwrap();
                    assert_eq!(text, format!("GET {path}|HTTP/2.0|||\n"));
                }
            });
        }
    });
    let connections = ends.into_inner().unwrap().len();
    assert!(connections >= 64, "{connections} connections for 640 requests of ten each");
}

#[test]
fn uploads_of_which_nobody_knows_the_length() {
    let Some(nginx) = Nginx::start("keepalive_requests 3;") else { return };
    let session = nginx.session();
    for number in 0..8 {
        let octets = noise(300_000 + number);
        let path = format!("/uploads/{number}.bin");
        let content = Content::reader(std::io::Cursor::new(octets.clone()));
        let request = session.request(Method::Put, &nginx.url(&path)).unwrap().body(content);
        assert_eq!(request.send().unwrap().status.as_u16(), 201);
        assert!(fs::read(nginx.papers.file(&path[1..])).unwrap() == octets, "{number}");
    }
}
