//! A WebSocket on one stream, beside a request on another (RFC 8441).

use super::{
    Pair, decoder, request,
    streams::ask,
    talk::{events, told},
};
use crate::{figure::figure, websocket_chapter as ws};
use http::{Method, Response, StatusCode};
use http2::{Event, Outgoing};

#[test]
fn a_websocket_on_a_stream() {
    let (mut pair, mut story) = (Pair::new(), String::new());
    // Extended CONNECT is for whoever has read in the server's SETTINGS that it is there.
    let mut settings = pair.server_sends();
    pair.client.receive(&mut settings, pair.now);
    events(&mut pair.client);
    let page = ask(&mut pair, "/page", "");

    let mut connect = request("/chat", &[("sec-websocket-version", "13")]);
    connect.method = Method::Connect;
    let stream = pair.client.send_connect(&connect, "websocket").unwrap();
    let mut table = decoder();
    // The table has the page's request in it.
    let mut warm = Pair::new();
    warm.client.send_request(&request("/page", &[]), Outgoing::None).unwrap();
    told(&mut String::new(), "", &warm.client_sends(), &mut table);
    let mut up = pair.client_sends();
    told(&mut story, "client", &up, &mut table);
    pair.server.receive(&mut up, pair.now);

    let mut down_table = decoder();
    let ok = Response::new(StatusCode::OK);
    pair.server.send_response(stream, &ok, Outgoing::Unknown).unwrap();
    let mut down = pair.server_sends();
    told(&mut story, "server", &down, &mut down_table);
    pair.client.receive(&mut down, pair.now);

    let (mut here, mut there) = (ws::client(pair.now), ws::server(pair.now));
    here.send_text("Hello").unwrap();
    pair.client.send_data(stream, &ws::sent(&mut here, pair.now)).unwrap();
    let mut up = pair.client_sends();
    told(&mut story, "client", &up, &mut table);
    pair.server.receive(&mut up, pair.now);
    for event in events(&mut pair.server) {
        if let Event::Data { octets, .. } = event {
            let mut octets = octets;
            there.receive(&mut octets, pair.now);
        }
    }
    let heard = ws::events(&mut there);
    assert!(format!("{heard:?}").contains("Hello"), "{heard:?}");
    there.send_text("Hello").unwrap();
    pair.server.send_data(stream, &ws::sent(&mut there, pair.now)).unwrap();
    super::streams::answer(&mut pair.server, page, 3);
    told(&mut story, "server", &pair.server_sends(), &mut down_table);
    figure("h2-websocket", &story);
}
