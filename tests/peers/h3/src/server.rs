//! A server: the files of a folder, and a path for each case.
//!
//! | path | what it answers |
//! |---|---|
//! | `/echo`, `/digest` | the content; its length and SHA-256 |
//! | `/trailers`, `/hinted` | trailers behind the content; 103 before it |
//! | `/port` | the port that the client is seen at |

use std::net::Ipv4Addr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use bytes::{Buf, Bytes};
use h3::server::RequestResolver;
use h3_quinn::quinn;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Response};
use quinn::crypto::rustls::QuicServerConfig;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, pem::PemObject};

use crate::{Failure, digest};

/// What is sent: a status, the content, and the sum of the trailers.
struct Told {
    status: u16,
    content: Vec<u8>,
    sum: Option<&'static str>,
}

fn told(folder: &Path, path: &str, content: Vec<u8>) -> Told {
    let made = |content| Told { status: 200, content, sum: None };
    match path {
        "/echo" => made(content),
        "/digest" => made(format!("{} {}", content.len(), digest(&content)).into_bytes()),
        "/hinted" => made(b"hinted\n".to_vec()),
        "/trailers" => Told { sum: Some("11"), ..made(b"one two three".to_vec()) },
        // Only names that stand in the folder itself.
        path => match std::fs::read(folder.join(path.rsplit('/').next().unwrap_or_default())) {
            Ok(content) => made(content),
            Err(_) => Told { status: 404, ..made(Vec::new()) },
        },
    }
}

async fn answer(
    resolver: RequestResolver<h3_quinn::Connection, Bytes>,
    folder: &Path,
    port: u16,
) -> Result<(), Failure> {
    let (request, mut stream) = resolver.resolve_request().await?;
    let mut content = Vec::new();
    while let Some(mut piece) = stream.recv_data().await? {
        let length = piece.remaining();
        content.extend_from_slice(&piece.copy_to_bytes(length));
    }
    let path = request.uri().path();
    if path == "/hinted" {
        stream.send_response(Response::builder().status(103).body(())?).await?;
    }
    let told = match path {
        "/port" => Told { status: 200, content: port.to_string().into_bytes(), sum: None },
        path => told(folder, path, content),
    };
    let head = Response::builder().status(told.status);
    stream.send_response(head.header("content-length", told.content.len()).body(())?).await?;
    if request.method() != Method::HEAD {
        stream.send_data(told.content.into()).await?;
    }
    if let Some(sum) = told.sum {
        let sum = (HeaderName::from_static("x-sum"), HeaderValue::from_static(sum));
        stream.send_trailers(HeaderMap::from_iter([sum])).await?;
    }
    stream.finish().await?;
    Ok(())
}

async fn connection(incoming: quinn::Incoming, folder: Arc<PathBuf>) -> Result<(), Failure> {
    let quic = incoming.accept()?.await?;
    let mut connection =
        h3::server::Connection::new(h3_quinn::Connection::new(quic.clone())).await?;
    while let Some(resolver) = connection.accept().await? {
        let (folder, port) = (folder.clone(), quic.remote_address().port());
        // A peer that goes away is no news here.
        tokio::task::spawn_local(async move {
            let _ = answer(resolver, &folder, port).await;
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
    // The one value but 0 that QUIC knows (RFC 9001 §4.6.1).
    tls.max_early_data_size = u32::MAX;
    Ok(quinn::ServerConfig::with_crypto(Arc::new(QuicServerConfig::try_from(tls)?)))
}

/// Serves until it is ended; prints its port as soon as it has one.
pub(crate) async fn serve(certificate: &str, key: &str, folder: &str) -> Result<(), Failure> {
    let config = configuration(certificate, key)?;
    let endpoint = quinn::Endpoint::server(config, (Ipv4Addr::LOCALHOST, 0).into())?;
    println!("{}", endpoint.local_addr()?.port());
    let folder = Arc::new(PathBuf::from(folder));
    while let Some(incoming) = endpoint.accept().await {
        let folder = folder.clone();
        tokio::task::spawn_local(async move {
            let _ = connection(incoming, folder).await;
        });
    }
    Ok(())
}
