//! Stop 10: the same page over QUIC, where the handshake and TLS's are one, and the second visit
//! has none.
//!
//! RFC 9000, RFC 9001, RFC 9114
//!
//! ```text
//!   visit 1   hello ⇄ hello, Finished │ ask × 8 ──► answer × 8     two round trips
//!   visit 2   hello + ask × 8 ──► answer × 8                       one
//! ```

use super::{Cost, Error, conversation::get, site, stops};
use client::{
    quic::{Config, QuicClient},
    tls::{Options, Trust},
};
use http::Version;
use http3::{ClientOptions, Connection, Event, Outgoing};
use quic::{ClientConfig, connection::Listeners, stream::Direction};
use std::{
    io::Write,
    net::SocketAddr,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};
use view::{Detail, Packets};
use wire::trace::{Sink, Trace};
use x509::{Roots, ServerName};

/// The name that the client asks for.
const NAME: &str = "localhost";

/// How long the loopback may take.
const PATIENCE: Duration = Duration::from_secs(10);

/// What the stop found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Carried {
    /// The whole page, the first time; octets are of UDP.
    pub page: Cost,
    /// The same with a ticket.
    pub again: Cost,
}

/// Packets, a line each.
struct Heard(Mutex<(Packets, String)>);

impl Heard {
    fn round_trips(&self) -> u64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.round_trips(1)
    }
}

impl Sink for Heard {
    fn event(&self, event: &wire::trace::Event<'_>) {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let lines = heard.0.lines(event);
        heard.1 += &lines;
    }
}

/// Asks for the page twice, and tells it to `out`.
pub(super) fn stop(
    out: &mut impl Write,
    address: SocketAddr,
    roots: Roots,
) -> Result<Carried, Error> {
    stops::title(
        out,
        10,
        "HTTP/3: the same page in datagrams",
        "crates/quic and crates/http3, RFC 9000 and 9114",
    )?;
    let trust = Trust::Roots(Arc::new(roots));
    let config = Config::new(Options { trust, ..Options::default() });
    let origin = format!("{NAME}:{}", address.port());
    writeln!(out, "   The document alone, packet by packet; `+` stands in the same datagram:\n")?;
    let first = config.speak(b"h3", &origin)?;
    let (_, ladder) = visit(&first, address, &["/"])?;
    tell(out, &ladder)?;
    let paths: Vec<&str> = site::paths().collect();
    let (page, _) = visit(&first, address, &paths)?;
    writeln!(
        out,
        "\n   The page, all at once: {} connection, {} round trips, {} octets of UDP sent, {} received",
        page.connections, page.round_trips, page.sent, page.received
    )?;
    let (again, ladder) = visit(&config.speak_early(b"h3", &origin)?, address, &paths)?;
    writeln!(
        out,
        "\n   The second time, with a ticket, the questions go along with the hello (0-RTT):\n"
    )?;
    let begun: Vec<&str> = ladder.lines().take_while(|line| !line.contains(" < ")).collect();
    tell(out, &begun.join("\n"))?;
    writeln!(
        out,
        "\n   {} round trip; where a page is larger than the first window of ten packets, it takes a few\n   \
         more, as with TCP. Nobody between the two can read more than \"Initial\" and \"0-RTT\", or\n   \
         wait for a lost packet on behalf of a stream that it was not for.\n",
        again.round_trips
    )?;
    Ok(Carried { page, again })
}

fn tell(out: &mut impl Write, ladder: &str) -> Result<(), Error> {
    for line in ladder.lines() {
        writeln!(out, "  {line}")?;
    }
    Ok(())
}

/// Asks for all of `paths` on a connection of its own; answers what it cost, and its packets.
fn visit(
    config: &ClientConfig,
    address: SocketAddr,
    paths: &[&str],
) -> Result<(Cost, String), Error> {
    let packets = Packets::new(Instant::now(), Detail::Pieces);
    let heard = Arc::new(Heard(Mutex::new((packets, String::new()))));
    let listener: Arc<dyn Sink> = Arc::clone(&heard) as Arc<dyn Sink>;
    let mut config = config.clone();
    config.listeners = Listeners::new(move |_| Trace::to(Arc::clone(&listener), 1));
    let failed = |text: String| Error::Datagrams(text);
    let name = ServerName::parse(NAME).map_err(|error| failed(error.to_string()))?;
    let mut client = QuicClient::new(address, true)?;
    let began = Instant::now();
    let handle = client
        .connect(&config, name, address, Vec::new())
        .map_err(|error| failed(error.to_string()))?;
    let mut http3 = Connection::client(&http3::Limits::default(), ClientOptions::default(), began);
    let mut cost = Cost { connections: 1, ..Cost::default() };
    let (mut asked, mut answered) = (false, 0);
    while answered < paths.len() {
        if began.elapsed() > PATIENCE {
            return Err(failed("the answers did not come in time".to_owned()));
        }
        let quic = client.connection(handle).ok_or(Error::Ended)?;
        let now = Instant::now();
        while let Some(event) = quic.poll_event() {
            if let Some(quic::Event::Closed(closed)) =
                port::http3::take(event, &mut http3, quic, now)
            {
                return Err(failed(format!("{closed:?}")));
            }
        }
        if !asked && (quic.is_connected() || (config.tls.early_data && quic.can_send_early())) {
            asked = true;
            // What was waited for until now, and once for the answers.
            cost.round_trips = heard.round_trips() + 1;
            ask(&mut http3, quic, address, paths)?;
        }
        while let Some(event) = http3.poll_event() {
            match event {
                Event::Data { stream, octets, end } => {
                    cost.content += octets.len() as u64;
                    answered += usize::from(end);
                    http3.release(stream, octets.len());
                }
                Event::Readable(stream) => {
                    port::http3::resume(port::http3::quic_id(stream), &mut http3, quic, now);
                }
                Event::Violation(error) => return Err(failed(error.to_string())),
                _ => {}
            }
        }
        port::http3::give(&mut http3, quic, now);
        if answered < paths.len() {
            client.turn(Duration::from_millis(100))?;
        }
    }
    let quic = client.connection(handle).ok_or(Error::Ended)?;
    let stats = quic.stats();
    (cost.sent, cost.received) = (stats.octets_sent, stats.octets_received);
    quic.close(http3::ErrorCode::H3_NO_ERROR.0, b"");
    let ladder = heard.0.lock().unwrap_or_else(PoisonError::into_inner).1.clone();
    client.send();
    Ok((cost, ladder))
}

/// Each on a stream of its own.
fn ask(
    http3: &mut Connection,
    quic: &mut quic::Connection,
    address: SocketAddr,
    paths: &[&str],
) -> Result<(), Error> {
    for path in paths {
        let stream = quic.open(Direction::Bidirectional).ok_or(Error::Ended)?;
        let request = get(path, Version::Http3, address)?;
        http3
            .send_request(port::http3::http3_id(stream), &request, Outgoing::None)
            .map_err(|misuse| Error::Datagrams(misuse.to_string()))?;
    }
    Ok(())
}
