//! Connections of a client, and what is asked on them.
//!
//! RFC 9114 §4.1, RFC 8470

use std::net::{Ipv4Addr, SocketAddr, UdpSocket};
use std::sync::Arc;

use bytes::{Buf, Bytes};
use h3::client::{RequestStream, SendRequest};
use h3::error::ConnectionError;
use h3_quinn::quinn;
use http::{HeaderMap, Method, Request, Response};
use quinn::crypto::rustls::QuicClientConfig;
use rustls::pki_types::{CertificateDer, pem::PemObject};
use tokio::task::JoinHandle;

use crate::Failure;

/// A socket, and the tickets that servers gave.
pub(crate) struct Client {
    endpoint: quinn::Endpoint,
    address: SocketAddr,
}

/// A connection: who asks on it, and how it ended.
pub(crate) struct Open {
    pub(crate) asking: Asking,
    pub(crate) end: JoinHandle<ConnectionError>,
    /// Whether the server took what went early.
    pub(crate) early: Option<quinn::ZeroRttAccepted>,
}

/// Who asks on a connection; its clones do on the same.
#[derive(Clone)]
pub(crate) struct Asking(SendRequest<h3_quinn::OpenStreams, Bytes>);

/// A request under way.
pub(crate) struct Exchange {
    stream: RequestStream<h3_quinn::BidiStream<Bytes>, Bytes>,
    pub(crate) head: Response<()>,
    pub(crate) hints: Vec<u16>,
}

/// All that came.
pub(crate) struct Answer {
    pub(crate) head: Response<()>,
    pub(crate) hints: Vec<u16>,
    pub(crate) content: Vec<u8>,
    pub(crate) trailers: Option<HeaderMap>,
}

impl Client {
    /// Trusts the authority of a file, and nobody else.
    pub(crate) fn new(address: SocketAddr, authority: &str) -> Result<Self, Failure> {
        let mut roots = rustls::RootCertStore::empty();
        for certificate in CertificateDer::pem_file_iter(authority)? {
            roots.add(certificate?)?;
        }
        let provider = rustls::crypto::ring::default_provider();
        let mut tls = rustls::ClientConfig::builder_with_provider(provider.into())
            .with_protocol_versions(&[&rustls::version::TLS13])?
            .with_root_certificates(roots)
            .with_no_client_auth();
        tls.alpn_protocols = vec![b"h3".to_vec()];
        tls.enable_early_data = true;
        let mut endpoint = quinn::Endpoint::client((Ipv4Addr::LOCALHOST, 0).into())?;
        let config = quinn::ClientConfig::new(Arc::new(QuicClientConfig::try_from(tls)?));
        endpoint.set_default_client_config(config);
        Ok(Self { endpoint, address })
    }

    /// A connection whose first requests go early where there is a ticket.
    pub(crate) async fn open(&self) -> Result<Open, Failure> {
        let connecting = self.endpoint.connect(self.address, "localhost")?;
        let (connection, early) = match connecting.into_0rtt() {
            Ok((connection, accepted)) => (connection, Some(accepted)),
            Err(connecting) => (connecting.await?, None),
        };
        let (mut driver, asking) = h3::client::new(h3_quinn::Connection::new(connection)).await?;
        let end = tokio::task::spawn_local(async move {
            std::future::poll_fn(|context| driver.poll_close(context)).await
        });
        Ok(Open { asking: Asking(asking), end, early })
    }

    /// Goes on from another port; answers with its number.
    pub(crate) fn moves(&self) -> Result<u16, Failure> {
        let socket = UdpSocket::bind((Ipv4Addr::LOCALHOST, 0))?;
        let port = socket.local_addr()?.port();
        self.endpoint.rebind(socket)?;
        Ok(port)
    }
}

impl Asking {
    /// Sends a request, and waits for the answer's head.
    pub(crate) async fn begin(
        &mut self,
        method: Method,
        path: &str,
        content: Option<Bytes>,
        trailers: Option<HeaderMap>,
    ) -> Result<Exchange, Failure> {
        let uri = format!("https://localhost{path}");
        let request = Request::builder().method(method).uri(uri).body(())?;
        let mut stream = self.0.send_request(request).await?;
        if let Some(content) = content {
            stream.send_data(content).await?;
        }
        if let Some(trailers) = trailers {
            stream.send_trailers(trailers).await?;
        }
        stream.finish().await?;
        let mut hints = Vec::new();
        loop {
            let head = stream.recv_response().await?;
            if !head.status().is_informational() {
                return Ok(Exchange { stream, head, hints });
            }
            hints.push(head.status().as_u16());
        }
    }

    /// A request and all of its answer.
    pub(crate) async fn ask(
        &mut self,
        method: Method,
        path: &str,
        content: Option<Bytes>,
    ) -> Result<Answer, Failure> {
        self.begin(method, path, content, None).await?.rest(Vec::new()).await
    }

    pub(crate) async fn get(&mut self, path: &str) -> Result<Answer, Failure> {
        self.ask(Method::GET, path, None).await
    }
}

impl Exchange {
    /// Reads on until there are so many octets, or no more come.
    pub(crate) async fn read(&mut self, content: &mut Vec<u8>, most: usize) -> Result<(), Failure> {
        while content.len() < most {
            let Some(mut piece) = self.stream.recv_data().await? else { break };
            let length = piece.remaining();
            content.extend_from_slice(&piece.copy_to_bytes(length));
        }
        Ok(())
    }

    /// The rest of it, behind the content that was read.
    pub(crate) async fn rest(mut self, mut content: Vec<u8>) -> Result<Answer, Failure> {
        self.read(&mut content, usize::MAX).await?;
        let trailers = self.stream.recv_trailers().await?;
        Ok(Answer { head: self.head, hints: self.hints, content, trailers })
    }
}
