//! nginx on a free port over the site, with a location for each thing a client must understand.

use std::fs;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use testkit::TempDir;

use crate::{peers, site};

/// A server that ends when it is dropped.
pub(crate) struct Nginx {
    child: Child,
    pub(crate) address: SocketAddr,
    /// What it serves.
    _site: TempDir,
    /// Its configuration, and what is uploaded.
    state: TempDir,
}

impl Nginx {
    /// Starts it; `None` where it is not installed.
    #[track_caller]
    pub(crate) fn start() -> Option<Self> {
        let program = peers::find("nginx")?;
        // The port is free until somebody takes it; then the next one is tried.
        for _ in 0..10 {
            if let Some(nginx) = Self::try_start(&program) {
                return Some(nginx);
            }
        }
        panic!("nginx did not start");
    }

    fn try_start(program: &Path) -> Option<Self> {
        let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
        let (site, state) = (site::site(), TempDir::new("nginx"));
        let file: PathBuf = state.path().join("nginx.conf");
        fs::write(&file, configuration(address, site.path(), state.path())).unwrap();
        fs::write(state.path().join("passwords"), "user:{PLAIN}secret\n").unwrap();
        fs::create_dir(state.path().join("uploads")).unwrap();
        let mut child = Command::new(program)
            .arg("-c")
            .arg(file)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        let deadline = Instant::now() + Duration::from_secs(20);
        while TcpStream::connect(address).is_err() {
            if child.try_wait().unwrap().is_some() {
                return None;
            }
            assert!(Instant::now() < deadline, "nginx does not listen");
            std::thread::sleep(Duration::from_millis(5));
        }
        Some(Self { child, address, _site: site, state })
    }

    /// Removes what was uploaded, so that a second upload is as new as the first.
    pub(crate) fn forget_uploads(&self) {
        for entry in fs::read_dir(self.state.path().join("uploads")).unwrap() {
            fs::remove_file(entry.unwrap().path()).unwrap();
        }
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }
}

impl Drop for Nginx {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// One process, so that ending it ends it all.
fn configuration(address: SocketAddr, site: &Path, state: &Path) -> String {
    let (site, state) = (site.display(), state.display());
    format!(
        r#"
daemon off; master_process off; worker_processes 1;
pid {state}/pid; error_log {state}/error.log;
events {{ worker_connections 256; }}
http {{
  access_log off; default_type application/octet-stream;
  types {{ text/html html; text/plain txt; text/css css; image/png png; }}
  client_max_body_size 100m; large_client_header_buffers 4 64k;
  client_body_temp_path {state}/body; proxy_temp_path {state}/proxy;
  fastcgi_temp_path {state}/fastcgi; uwsgi_temp_path {state}/uwsgi; scgi_temp_path {state}/scgi;
  server {{
    listen {address}; root {site};
    location = /see {{
      default_type text/plain;
      return 200 "$request_method $request_uri|$http_user_agent|$http_referer|$http_cookie|$http_x_one|$http_accept|$http_host|$content_type|$content_length|$http_range|$server_protocol\n";
    }}
    location = /gzip {{ gzip on; gzip_min_length 1; gzip_types *; alias {site}/script.js; }}
    location = /coded {{ add_header Content-Encoding rot13; alias {site}/letters.txt; }}
    location = /broken {{ add_header Content-Encoding gzip; alias {site}/letters.txt; }}
    location = /chunked {{ ssi on; ssi_types *; alias {site}/index.html; }}
    location = /301 {{ return 301 /see; }}
    location = /302 {{ return 302 /see?a=b; }}
    location = /303 {{ return 303 http://{address}/see; }}
    location = /307 {{ return 307 /see; }}
    location = /308 {{ return 308 see; }}
    location = /twice {{ return 302 /301; }}
    location = /round {{ return 302 /round; }}
    location = /cookie {{ add_header Set-Cookie "taste=sweet; Path=/"; return 302 /see; }}
    location = /204 {{ return 204; }}
    location = /418 {{ return 418 "a teapot\n"; }}
    location = /500 {{ return 500 "broken\n"; }}
    location = /secret {{
      auth_basic "the realm"; auth_basic_user_file {state}/passwords;
      alias {site}/letters.txt;
    }}
    location = /drop {{ return 444; }}
    location /uploads/ {{ root {state}; dav_methods PUT DELETE; client_body_buffer_size 1k; }}
  }}
}}
"#
    )
}
