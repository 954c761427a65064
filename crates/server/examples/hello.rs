//! One loop, thirteen octets: the server that the benchmark in `tests/peers` measures.
//!
//! `cargo run --release -p server --example hello -- 127.0.0.1:8080`

use http::{HeaderName, HeaderValue, Response, StatusCode};
use server::{Limits, Router, Server, inline};
use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    let address = std::env::args().nth(1).unwrap_or_else(|| "127.0.0.1:8080".into());
    sockets::tcp::raise_descriptor_limit()?;
    let hello = inline(|_, reply| {
        let mut response = Response::new(StatusCode::OK);
        let kind = HeaderValue::from_static("text/plain");
        response.headers.append(HeaderName::CONTENT_TYPE, kind);
        reply.send(response, "Hello, world!");
    });
    let server = Server::new(Router::new().get("/", hello))
        .limits(Limits { connections: 20_000, ..Limits::default() })
        .listen(address.parse()?)?
        .start()?;
    println!("http://{}/", server.addresses().first().ok_or("no address")?);
    Ok(server.wait()?)
}
