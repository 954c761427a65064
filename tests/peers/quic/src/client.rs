//! A client that fetches files.

use std::net::{SocketAddr, UdpSocket};
use std::path::PathBuf;
use std::sync::Arc;

use quinn::crypto::rustls::QuicClientConfig;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CipherSuite, DigitallySignedStruct, SignatureScheme};

use crate::{Arguments, Failure};

/// What happened, for the last line.
#[derive(Default)]
struct Told {
    connections: u32,
    early: bool,
}

struct Target {
    address: SocketAddr,
    paths: Vec<String>,
    folder: PathBuf,
}

/// Fetches every URL; the first one alone on a connection of its own where a second is to resume.
pub(crate) async fn run(arguments: &Arguments) -> Result<(), Failure> {
    let (folder, urls) = arguments.plain.split_first().ok_or("which folder?")?;
    let first = urls.first().ok_or("which URL?")?;
    let parts = |url: &str| -> Option<(String, String)> {
        let rest = url.strip_prefix("https://")?;
        let (authority, path) = rest.split_once('/')?;
        Some((authority.to_owned(), format!("/{path}")))
    };
    let (authority, _) = parts(first).ok_or("URLs begin with https://")?;
    let paths = urls.iter().filter_map(|url| parts(url)).map(|(_, path)| path).collect();
    let target = Target { address: authority.parse()?, paths, folder: folder.into() };

    let here = if target.address.is_ipv6() { "[::1]:0" } else { "127.0.0.1:0" };
    let mut endpoint = quinn::Endpoint::client(here.parse()?)?;
    endpoint.set_default_client_config(configuration(arguments)?);
    let mut told = Told::default();
    if arguments.has("--resume") || arguments.has("--early") {
        let (first, rest) = target.paths.split_at(1);
        fetch(&endpoint, arguments, &target, first, false, &mut told).await?;
        fetch(&endpoint, arguments, &target, rest, arguments.has("--early"), &mut told).await?;
    } else {
        fetch(&endpoint, arguments, &target, &target.paths, false, &mut told).await?;
    }
    let Told { connections, early } = told;
    println!("{{\"connections\": {connections}, \"early\": {early}}}");
    endpoint.wait_idle().await;
    Ok(())
}

async fn fetch(
    endpoint: &quinn::Endpoint,
    arguments: &Arguments,
    target: &Target,
    paths: &[String],
    early: bool,
    told: &mut Told,
) -> Result<(), Failure> {
    let connecting = endpoint.connect(target.address, "localhost")?;
    let (connection, accepted) = if early {
        match connecting.into_0rtt() {
            Ok((connection, accepted)) => (connection, Some(accepted)),
            Err(connecting) => (connecting.await?, None),
        }
    } else {
        (connecting.await?, None)
    };
    told.connections += 1;
    let mut under_way = tokio::task::JoinSet::new();
    for (number, path) in paths.iter().enumerate() {
        let (asked, path) = (connection.clone(), path.clone());
        let file = target.folder.join(path.trim_start_matches('/'));
        let one = async move {
            let (mut send, mut receive) = asked.open_bi().await?;
            send.write_all(format!("GET {path}\r\n").as_bytes()).await?;
            send.finish()?;
            let octets = receive.read_to_end(64 << 20).await?;
            tokio::fs::write(file, octets).await?;
            Ok::<_, Failure>(())
        };
        // What follows the first file is asked for behind the change.
        if number == 0 && (arguments.has("--update-keys") || arguments.has("--rebind")) {
            one.await?;
            if arguments.has("--update-keys") {
                connection.force_key_update();
            }
            if arguments.has("--rebind") {
                endpoint.rebind(UdpSocket::bind(SocketAddr::new(target.address.ip(), 0))?)?;
            }
        } else {
            under_way.spawn(one);
        }
    }
    while let Some(one) = under_way.join_next().await {
        one??;
    }
    if let Some(accepted) = accepted {
        told.early = accepted.await;
    }
    connection.close(0_u32.into(), b"done");
    Ok(())
}

fn configuration(arguments: &Arguments) -> Result<quinn::ClientConfig, Failure> {
    let mut provider = rustls::crypto::ring::default_provider();
    if arguments.has("--chacha20") {
        // Initial packets are AES-128-GCM's whatever is chosen, so it stays behind.
        provider
            .cipher_suites
            .sort_by_key(|suite| suite.suite() != CipherSuite::TLS13_CHACHA20_POLY1305_SHA256);
    }
    let mut tls = rustls::ClientConfig::builder_with_provider(provider.into())
        .with_protocol_versions(&[&rustls::version::TLS13])?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anybody))
        .with_no_client_auth();
    tls.alpn_protocols = vec![b"hq-interop".to_vec()];
    tls.enable_early_data = true;
    let mut made = quinn::ClientConfig::new(Arc::new(QuicClientConfig::try_from(tls)?));
    let mut transport = quinn::TransportConfig::default();
    transport.max_idle_timeout(Some(std::time::Duration::from_secs(30).try_into()?));
    made.transport_config(Arc::new(transport));
    Ok(made)
}

/// Trusts every certificate: the tests make their own.
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
        vec![SignatureScheme::ECDSA_NISTP256_SHA256, SignatureScheme::RSA_PSS_SHA256]
    }
}
