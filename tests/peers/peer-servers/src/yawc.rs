//! yawc echoing every message on one thread, compressed where the client offers it:
//! `yawc-server PORT`.
//!
//! It flushes when no further message is there.

mod upgrading;

use std::error::Error;

use bytes::Bytes;
use futures_util::{FutureExt, SinkExt, StreamExt};
use http_body_util::Empty;
use hyper::{Request, Response, body::Incoming};
use yawc::{CompressionLevel, Options, UpgradeFut, WebSocket, frame::OpCode};

async fn echo(socket: UpgradeFut) -> yawc::Result<()> {
    let mut socket = socket.await?;
    while let Some(frame) = socket.next().await {
        let mut next = Some(frame);
        while let Some(frame) = next {
            if matches!(frame.opcode(), OpCode::Text | OpCode::Binary) {
                socket.feed(frame).await?;
            }
            next = socket.next().now_or_never().flatten();
        }
        socket.flush().await?;
    }
    Ok(())
}

fn accept(mut request: Request<Incoming>) -> Response<Empty<Bytes>> {
    let options = Options::default()
        .with_compression_level(CompressionLevel::fast())
        .with_limits(4 << 20, 8 << 20)
        .with_utf8();
    let Ok((response, socket)) = WebSocket::upgrade_with_options(&mut request, options) else {
        return upgrading::refuse();
    };
    tokio::task::spawn_local(async move {
        let _ = echo(socket).await;
    });
    response
}

fn main() -> Result<(), Box<dyn Error>> {
    upgrading::serve(accept)
}
