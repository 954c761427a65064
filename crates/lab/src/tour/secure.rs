//! Stop 8: the same page where nobody can read along; what that costs, the first time and again.
//!
//! RFC 8446
//!
//! ```text
//!   visit 1   TCP │ ClientHello ⇄ ServerHello … Finished │ eight requests, eight answers
//!   visit 2   TCP │ the same, with a ticket              │ one request
//!   visit 3   TCP │ the same, the request with the hello
//! ```

use super::{
    Cost, Error,
    conversation::{Conversation, get, request_octets},
    site, stops,
};
use crate::security::{self, Line, Passed, SystemRandom};
use dissect::{KeyLog, Kind};
use http::Version;
use std::{
    io::{Read, Write},
    net::{SocketAddr, TcpStream},
    sync::{Arc, Mutex, PoisonError},
    time::Instant,
};
use tls::{ClientConfig, MemorySessions, record::Head};
use view::Recorder;
use wire::{Reader, trace::Trace};
use x509::{Roots, ServerName, Verifier};

/// Events kept of a handshake; it makes some thirty.
const EVENTS: usize = 1000;
/// Runs of each kind of handshake for the table: the times are medians.
const RUNS: usize = 20;
/// The name that the client asks for, and that everybody on the way can read.
const NAME: &str = "localhost";

/// What the stop found out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Secured {
    /// The whole page over TLS; octets are of records.
    pub page: Cost,
    /// The first visit, one with a ticket, and one in a hurry.
    pub visits: [Visit; 3],
    /// Whether the server's name could be read on the way.
    pub name_seen: bool,
    /// Whether what was asked for, or anything of the answer, could.
    pub content_seen: bool,
}

/// One visit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Visit {
    /// The handshake's messages: whether we sent it, its name, its octets, whether it was sealed.
    pub messages: Vec<(bool, String, u64, bool)>,
    /// Octets of records until the handshake was done: sent and received. With early data, the
    /// request is among them, and perhaps the answer.
    pub handshake: (usize, usize),
    /// Round trips from nothing to the first answer: TCP's, TLS's, the request's.
    pub round_trips: u64,
    /// Whether a ticket was taken.
    pub resumed: bool,
    /// Whether the request came with the hello.
    pub early: bool,
}

/// A client that keeps tickets and believes the server's certificate alone.
struct Client {
    address: SocketAddr,
    config: ClientConfig,
    name: ServerName,
}

impl Client {
    fn new(address: SocketAddr, roots: Roots) -> Result<Self, Error> {
        let mut config = ClientConfig::new(Arc::new(Verifier::new(roots)));
        config.alpn = vec![b"http/1.1".to_vec()];
        config.sessions = Some(Arc::new(MemorySessions::default()));
        let name = ServerName::parse(NAME).map_err(|_| security::Error::Unmet("the name"))?;
        Ok(Self { address, config, name })
    }

    /// Connects and shakes hands; `data` goes early, if early data is on.
    fn visit(&self, data: &[u8]) -> Result<(Line, Visit), Error> {
        let recorder = Arc::new(Recorder::new(EVENTS));
        let stream = TcpStream::connect(self.address)?;
        let (config, trace) = (Arc::new(self.config.clone()), Trace::to(recorder.clone(), 1));
        let random = Box::new(SystemRandom);
        let line = Line::open_early(stream, config, self.name.clone(), random, data, trace)?;
        let (passed, summary) = (line.passed(), line.summary());
        let visit = Visit {
            messages: security::script(&recorder.take()),
            handshake: (passed.sent.len(), passed.received.len()),
            // One to connect.
            round_trips: 1 + passed.round_trips,
            resumed: summary.resumed,
            early: summary.early_data,
        };
        Ok((line, visit))
    }
}

/// Visits the page three times and tells it to `out`.
pub(super) fn stop(
    out: &mut impl Write,
    address: SocketAddr,
    roots: Roots,
) -> Result<Secured, Error> {
    stops::title(out, 8, "HTTPS: the same page, and nobody reads along", "crates/tls, RFC 8446")?;
    let mut client = Client::new(address, roots)?;
    let (page, first, passed) = whole_page(&client, address)?;
    writeln!(
        out,
        "   Before the first request, the two ends agree on keys, and the server proves its name:\n"
    )?;
    messages(out, &first)?;
    writeln!(
        out,
        "\n   {} octets → and {} ←, and one round trip that plain HTTP does not have. Then HTTP/1.1\n   \
         as before: {} requests, {} octets → and {} ← in all, {} of them content.\n",
        first.handshake.0,
        first.handshake.1,
        site::paths().count(),
        page.sent,
        page.received,
        page.content
    )?;
    let request = request(address)?;
    let (mut line, second) = client.visit(&[])?;
    line.write_all(&request)?;
    let second = answered(line, second)?;
    client.config.early_data = true;
    let (line, third) = client.visit(&request)?;
    let third = answered(line, third)?;
    let visits = [first, second, third];
    again(out, &visits)?;
    let (name_seen, content_seen) = (holds(&passed.sent, NAME.as_bytes()), leaks(&passed));
    eavesdropper(out, &passed, name_seen, content_seen)?;
    writeln!(
        out,
        "   What each kind costs, both ends in memory, P-256 throughout, median of {RUNS} runs:\n"
    )?;
    for row in security::text(&security::costs(RUNS)?).lines() {
        writeln!(out, "   {row}")?;
    }
    writeln!(out)?;
    Ok(Secured { page, visits, name_seen, content_seen })
}

/// The first visit: all of the page, one thing after another.
fn whole_page(client: &Client, address: SocketAddr) -> Result<(Cost, Visit, Passed), Error> {
    let began = Instant::now();
    let (line, mut visit) = client.visit(&[])?;
    let cost = Cost { connections: 1, round_trips: visit.round_trips, ..Cost::default() };
    let mut conversation = Conversation::over(line, began, cost);
    for path in site::paths() {
        conversation.ask(&[get(path, Version::Http11, address)?])?;
        conversation.answer()?;
    }
    let mut page = conversation.cost;
    let passed = conversation.into_stream().close()?;
    (page.sent, page.received) = (passed.sent.len() as u64, passed.received.len() as u64);
    visit.round_trips += 1;
    Ok((page, visit, passed))
}

/// The octets of a request for the document.
fn request(address: SocketAddr) -> Result<Vec<u8>, Error> {
    request_octets(&get("/", Version::Http11, address)?)
}

/// Waits for the first octets of the answer, and hangs up.
fn answered(mut line: Line, mut visit: Visit) -> Result<Visit, Error> {
    if line.read(&mut [0; 1024])? == 0 {
        return Err(Error::Ended);
    }
    visit.round_trips = 1 + line.close()?.round_trips;
    Ok(visit)
}

fn messages(out: &mut impl Write, visit: &Visit) -> Result<(), Error> {
    for (sent, name, octets, sealed) in &visit.messages {
        let (arrow, sealed) = (if *sent { "→" } else { "←" }, if *sealed { "sealed" } else { "" });
        writeln!(
            out,
            "{}",
            format!("     {arrow} {name:<24}{octets:>5} octets  {sealed}").trim_end()
        )?;
    }
    Ok(())
}

fn again(out: &mut impl Write, visits: &[Visit; 3]) -> Result<(), Error> {
    writeln!(
        out,
        "   Behind it the server gave tickets. Who comes back with one is known, without\n   \
         certificate and signature; and may send the request along, if it may be repeated:\n"
    )?;
    writeln!(
        out,
        "     {:<28}{:>9}{:>9}{:>10}   round trips to the answer",
        "handshake", "octets →", "octets ←", "messages"
    )?;
    let names = ["the first time", "with a ticket", "with a ticket, 0-RTT"];
    for (name, visit) in names.iter().zip(visits) {
        let (sent, received) = visit.handshake;
        writeln!(
            out,
            "     {name:<28}{sent:>9}{received:>9}{:>10}   {}",
            visit.messages.len(),
            visit.round_trips
        )?;
    }
    writeln!(
        out,
        "\n   (TCP takes one of the round trips. In the last row, the request and the answer are\n   \
         among the octets.)\n"
    )?;
    Ok(())
}

/// What somebody on the way writes down.
fn eavesdropper(
    out: &mut impl Write,
    passed: &Passed,
    name: bool,
    content: bool,
) -> Result<(), Error> {
    writeln!(out, "   What somebody on the way sees of the first visit:\n")?;
    let seen = |seen: bool| if seen { "yes" } else { "no" };
    writeln!(out, "     the addresses and the ports      yes")?;
    writeln!(out, "     the server's name, \"{NAME}\"   {}, in the ClientHello", seen(name))?;
    writeln!(out, "     how much, and when               yes: {}", lengths(&passed.received))?;
    writeln!(out, "     the certificate                  no, since TLS 1.3")?;
    writeln!(out, "     what is asked for, and answered  {}\n", seen(content))?;
    Ok(())
}

/// The lengths of the first records of a side.
fn lengths(octets: &[u8]) -> String {
    let (mut reader, mut lengths) = (Reader::new(octets), Vec::new());
    while let Ok(Some(head)) = Head::parse(&mut reader) {
        lengths.push(head.length.to_string());
        reader.skip(head.length);
    }
    let (count, shown) = (lengths.len(), lengths.get(..6).unwrap_or(&lengths).join(", "));
    format!("{count} records ←, of {shown} … octets")
}

fn holds(octets: &[u8], text: &[u8]) -> bool {
    octets.windows(text.len()).any(|window| window == text)
}

/// Whether a request or an answer can be read.
fn leaks(passed: &Passed) -> bool {
    holds(&passed.sent, b"GET /") || holds(&passed.received, b"HTTP/1.1 200")
}

/// Keeps the lines of a key log.
#[derive(Default)]
struct Lines(Mutex<String>);

impl tls::KeyLog for Lines {
    fn line(&self, line: &str) {
        let mut lines = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        lines.push_str(line);
        lines.push('\n');
    }
}

/// A visit for one thing, every octet of it explained.
pub(super) fn octets(out: &mut impl Write, address: SocketAddr, roots: Roots) -> Result<(), Error> {
    let lines = Arc::new(Lines::default());
    let mut client = Client::new(address, roots)?;
    client.config.key_log = Some(lines.clone());
    let (mut line, visit) = client.visit(&[])?;
    messages(out, &visit)?;
    line.write_all(&request(address)?)?;
    if line.read(&mut [0; 1024])? == 0 {
        return Err(Error::Ended);
    }
    let passed = line.close()?;
    let text = lines.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let log = KeyLog::read(&text).map_err(|_| security::Error::Unmet("a key log"))?;
    for (who, octets) in [("The client", &passed.sent), ("The server", &passed.received)] {
        let told = dissect::dissect_opened(Kind::TlsRecord, octets, &log);
        writeln!(out, "\n{who} sent {} octets; sealed records are shown opened.\n", octets.len())?;
        write!(out, "{}", dissect::text(&told))?;
    }
    Ok(())
}
