//! hyper on one thread, speaking HTTP/2: `hyper-http2-server PORT [CERTIFICATE KEY]`.
//!
//! It is given every advantage: no timer (so no deadlines to keep), no look at the first octets
//! for other versions, no date or length that it would not send by itself, and a long content that
//! all answers share.

use std::convert::Infallible;
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::rt::{Executor, Read, Write};
use hyper::service::service_fn;
use hyper::{Request, Response, body::Incoming, server::conn::http2};
use hyper_util::rt::TokioIo;
use rustls::ServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;

/// Runs what a connection spawns on the one thread there is.
#[derive(Clone, Copy)]
struct Here;

impl<F: Future<Output: 'static> + 'static> Executor<F> for Here {
    fn execute(&self, future: F) {
        tokio::task::spawn_local(future);
    }
}

async fn answer(
    request: Request<Incoming>,
    mebibyte: Bytes,
) -> Result<Response<Full<Bytes>>, Infallible> {
    let body = match request.uri().path() {
        "/mebibyte" => mebibyte,
        _ => Bytes::from_static(b"Hello, world!"),
    };
    let mut response = Response::new(Full::new(body));
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    Ok(response)
}

async fn serve(stream: impl Read + Write + Unpin + 'static, mebibyte: Bytes) {
    let service = service_fn(move |request| answer(request, mebibyte.clone()));
    // A peer that goes away is no news here.
    let _ = http2::Builder::new(Here).serve_connection(stream, service).await;
}

/// What it says of itself over TLS.
fn config(certificate: &str, key: &str) -> Result<Arc<ServerConfig>, Box<dyn Error>> {
    let chain = CertificateDer::pem_file_iter(certificate)?.collect::<Result<Vec<_>, _>>()?;
    let key = PrivateKeyDer::from_pem_file(key)?;
    let mut config = ServerConfig::builder().with_no_client_auth().with_single_cert(chain, key)?;
    config.alpn_protocols = vec![b"h2".to_vec()];
    Ok(Arc::new(config))
}

async fn accept(stream: TcpStream, tls: Option<TlsAcceptor>, mebibyte: Bytes) {
    let _ = stream.set_nodelay(true);
    match tls {
        None => serve(TokioIo::new(stream), mebibyte).await,
        Some(tls) => {
            if let Ok(stream) = tls.accept(stream).await {
                serve(TokioIo::new(stream), mebibyte).await;
            }
        }
    }
}

async fn listen(port: u16, tls: Option<TlsAcceptor>) -> std::io::Result<()> {
    let mebibyte = Bytes::from(vec![b'x'; 1 << 20]);
    let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
    loop {
        let (stream, _) = listener.accept().await?;
        tokio::task::spawn_local(accept(stream, tls.clone(), mebibyte.clone()));
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let port = arguments.next().ok_or("usage: hyper-http2-server PORT [CERTIFICATE KEY]")?;
    let tls = match (arguments.next(), arguments.next()) {
        (Some(certificate), Some(key)) => Some(config(&certificate, &key)?.into()),
        _ => None,
    };
    let runtime = tokio::runtime::Builder::new_current_thread().enable_io().build()?;
    tokio::task::LocalSet::new().block_on(&runtime, listen(port.parse()?, tls))?;
    Ok(())
}
