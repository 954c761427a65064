//! The stops of the tour, from the ground up.

use super::{
    Error,
    conversation::{Conversation, Cost, get},
    site::{self, Door},
};
use http::Version;
use std::{
    io::{Read, Write},
    net::{Shutdown, SocketAddr, TcpStream},
    time::Duration,
};

/// A stop's title, the crate to read and the section to read it with.
pub(super) fn title(out: &mut impl Write, number: u8, what: &str, read: &str) -> Result<(), Error> {
    writeln!(out, "{number}. {what}\n   read: {read}\n")?;
    Ok(())
}

/// Stop 1: two sockets, and text between them.
pub(super) fn socket(out: &mut impl Write, address: SocketAddr) -> Result<(), Error> {
    title(out, 1, "A socket: the door between a program and the network", "crates/sockets")?;
    let mut stream = TcpStream::connect(address)?;
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    writeln!(out, "   The kernel gave our server port {}, and our own end", address.port())?;
    writeln!(
        out,
        "   port {}. The connection is this pair of sockets:\n",
        stream.local_addr()?.port()
    )?;
    writeln!(out, "     TCP {} ⇄ {}\n", stream.local_addr()?, stream.peer_addr()?)?;
    let request = "GET /socket.svg HTTP/1.0\r\n\r\n";
    stream.write_all(request.as_bytes())?;
    stream.shutdown(Shutdown::Write)?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    writeln!(out, "   What goes in at one end comes out at the other. HTTP is just this text:\n")?;
    for line in request.lines().take(1) {
        writeln!(out, "     → {line}")?;
    }
    let head_end = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(answer.len());
    let head = String::from_utf8_lossy(answer.get(..head_end).unwrap_or_default()).into_owned();
    for line in head.lines() {
        writeln!(out, "     ← {line}")?;
    }
    let content = answer.len().saturating_sub(head_end + 4);
    writeln!(out, "     ← (an empty line, then {content} octets of content)\n")?;
    Ok(())
}

/// Stop 2: a connection for each request.
pub(super) fn http10(out: &mut impl Write, address: SocketAddr) -> Result<Cost, Error> {
    title(out, 2, "HTTP/1.0: one answer, and the connection ends", "crates/http1, RFC 1945")?;
    let mut cost = Cost::default();
    for path in site::paths() {
        let mut conversation = Conversation::open(address)?;
        conversation.ask(&[get(path, Version::Http10, address)?])?;
        conversation.answer()?;
        let (ours, _) = conversation.ends()?;
        writeln!(
            out,
            "   port {:<6} open, ask, answer, close   {:<12} {:>6} octets",
            ours.port(),
            path,
            conversation.cost.content
        )?;
        cost = cost.plus(conversation.cost);
    }
    tell(out, cost)?;
    Ok(cost)
}

/// Stop 3: one connection, one question after another.
pub(super) fn http11(out: &mut impl Write, address: SocketAddr) -> Result<Cost, Error> {
    title(out, 3, "HTTP/1.1: the connection stays open", "crates/http1, RFC 9112 §9.3")?;
    let mut conversation = Conversation::open(address)?;
    for path in site::paths() {
        let before = conversation.cost.content;
        conversation.ask(&[get(path, Version::Http11, address)?])?;
        conversation.answer()?;
        let (ours, _) = conversation.ends()?;
        writeln!(
            out,
            "   port {:<6} ask, answer                {:<12} {:>6} octets",
            ours.port(),
            path,
            conversation.cost.content - before
        )?;
    }
    tell(out, conversation.cost)?;
    Ok(conversation.cost)
}

/// Stop 4: all questions at once.
pub(super) fn pipelined(out: &mut impl Write, address: SocketAddr) -> Result<Cost, Error> {
    title(out, 4, "Pipelining: ask everything at once", "crates/http1, RFC 9112 §9.3.2")?;
    let mut conversation = Conversation::open(address)?;
    let all: Result<Vec<_>, Error> =
        site::paths().map(|path| get(path, Version::Http11, address)).collect();
    let all = all?;
    conversation.ask(&all)?;
    for _ in &all {
        conversation.answer()?;
    }
    writeln!(
        out,
        "   {} questions in one write, {} answers in the same order.",
        all.len(),
        all.len()
    )?;
    tell(out, conversation.cost)?;
    Ok(conversation.cost)
}

fn tell(out: &mut impl Write, cost: Cost) -> Result<(), Error> {
    writeln!(
        out,
        "\n   {} connection{}, {} round trips, {} octets sent, {} received ({} of them heads)\n",
        cost.connections,
        if cost.connections == 1 { "" } else { "s" },
        cost.round_trips,
        cost.sent,
        cost.received,
        cost.received - cost.content
    )?;
    Ok(())
}

/// Stop 5: the wall. A slow answer at the head of the line holds up all behind it.
pub(super) fn wall(
    out: &mut impl Write,
    address: SocketAddr,
    door: &Door,
) -> Result<Vec<(String, bool)>, Error> {
    title(out, 5, "The wall: head-of-line blocking", "crates/http1, RFC 9112 §9.3.2")?;
    writeln!(
        out,
        "   /slow answers only when we open its door. Behind it on the same connection we ask for\n   \
         three quick things, and for the same three on connections of their own.\n"
    )?;
    let quick = ["/style.css", "/app.js", "/socket.svg"];
    let mut order = Vec::new();
    let mut line = Conversation::open(address)?;
    let mut asked = vec![get("/slow", Version::Http11, address)?];
    for path in quick {
        asked.push(get(path, Version::Http11, address)?);
    }
    line.ask(&asked)?;
    for path in quick {
        let mut own = Conversation::open(address)?;
        own.ask(&[get(path, Version::Http11, address)?])?;
        own.answer()?;
        order.push((path.to_string(), false));
    }
    // Only now: everything that could come without it has come.
    door.open();
    for path in ["/slow"].into_iter().chain(quick) {
        line.answer()?;
        order.push((path.to_string(), true));
    }
    writeln!(out, "     came   what          asked on")?;
    for (place, (path, in_line)) in (1..).zip(&order) {
        let on = match (in_line, path.as_str()) {
            (false, _) => "a connection of its own",
            (true, "/slow") => "the line, in front      ◄ the door opens here",
            (true, _) => "the line, behind /slow  ◄ quick elsewhere; here it waits",
        };
        writeln!(out, "     {place:<6} {path:<13} {on}")?;
    }
    writeln!(
        out,
        "\n   That is why browsers open six connections instead, and why HTTP/2 was made.\n"
    )?;
    Ok(order)
}

/// The table at the end.
pub(super) fn summary(out: &mut impl Write, costs: &[(&'static str, Cost)]) -> Result<(), Error> {
    writeln!(out, "The same page, {} things, on one table:\n", site::paths().count())?;
    writeln!(
        out,
        "   {:<22}{:>12}{:>13}{:>11}{:>12}{:>11}{:>14}",
        "one after another",
        "connections",
        "round trips",
        "octets →",
        "octets ←",
        "heads ←",
        "at 100 ms RTT"
    )?;
    for (name, cost) in costs {
        writeln!(
            out,
            "   {:<22}{:>12}{:>13}{:>11}{:>12}{:>11}{:>11} ms",
            name,
            cost.connections,
            cost.round_trips,
            cost.sent,
            cost.received,
            cost.received - cost.content,
            cost.round_trips * 100
        )?;
    }
    writeln!(
        out,
        "\nNext: `wirebook get --trace URL`, `wirebook serve DIR`, and the book in docs/."
    )?;
    Ok(())
}
