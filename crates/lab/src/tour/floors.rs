//! Stop 6: the same request from the top, `get`, down to the socket of stop 1.

use super::{Error, stops};
use client::{Session, trace::step};
use http::Version;
use std::{io::Write, net::SocketAddr, sync::Arc, time::Instant};
use view::{Recorder, Walk};
use wire::trace::Trace;

/// Events kept at most; two small requests make some thirty.
const EVENTS: usize = 1000;

pub(super) fn walk(out: &mut impl Write, address: SocketAddr) -> Result<(), Error> {
    stops::title(out, 6, "From get() to the socket: why nobody writes sockets", "crates/client")?;
    writeln!(
        out,
        "   Two requests in one session. The first opens a connection; the second finds it in the\n   \
         pool. On the right, who does the same when a Python program calls requests.get.\n"
    )?;
    let recorder = Arc::new(Recorder::new(EVENTS));
    let walk = Walk::new(Instant::now(), |name| step(name).map(|step| step.depth));
    let session =
        Session::builder().version(Version::Http11).trace(Trace::to(recorder.clone(), 1)).build();
    for path in ["/style.css", "/app.js"] {
        session.get(&format!("http://{address}{path}"))?.send()?.copy_to(&mut std::io::sink())?;
    }
    write!(out, "   {}", walk.heading())?;
    for record in recorder.take() {
        if let Some(lines) = record.lend(|event| walk.lines(event)) {
            for line in lines.lines() {
                writeln!(out, "   {line}")?;
            }
        }
    }
    writeln!(out)?;
    Ok(())
}
