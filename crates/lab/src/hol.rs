//! Who waits when a packet is lost: HTTP/1.1 over six connections, HTTP/2, HTTP/3.
//!
//! RFC 9112 §9.4, RFC 9113 §1 ("TCP head-of-line blocking is not addressed"), RFC 9000 §2.2, RFC
//! 9204 §2.1.2
//!
//! ```text
//!             lost                        who waits
//!   1.1 × 6   [3]  1 2 4 5 6              3: one connection of six
//!   2         [3]  1 2 4 5 6              all: one order for all
//!   3         [3]  1 2 4 5 6              3: an order for each
//! ```
//!
//! A page's parts are asked for at once, over connections that are open and idle; the answers come
//! in turn, a piece of each. For each packet that is lost, and whose octets had not come otherwise,
//! it is counted who was under way and who waited for it
//! ([`losses`]).
//!
//! Invariant: the same options, the same table: nothing here depends on the machine.
//!
//! Used by: `wirebook lab hol`.

use crate::versions::{Error, Known, Loss, Page, Setting, Way, losses, run as fetch};
use std::{fmt::Write as _, time::Duration};

/// The versions, in their order in the table.
pub const WAYS: [Way; 3] = [Way::Six, Way::Http2, Way::Http3];

/// What is tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// Shares of packets that are lost, each way. 0, 1, 2 and 5 %.
    pub losses: Vec<f64>,
    /// There and back. 20, 100 and 200 ms.
    pub round_trips: Vec<Duration>,
    /// Pages fetched for each row, where anything is lost: else all are alike. 20.
    pub pages: u32,
    /// Things on a page. 24.
    pub parts: usize,
    /// Octets of each. 20,000.
    pub size: u64,
    /// Bits per second. 20 million.
    pub rate: u64,
    /// Streams that QPACK may let wait. 0.
    pub risk: u32,
    /// Where chance comes from. 1.
    pub seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            losses: vec![0.0, 0.01, 0.02, 0.05],
            round_trips: [20, 100, 200].map(Duration::from_millis).to_vec(),
            pages: 20,
            parts: 24,
            size: 20_000,
            rate: 20_000_000,
            risk: 0,
            seed: 1,
        }
    }
}

/// What came of one version over one line.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// The version.
    pub way: Way,
    /// The share of packets that was to be lost.
    pub loss: f64,
    /// There and back.
    pub round_trip: Duration,
    /// How long each page took, the shortest first.
    pub whole: Vec<Duration>,
    /// Each packet that was missed, of all pages.
    pub losses: Vec<Loss>,
    /// Streams that waited for entries of QPACK's table.
    pub blocked: usize,
}

impl Row {
    /// The time in which so many of a hundred pages were here.
    pub fn percentile(&self, share: usize) -> Duration {
        let place = (self.whole.len() * share).div_ceil(100).saturating_sub(1);
        self.whole.get(place).copied().unwrap_or_default()
    }

    /// The sum over all losses.
    fn sum(&self, count: impl Fn(&Loss) -> usize) -> f64 {
        // A few thousand at the most.
        #[expect(clippy::cast_precision_loss, reason = "small numbers")]
        let sum = self.losses.iter().map(count).sum::<usize>() as f64;
        sum
    }

    /// Things under way, for each packet that was missed.
    pub fn active(&self) -> f64 {
        self.sum(|loss| loss.active.len()) / self.sum(|_| 1).max(1.0)
    }

    /// The share of them that waited for it.
    pub fn waiting(&self) -> f64 {
        self.sum(|loss| loss.waiting.len()) / self.sum(|loss| loss.active.len()).max(1.0)
    }

    /// The share of them that had octets in it.
    pub fn inside(&self) -> f64 {
        self.sum(|loss| loss.inside.len()) / self.sum(|loss| loss.active.len()).max(1.0)
    }

    /// The share of them of which the application was given nothing until the octets came again,
    /// whatever the reason.
    pub fn silent(&self) -> f64 {
        self.sum(|loss| loss.silent.len()) / self.sum(|loss| loss.active.len()).max(1.0)
    }

    /// How long a packet was missing.
    pub fn missing(&self) -> Duration {
        let sum: Duration = self.losses.iter().map(|loss| loss.missing).sum();
        sum / u32::try_from(self.losses.len().max(1)).unwrap_or(u32::MAX)
    }
}

/// Fetches the pages.
///
/// # Errors
/// See [`Error`].
pub fn run(options: &Options) -> Result<Vec<Row>, Error> {
    let mut rows = Vec::new();
    for loss in &options.losses {
        for round_trip in &options.round_trips {
            for way in WAYS {
                rows.push(pages(way, *loss, *round_trip, options)?);
            }
        }
    }
    Ok(rows)
}

fn pages(way: Way, loss: f64, round_trip: Duration, options: &Options) -> Result<Row, Error> {
    let mut row = Row { way, loss, round_trip, whole: Vec::new(), losses: Vec::new(), blocked: 0 };
    for page in 0..if loss > 0.0 { options.pages } else { 1 } {
        let setting = Setting {
            way,
            page: Page { document: None, parts: options.parts, size: options.size },
            secure: false,
            warm: true,
            round_trip,
            rate: options.rate,
            loss,
            risk: options.risk,
            // The same chances for all versions, others for each page.
            seed: options.seed.wrapping_mul(1_000_003).wrapping_add(page.into()),
        };
        let outcome = fetch(&setting, &mut Known::new(false))?;
        row.whole.push(outcome.whole);
        row.losses.extend(losses(&outcome.ledger, &outcome.objects));
        row.blocked += outcome.ledger.blocked.len();
    }
    row.whole.sort_unstable();
    Ok(row)
}

/// The table.
pub fn text(rows: &[Row], options: &Options) -> String {
    let Options { parts, size, rate, pages, seed, .. } = options;
    let mut text = format!(
        "{parts} things of {size} octets, asked for at once over open connections; {pages} pages a \
         row; {} Mbit/s;\nCUBIC in all; seed {seed}. Real http1, http2, http3 and quic; a modelled \
         TCP; virtual time.\n\n{:>4}{:>7}  {:<23}{:>8}{:>10}{:>6}{:>8}{:>7}{:>8}{:>8}{:>6}\n",
        rate / 1_000_000,
        "loss",
        "RTT",
        "",
        "median",
        "95 %",
        "lost",
        "missing",
        "active",
        "waiting",
        "silent",
        "QPACK"
    );
    for (place, row) in rows.iter().enumerate() {
        if place > 0 && place.is_multiple_of(WAYS.len()) {
            text.push('\n');
        }
        line(&mut text, row);
    }
    text + "\nlost: packets whose octets were missed, of all pages, and how long they were. active: \
            things\nunder way when one was; the share of them that had to wait for it; that the \
            application was\ngiven nothing of meanwhile. QPACK: streams that waited for its table.\n"
}

fn line(text: &mut String, row: &Row) {
    let number = |number: String| if row.losses.is_empty() { "–".to_owned() } else { number };
    let percent = |share: f64| number(format!("{:.0} %", share * 100.0));
    // Writing to a string does not fail.
    let _ = writeln!(
        text,
        "{:>2.0} %{:>4} ms  {:<23}{:>5} ms{:>7} ms{:>6}{:>8}{:>7}{:>8}{:>8}{:>6}",
        row.loss * 100.0,
        row.round_trip.as_millis(),
        row.way,
        row.percentile(50).as_millis(),
        row.percentile(95).as_millis(),
        row.losses.len(),
        number(format!("{} ms", row.missing().as_millis())),
        number(format!("{:.1}", row.active())),
        percent(row.waiting()),
        percent(row.silent()),
        row.blocked
    );
}

/// One object with an array of rows.
pub fn json(rows: &[Row], options: &Options) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|row| {
            format!(
                "{{\"way\":\"{}\",\"loss\":{},\"round_trip_ms\":{},\"median_ms\":{:.3},\
                 \"p95_ms\":{:.3},\"lost\":{},\"missing_ms\":{:.3},\"active\":{:.3},\
                 \"inside\":{:.4},\"waiting\":{:.4},\"silent\":{:.4},\"qpack\":{}}}",
                row.way,
                row.loss,
                row.round_trip.as_millis(),
                row.percentile(50).as_secs_f64() * 1_000.0,
                row.percentile(95).as_secs_f64() * 1_000.0,
                row.losses.len(),
                row.missing().as_secs_f64() * 1_000.0,
                row.active(),
                row.inside(),
                row.waiting(),
                row.silent(),
                row.blocked
            )
        })
        .collect();
    let Options { parts, size, rate, pages, seed, .. } = options;
    format!(
        "{{\"parts\":{parts},\"size\":{size},\"rate\":{rate},\"pages\":{pages},\"seed\":{seed},\
         \"rows\":[{}]}}\n",
        rows.join(",")
    )
}
