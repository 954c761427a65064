//! Both ends quinn, each with a runtime and a thread of its own.

use std::net::SocketAddr;
use std::sync::{Arc, mpsc};

use bytes::Bytes;
use quinn::crypto::rustls::{QuicClientConfig, QuicServerConfig};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use rustls::{CipherSuite, DigitallySignedStruct, SignatureScheme};

use crate::{Failure, Load, PIECE, Papers};

/// A server in a thread of its own, and a client in this one.
pub(crate) fn run(papers: &Papers, load: Load) -> Result<(), Failure> {
    let config = server_config(papers, load)?;
    let (tell, told) = mpsc::channel();
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let server = std::thread::spawn(move || {
        runtime()?.block_on(async move {
            let endpoint = quinn::Endpoint::server(config, ([127, 0, 0, 1], 0).into())?;
            tell.send(endpoint.local_addr()?)?;
            let serve = async {
                while let Some(incoming) = endpoint.accept().await {
                    tokio::spawn(async move { answer(incoming, load.octets).await });
                }
            };
            tokio::select! { () = serve => {}, _ = stopped => {} }
            Ok::<_, Failure>(())
        })
    });
    let remote = told.recv()?;
    runtime()?.block_on(fetch(remote, load))?;
    let _ = stop.send(());
    server.join().map_err(|_| "the server panicked")?
}

fn runtime() -> Result<tokio::runtime::Runtime, Failure> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

fn provider() -> Arc<CryptoProvider> {
    let mut provider = rustls::crypto::ring::default_provider();
    let wanted = CipherSuite::TLS13_AES_128_GCM_SHA256;
    provider.cipher_suites.retain(|suite| suite.suite() == wanted);
    Arc::new(provider)
}

fn transport(load: Load) -> Arc<quinn::TransportConfig> {
    let mut transport = quinn::TransportConfig::default();
    transport.enable_segmentation_offload(load.offload);
    Arc::new(transport)
}

fn server_config(papers: &Papers, load: Load) -> Result<quinn::ServerConfig, Failure> {
    let chain =
        CertificateDer::pem_file_iter(&papers.certificate)?.collect::<Result<Vec<_>, _>>()?;
    let mut tls = rustls::ServerConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .with_no_client_auth()
        .with_single_cert(chain, PrivateKeyDer::from_pem_file(&papers.key)?)?;
    tls.alpn_protocols = vec![b"bulk".to_vec()];
    tls.send_tls13_tickets = 0;
    let mut made = quinn::ServerConfig::with_crypto(Arc::new(QuicServerConfig::try_from(tls)?));
    made.transport_config(transport(load));
    Ok(made)
}

async fn answer(incoming: quinn::Incoming, octets: u64) -> Result<(), Failure> {
    let connection = incoming.await?;
    let (mut send, mut receive) = connection.accept_bi().await?;
    receive.read_to_end(16).await?;
    let piece = Bytes::from(vec![7; PIECE]);
    let mut left = octets;
    while left > 0 {
        let length = usize::try_from(left).unwrap_or(PIECE).min(PIECE);
        send.write_chunk(piece.slice(..length)).await?;
        left -= length as u64;
    }
    send.finish()?;
    connection.closed().await;
    Ok(())
}

async fn fetch(remote: SocketAddr, load: Load) -> Result<(), Failure> {
    let mut tls = rustls::ClientConfig::builder_with_provider(provider())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody(provider())))
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"bulk".to_vec()];
    tls.resumption = rustls::client::Resumption::disabled();
    let mut config = quinn::ClientConfig::new(Arc::new(QuicClientConfig::try_from(tls)?));
    config.transport_config(transport(load));
    let mut endpoint = quinn::Endpoint::client(([127, 0, 0, 1], 0).into())?;
    endpoint.set_default_client_config(config);
    for _ in 0..load.connections {
        let connection = endpoint.connect(remote, "localhost")?.await?;
        let (mut send, mut receive) = connection.open_bi().await?;
        send.write_all(b"?").await?;
        send.finish()?;
        let mut octets = 0;
        while let Some(chunk) = receive.read_chunk(usize::MAX, true).await? {
            octets += chunk.bytes.len() as u64;
        }
        if octets != load.octets {
            return Err(format!("{octets} octets came of {}", load.octets).into());
        }
        connection.close(0_u32.into(), b"");
    }
    Ok(())
}

/// Believes every chain; that the server has the key of the certificate is checked as ours does.
#[derive(Debug)]
struct Anybody(Arc<CryptoProvider>);

impl ServerCertVerifier for Anybody {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        let known = &self.0.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}
