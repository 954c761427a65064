//! fastwebsockets echoing every message on one thread, as its own example does:
//! `fastwebsockets-server PORT`.

mod upgrading;

use std::error::Error;

use bytes::Bytes;
use fastwebsockets::{FragmentCollector, OpCode, WebSocketError, upgrade};
use http_body_util::Empty;
use hyper::{Request, Response, body::Incoming};

async fn echo(socket: upgrade::UpgradeFut) -> Result<(), WebSocketError> {
    let mut socket = FragmentCollector::new(socket.await?);
    loop {
        let frame = socket.read_frame().await?;
        match frame.opcode {
            OpCode::Close => return Ok(()),
            OpCode::Text | OpCode::Binary => socket.write_frame(frame).await?,
            _ => {}
        }
    }
}

fn accept(mut request: Request<Incoming>) -> Response<Empty<Bytes>> {
    let Ok((response, socket)) = upgrade::upgrade(&mut request) else {
        return upgrading::refuse();
    };
    tokio::task::spawn_local(tokio::task::unconstrained(async move {
        let _ = echo(socket).await;
    }));
    response
}

fn main() -> Result<(), Box<dyn Error>> {
    upgrading::serve(accept)
}
