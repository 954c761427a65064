//! h3 over quinn on one thread: `h3-server PORT CERTIFICATE KEY`.
//!
//! It is given every advantage: no Retry, no date or length that it would not send by itself, and
//! a long content that all answers share. A TCP socket tells that it is there.

use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::Arc;

use bytes::Bytes;
use h3::server::RequestResolver;
use h3_quinn::quinn;
use http::header::{CONTENT_TYPE, HeaderValue};
use quinn::crypto::rustls::QuicServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

type Failure = Box<dyn Error + Send + Sync>;

async fn answer(
    resolver: RequestResolver<h3_quinn::Connection, Bytes>,
    mebibyte: Bytes,
) -> Result<(), Failure> {
    let (request, mut stream) = resolver.resolve_request().await?;
    let body = match request.uri().path() {
        "/mebibyte" => mebibyte,
        _ => Bytes::from_static(b"Hello, world!"),
    };
    let mut response = http::Response::new(());
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain"));
    stream.send_response(response).await?;
    stream.send_data(body).await?;
    stream.finish().await?;
    Ok(())
}

async fn serve(incoming: quinn::Incoming, mebibyte: Bytes) -> Result<(), Failure> {
    let connection = incoming.accept()?.await?;
    let mut connection = h3::server::Connection::new(h3_quinn::Connection::new(connection)).await?;
    while let Some(resolver) = connection.accept().await? {
        let mebibyte = mebibyte.clone();
        // A peer that goes away is no news here.
        tokio::task::spawn_local(async move {
            let _ = answer(resolver, mebibyte).await;
        });
    }
    Ok(())
}

fn configuration(certificate: &str, key: &str) -> Result<quinn::ServerConfig, Failure> {
    let chain = CertificateDer::pem_file_iter(certificate)?.collect::<Result<Vec<_>, _>>()?;
    let provider = rustls::crypto::ring::default_provider();
    let mut tls = rustls::ServerConfig::builder_with_provider(provider.into())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::from_pem_file(key)?)?;
    tls.alpn_protocols = vec![b"h3".to_vec()];
    Ok(quinn::ServerConfig::with_crypto(Arc::new(QuicServerConfig::try_from(tls)?)))
}

async fn listen(address: SocketAddr, config: quinn::ServerConfig) -> Result<(), Failure> {
    let endpoint = quinn::Endpoint::server(config, address)?;
    let _there = TcpListener::bind(address)?;
    let mebibyte = Bytes::from(vec![b'x'; 1 << 20]);
    while let Some(incoming) = endpoint.accept().await {
        let mebibyte = mebibyte.clone();
        tokio::task::spawn_local(async move {
            let _ = serve(incoming, mebibyte).await;
        });
    }
    Ok(())
}

fn main() -> Result<(), Failure> {
    let mut arguments = std::env::args().skip(1);
    let (Some(port), Some(certificate), Some(key)) =
        (arguments.next(), arguments.next(), arguments.next())
    else {
        return Err("usage: h3-server PORT CERTIFICATE KEY".into());
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port.parse()?));
    let config = configuration(&certificate, &key)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio::task::LocalSet::new().block_on(&runtime, listen(address, config))
}
