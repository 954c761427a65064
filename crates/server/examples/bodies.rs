//! One loop, a short answer and a long one, in the clear or over TLS: the server that
//! `tests/peers/run http2` and `tests/peers/run http3` measure.
//!
//! `cargo run --release -p server --example bodies -- 127.0.0.1:8080 [CERTIFICATE KEY]`

use http::{HeaderName, HeaderValue, Response, StatusCode};
use server::{Certificates, Handler, Payload, Router, Server, Tls, identity::Identity, inline};
use std::{error::Error, path::Path, sync::Arc};

/// Answers with what `content` makes: octets that live for ever, or that all answers share.
fn answer(content: impl Fn() -> Payload + Send + Sync + 'static) -> impl Handler {
    inline(move |_, reply| {
        let mut response = Response::new(StatusCode::OK);
        let kind = HeaderValue::from_static("text/plain");
        response.headers.append(HeaderName::CONTENT_TYPE, kind);
        reply.send(response, content());
    })
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8080".into()).parse()?;
    let mebibyte: Arc<[u8]> = vec![b'x'; 1 << 20].into();
    let router = Router::new()
        .get("/", answer(|| "Hello, world!".into()))
        .get("/mebibyte", answer(move || mebibyte.clone().into()));
    let server = Server::new(router);
    let server = match (arguments.next(), arguments.next()) {
        (Some(certificate), Some(key)) => {
            let identity = Identity::read(Path::new(&certificate), Path::new(&key))?;
            server.http3(true).listen_tls(address, &Tls::new(Certificates::of([identity])?))?
        }
        _ => server.listen(address)?,
    };
    Ok(server.start()?.wait()?)
}
