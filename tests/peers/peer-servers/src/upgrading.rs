//! hyper, from whose connections the WebSocket peers take theirs over.

use std::convert::Infallible;
use std::error::Error;
use std::net::{Ipv4Addr, SocketAddr};

use bytes::Bytes;
use http_body_util::Empty;
use hyper::service::service_fn;
use hyper::{Request, Response, body::Incoming, server::conn::http1};
use hyper_util::rt::TokioIo;
use tokio::net::TcpListener;

/// Listens on the port that the command line names, on one thread, for ever; `upgrade` makes the
/// answer and sees to the rest of the connection.
pub fn serve<F>(upgrade: F) -> Result<(), Box<dyn Error>>
where
    F: Fn(Request<Incoming>) -> Response<Empty<Bytes>> + Copy + 'static,
{
    let port: u16 = std::env::args().nth(1).ok_or("usage: …-server PORT")?.parse()?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio::task::LocalSet::new().block_on(&runtime, async move {
        let listener = TcpListener::bind(SocketAddr::from((Ipv4Addr::LOCALHOST, port))).await?;
        loop {
            let (stream, _) = listener.accept().await?;
            let _ = stream.set_nodelay(true);
            let service =
                service_fn(move |request| async move { Ok::<_, Infallible>(upgrade(request)) });
            tokio::task::spawn_local(async move {
                let connection = http1::Builder::new()
                    .serve_connection(TokioIo::new(stream), service)
                    .with_upgrades();
                // A peer that goes away is no news here.
                let _ = connection.await;
            });
        }
    })
}

/// The answer to a request that is no handshake.
pub fn refuse() -> Response<Empty<Bytes>> {
    let mut response = Response::new(Empty::new());
    *response.status_mut() = hyper::StatusCode::BAD_REQUEST;
    response
}
