//! Our server in this process, with the site and some routes that read and write content.

use std::io::{Read, Write};
use std::net::SocketAddr;

use http::{HeaderMap, HeaderName, HeaderValue, Response, StatusCode};
use server::{Files, Reply, Request, Router, Running, Server};
use testkit::TempDir;

use crate::site;

/// A server that stops when it is dropped, and the folder it serves.
pub(crate) struct Ours {
    running: Running,
    pub(crate) folder: TempDir,
}

impl Ours {
    /// Starts on a port of the kernel's choice.
    pub(crate) fn start() -> Self {
        let folder = site::site();
        let router = Router::new()
            .post("/echo", echo)
            .put("/echo", echo)
            .put("/count", count)
            .get("/trailers", trailers)
            .fallback(Files::new(folder.path()).unwrap());
        let running =
            Server::new(router).listen("127.0.0.1:0".parse().unwrap()).unwrap().start().unwrap();
        Self { running, folder }
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.running.addresses()[0]
    }

    pub(crate) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address())
    }

    pub(crate) fn file(&self, path: &str) -> Vec<u8> {
        site::read(self.folder.path(), path)
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        let stopped = self.running.stop();
        if !std::thread::panicking() {
            stopped.unwrap();
        }
    }
}

/// Answers with the content of the request.
pub(crate) fn echo(mut request: Request, reply: Reply) {
    match request.body.read_all(16 << 20) {
        Ok(octets) => reply.send(Response::new(StatusCode::OK), octets),
        Err(_) => reply.status(StatusCode::BAD_REQUEST),
    }
}

/// Answers with the length of the content, which is never kept.
pub(crate) fn count(mut request: Request, reply: Reply) {
    let (mut length, mut piece) = (0, vec![0; 64 * 1024]);
    loop {
        match request.body.read(&mut piece) {
            Ok(0) => return reply.text(StatusCode::OK, length.to_string()),
            Ok(count) => length += count,
            Err(_) => return reply.status(StatusCode::BAD_REQUEST),
        }
    }
}

/// Three chunks and a trailer section.
pub(crate) fn trailers(_request: Request, reply: Reply) {
    let mut writer = reply.stream(Response::new(StatusCode::OK), None);
    for chunk in ["one ", "two ", "three"] {
        writer.write_all(chunk.as_bytes()).unwrap();
        writer.flush().unwrap();
    }
    let mut fields = HeaderMap::new();
    fields.append(HeaderName::new("x-sum").unwrap(), HeaderValue::from_static("11"));
    writer.finish_with(fields).unwrap();
}
