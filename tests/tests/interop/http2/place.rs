//! A server of ours in this process: one port in the clear and one with TLS, the same routes behind
//! both.
//!
//! ```text
//!   GET  /letters.txt … /large.bin    files
//!   PUT  /echo  /count                the content back, its length back
//!   GET  /trailers  /hinted           trailers, 103 before the answer
//!   GET  /pushing                     three files are pushed, then the answer
//!   POST /sums                        the content's length and its trailers
//! ```

use std::fs;
use std::net::SocketAddr;

use ::server::identity::Identity;
use ::server::{Certificates, Files, Reply, Request, Router, Running, Server, Tls};
use http::{HeaderName, Response, StatusCode};
use testkit::TempDir;

use crate::ours::{count, echo, trailers};
use crate::site;
use crate::tls::papers::Papers;

/// Octets of the file that is large.
pub(crate) const LARGE: usize = 50 << 20;

/// A server that stops when it is dropped, the folder it serves, and who vouches for it.
pub(crate) struct Place {
    running: Running,
    pub(crate) folder: TempDir,
    pub(crate) papers: Papers,
}

impl Place {
    /// Starts on ports of the kernel's choice.
    pub(crate) fn start() -> Self {
        let (folder, papers) = (site::site(), Papers::ours());
        fs::write(folder.path().join("medium.bin"), site::noise(1 << 20)).unwrap();
        let identity = Identity::read(&papers.file("cert.pem"), &papers.file("key.pem")).unwrap();
        let tls = Tls::new(Certificates::of([identity]).unwrap());
        let router = Router::new()
            .post("/echo", echo)
            .put("/echo", echo)
            .put("/count", count)
            .post("/count", count)
            .post("/sums", sums)
            .get("/trailers", trailers)
            .get("/pushing", pushing)
            .get("/hinted", |_: Request, reply: Reply| {
                reply.early_hints(["</style.css>; rel=preload; as=style"]);
                reply.text(StatusCode::OK, "hinted\n");
            })
            .fallback(Files::new(folder.path()).unwrap());
        let any: SocketAddr = "127.0.0.1:0".parse().unwrap();
        let server = Server::new(router).listen(any).unwrap().listen_tls(any, &tls).unwrap();
        Self { running: server.start().unwrap(), folder, papers }
    }

    /// In the clear.
    pub(crate) fn plain(&self, path: &str) -> String {
        format!("http://{}{path}", self.running.addresses()[0])
    }

    /// With TLS.
    pub(crate) fn secure(&self, path: &str) -> String {
        format!("https://{}{path}", self.running.tls_addresses()[0])
    }

    /// The authority that its certificate is signed by, as an argument.
    pub(crate) fn authority(&self) -> String {
        self.papers.path("ca.pem")
    }

    /// Adds `/large.bin`, and answers with its octets.
    pub(crate) fn large(&self) -> Vec<u8> {
        let octets = site::noise(LARGE);
        fs::write(self.folder.path().join("large.bin"), &octets).unwrap();
        octets
    }

    pub(crate) fn file(&self, path: &str) -> Vec<u8> {
        site::read(self.folder.path(), path)
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let stopped = self.running.stop();
        if !std::thread::panicking() {
            stopped.unwrap();
        }
    }
}

/// Pushes what the page will want, then answers.
fn pushing(request: Request, reply: Reply) {
    for path in ["/style.css", "/script.js", "/big.bin"] {
        reply.push(request.promise(path));
    }
    reply.text(StatusCode::OK, "pushing\n");
}

/// `LENGTH NAME=VALUE…` of the content and its trailers.
fn sums(mut request: Request, reply: Reply) {
    let Ok(octets) = request.body.read_all(1 << 20) else {
        return reply.status(StatusCode::BAD_REQUEST);
    };
    let mut text = octets.len().to_string();
    for (name, value) in request.body.trailers().unwrap_or_default().into_iter() {
        text += &format!(" {}={}", name.as_str(), String::from_utf8_lossy(value.as_bytes()));
    }
    let mut response = Response::new(StatusCode::OK);
    response.headers.append(HeaderName::CONTENT_TYPE, http::HeaderValue::from_static("text/plain"));
    reply.send(response, text + "\n");
}
