//! A server of files.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use quinn::crypto::rustls::QuicServerConfig;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

use crate::{Arguments, Failure};

/// Longer requests are cut.
const REQUEST: usize = 4096;

/// Serves until it is ended.
pub(crate) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let folder = PathBuf::from(arguments.plain.first().ok_or("which folder?")?);
    let host = arguments.value("--host").unwrap_or("127.0.0.1");
    let port = arguments.value("--port").unwrap_or("0");
    let address = SocketAddr::new(host.parse()?, port.parse()?);
    let endpoint = quinn::Endpoint::server(configuration(arguments)?, address)?;
    println!("{}", endpoint.local_addr()?.port());
    let retry = arguments.has("--retry");
    while let Some(incoming) = endpoint.accept().await {
        if retry && !incoming.remote_address_validated() {
            incoming.retry()?;
            continue;
        }
        let folder = folder.clone();
        tokio::spawn(async move {
            let connecting = incoming.accept()?;
            // Early data is answered before the handshake is complete.
            let connection = match connecting.into_0rtt() {
                Ok((connection, _)) => connection,
                Err(connecting) => connecting.await?,
            };
            while let Ok((send, receive)) = connection.accept_bi().await {
                let folder = folder.clone();
                tokio::spawn(async move { answer(&folder, send, receive).await });
            }
            Ok::<_, Failure>(())
        });
    }
    Ok(())
}

fn configuration(arguments: &Arguments) -> Result<quinn::ServerConfig, Failure> {
    let certificate = arguments.value("--certificate").ok_or("which certificate?")?;
    let key = arguments.value("--key").ok_or("which key?")?;
    let chain = CertificateDer::pem_file_iter(certificate)?.collect::<Result<Vec<_>, _>>()?;
    let provider = rustls::crypto::ring::default_provider();
    let mut tls = rustls::ServerConfig::builder_with_provider(provider.into())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::from_pem_file(key)?)?;
    tls.alpn_protocols = vec![b"hq-interop".to_vec()];
    tls.max_early_data_size = u32::MAX;
    let mut made = quinn::ServerConfig::with_crypto(Arc::new(QuicServerConfig::try_from(tls)?));
    let mut transport = quinn::TransportConfig::default();
    transport.max_concurrent_bidi_streams(100_u32.into());
    made.transport_config(Arc::new(transport));
    match arguments.value("--preferred").map(str::parse).transpose()? {
        Some(SocketAddr::V4(address)) => made.preferred_address_v4(Some(address)),
        Some(SocketAddr::V6(address)) => made.preferred_address_v6(Some(address)),
        None => &mut made,
    };
    Ok(made)
}

async fn answer(
    folder: &Path,
    mut send: quinn::SendStream,
    mut receive: quinn::RecvStream,
) -> Result<(), Failure> {
    let request = receive.read_to_end(REQUEST).await?;
    let request = String::from_utf8_lossy(&request);
    let name = request.split_ascii_whitespace().nth(1).unwrap_or_default();
    let octets = tokio::fs::read(folder.join(name.trim_start_matches('/'))).await;
    send.write_all(&octets.unwrap_or_default()).await?;
    send.finish()?;
    Ok(())
}
