//! h3's client over quinn's.

use std::net::Ipv4Addr;
use std::sync::Arc;

use bytes::{Buf, Bytes};
use h3_quinn::quinn;
use quinn::crypto::rustls::QuicClientConfig;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, SignatureScheme};

use crate::{Failure, Task};

type Sender = h3::client::SendRequest<h3_quinn::OpenStreams, Bytes>;

pub(crate) fn ask(task: Task) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio::task::LocalSet::new().block_on(&runtime, run(task))
}

async fn run(task: Task) -> Result<(), Failure> {
    let mut endpoint = quinn::Endpoint::client((Ipv4Addr::LOCALHOST, 0).into())?;
    endpoint.set_default_client_config(configuration()?);
    let connection = endpoint.connect(task.address, "localhost")?.await?;
    let (mut driver, sender) = h3::client::new(h3_quinn::Connection::new(connection)).await?;
    let driving = tokio::task::spawn_local(async move { driver.wait_idle().await });
    let mut under_way = tokio::task::JoinSet::new();
    for number in 0..task.at_once {
        let each = (task.requests + number) / task.at_once;
        under_way.spawn_local(ask_again(sender.clone(), task, each));
    }
    while let Some(one) = under_way.join_next().await {
        one??;
    }
    drop(sender);
    let _ = driving.await;
    endpoint.wait_idle().await;
    Ok(())
}

async fn ask_again(mut sender: Sender, task: Task, times: usize) -> Result<(), Failure> {
    let url = format!("https://{}{}", task.address, task.path);
    for _ in 0..times {
        let request = http::Request::get(&url).body(())?;
        let mut stream = sender.send_request(request).await?;
        stream.finish().await?;
        let response = stream.recv_response().await?;
        let mut octets = 0;
        while let Some(piece) = stream.recv_data().await? {
            octets += piece.remaining();
        }
        if response.status() != 200 || octets != task.octets {
            return Err(format!("{}, {octets} octets", response.status()).into());
        }
    }
    Ok(())
}

fn configuration() -> Result<quinn::ClientConfig, Failure> {
    let provider = rustls::crypto::ring::default_provider();
    let mut tls = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody))
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"h3".to_vec()];
    Ok(quinn::ClientConfig::new(Arc::new(QuicClientConfig::try_from(tls)?)))
}

/// Trusts every certificate: each round makes its own.
#[derive(Debug)]
struct Anybody;

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
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn verify_tls13_signature(
        &self,
        _: &[u8],
        _: &CertificateDer<'_>,
        _: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        Ok(HandshakeSignatureValid::assertion())
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        vec![SignatureScheme::ECDSA_NISTP256_SHA256]
    }
}
