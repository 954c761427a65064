//! The crate h2 as a client and as a server, each on a runtime and a thread of its own.
//!
//! ```text
//!   theirs::fetch ──► our server       tests/asks.rs
//!   our session ──► theirs::serve      tests/answers.rs
//! ```

use bytes::Bytes;
use h2::{Reason, RecvStream, SendStream};
use http_theirs::{HeaderMap, Request, Response};
use std::{
    net::SocketAddr,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};
use tokio::{
    net::{TcpListener, TcpStream},
    runtime::{Builder, Runtime},
};

/// What may go wrong on their side, in their words.
pub type Wrong = Box<dyn std::error::Error + Send + Sync>;

/// A request and its answer, as h2's client has them.
#[derive(Debug)]
pub struct Fetched {
    /// The status.
    pub status: u16,
    /// All of the content.
    pub content: Vec<u8>,
    /// The fields behind it.
    pub trailers: Option<HeaderMap>,
}

/// A runtime of one thread.
///
/// # Errors
/// The system has no descriptor left.
pub fn runtime() -> std::io::Result<Runtime> {
    Builder::new_current_thread().enable_io().build()
}

/// Sends all `requests`, each with its content, at once on one connection. Before the server's
/// SETTINGS have come h2 would begin as many streams as it likes; here it is told to be content
/// with a hundred, so that none is refused.
///
/// # Errors
/// [`Wrong`], whatever it is.
pub fn fetch(to: SocketAddr, requests: Vec<(Request<()>, Vec<u8>)>) -> Result<Vec<Fetched>, Wrong> {
    runtime()?.block_on(async move {
        let stream = TcpStream::connect(to).await?;
        let (mut sender, connection) = h2::client::Builder::new()
            .initial_max_send_streams(100)
            .handshake(stream)
            .await?;
        let driven = tokio::spawn(connection);
        let mut waiting = Vec::new();
        for (request, content) in requests {
            sender = sender.ready().await?;
            let (answer, body) = sender.send_request(request, content.is_empty())?;
            let sent = tokio::spawn(async move {
                if content.is_empty() { Ok(()) } else { send(body, content.into()).await }
            });
            waiting.push((answer, sent));
        }
        let mut fetched = Vec::new();
        for (answer, sent) in waiting {
            let (head, mut body) = answer.await?.into_parts();
            let content = read(&mut body).await?;
            let trailers = body.trailers().await?;
            sent.await??;
            fetched.push(Fetched { status: head.status.as_u16(), content, trailers });
        }
        drop(sender);
        driven.await??;
        Ok(fetched)
    })
}

/// Sends `content` as the windows admit it, and the end.
async fn send(mut to: SendStream<Bytes>, mut content: Bytes) -> Result<(), Wrong> {
    while !content.is_empty() {
        to.reserve_capacity(content.len().min(64 * 1024));
        let room = match std::future::poll_fn(|context| to.poll_capacity(context)).await {
            Some(room) => room?,
            None => return Err("the stream has ended".into()),
        };
        let piece = content.split_to(room.min(content.len()));
        to.send_data(piece, false)?;
    }
    to.send_data(Bytes::new(), true)?;
    Ok(())
}

/// Reads to the end, and gives each octet back to the windows.
async fn read(from: &mut RecvStream) -> Result<Vec<u8>, Wrong> {
    let mut all = Vec::new();
    while let Some(piece) = from.data().await {
        let piece = piece?;
        from.flow_control().release_capacity(piece.len())?;
        all.extend_from_slice(&piece);
    }
    Ok(all)
}

/// h2's server, which lives as long as the process.
#[derive(Debug)]
pub struct Served {
    /// Where it listens.
    pub address: SocketAddr,
    /// Connections so far.
    pub connections: Arc<AtomicUsize>,
}

/// Serves: `/echo` gives content back, `/large` gives `large` octets, `/trailers` trailers behind
/// its content, `/refused` is refused the first time; all else is answered with its path. After
/// `most` requests a connection says goodbye in good order.
///
/// # Errors
/// The system has no port or thread left.
pub fn serve(large: usize, most: usize) -> std::io::Result<Served> {
    let runtime = runtime()?;
    let listener = runtime.block_on(TcpListener::bind(("127.0.0.1", 0)))?;
    let address = listener.local_addr()?;
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    thread::Builder::new().spawn(move || {
        runtime.block_on(async move {
            let refused = Arc::new(AtomicUsize::new(0));
            while let Ok((stream, _)) = listener.accept().await {
                counted.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(connection(stream, large, most, Arc::clone(&refused)));
            }
        });
    })?;
    Ok(Served { address, connections })
}

async fn connection(
    stream: TcpStream,
    large: usize,
    most: usize,
    refused: Arc<AtomicUsize>,
) -> Result<(), Wrong> {
    let mut connection = h2::server::handshake(stream).await?;
    let mut served = 0;
    while let Some(accepted) = connection.accept().await {
        let (request, mut reply) = accepted?;
        let path = request.uri().path();
        if path == "/refused" && refused.fetch_add(1, Ordering::SeqCst) == 0 {
            reply.send_reset(Reason::REFUSED_STREAM);
            continue;
        }
        tokio::spawn(answer(request, reply, large));
        served += 1;
        if served == most {
            connection.graceful_shutdown();
        }
    }
    Ok(())
}

async fn answer(
    request: Request<RecvStream>,
    mut reply: h2::server::SendResponse<Bytes>,
    large: usize,
) -> Result<(), Wrong> {
    let path = request.uri().path().to_owned();
    let mut body = request.into_body();
    let mut to = reply.send_response(Response::new(()), false)?;
    match path.as_str() {
        "/echo" => send(to, read(&mut body).await?.into()).await,
        "/large" => send(to, vec![b'x'; large].into()).await,
        "/trailers" => {
            to.send_data(Bytes::from_static(b"content"), false)?;
            let mut trailers = HeaderMap::new();
            trailers.insert("x-sum", http_theirs::HeaderValue::from_static("7"));
            Ok(to.send_trailers(trailers)?)
        }
        _ => send(to, path.into_bytes().into()).await,
    }
}
