//! A load's report, for people and for programs.
//!
//! ```text
//! 50000 answers in 0.62 s, 80645 a second; HTTP/2 on 10 connections
//!   …
//!   latency   min 21.0 µs  p50 3.91 ms  p90 …
//!     2.10 ms  ▏██████████████                 1234
//! ```

use super::{Histogram, Plan, Report};
use std::{fmt::Write as _, time::Duration};
use view::json;

/// The percentiles that are told, in thousandths.
const PERCENTILES: [(&str, u64); 4] = [("p50", 500), ("p90", 900), ("p99", 990), ("p99.9", 999)];
/// Columns of the longest bar.
const BAR: u64 = 40;

/// For people.
pub fn text(plan: &Plan, report: &Report) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write_all(&mut out, plan, report);
    out
}

fn write_all(out: &mut String, plan: &Plan, report: &Report) -> std::fmt::Result {
    let tally = &report.tally;
    writeln!(
        out,
        "{} answers in {}, {:.0} a second; {}",
        tally.answers(),
        span(report.time),
        rate(tally.answers(), report.time),
        spoken(tally.spoken),
    )?;
    let statuses = tally.statuses.iter().map(|(status, count)| format!("{status}: {count}"));
    listed(out, "statuses", statuses)?;
    listed(
        out,
        "failures",
        tally.failures.iter().map(|(failure, count)| format!("{}: {count}", failure.name())),
    )?;
    for reason in &tally.reasons {
        writeln!(out, "              {reason}")?;
    }
    if tally.again > 0 {
        writeln!(out, "  again       {} were not looked at and asked again", tally.again)?;
    }
    if let Some(all) = plan.requests {
        let missing = all.saturating_sub(tally.answers() + lost(report));
        if missing > 0 {
            writeln!(out, "  not asked   {missing}, or not answered when it ended")?;
        }
    }
    for (name, octets) in [
        ("content", tally.content),
        ("heads", tally.heads),
        ("received", tally.received),
        ("sent", tally.sent),
    ] {
        writeln!(out, "  {name:<12}{}", volume(octets, report))?;
    }
    if let (Some(cpu), 1..) = (tally.cpu, tally.answers()) {
        let each = cpu.as_secs_f64() * 1e6 / real(tally.answers());
        writeln!(out, "  own cost    {} of a processor, {each:.2} µs an answer", span(cpu))?;
    }
    for (name, histogram) in [("connect", &tally.connect), ("TLS", &tally.handshake)] {
        if histogram.count() > 0 {
            writeln!(out, "  {name:<12}{}", spans(histogram))?;
        }
    }
    if tally.answers() > 0 {
        writeln!(out, "  latency     {}\n", spans(&tally.latency))?;
        drawing(out, &tally.latency)?;
    }
    Ok(())
}

/// Requests that came to nothing; a connection that did so cost none.
fn lost(report: &Report) -> u64 {
    use super::Failure::{Cut, Protocol, Reset, Silence};
    let count = |failure| report.tally.failures.get(&failure).copied().unwrap_or(0);
    [Cut, Protocol, Reset, Silence].map(count).iter().sum()
}

fn listed(out: &mut String, name: &str, entries: impl Iterator<Item = String>) -> std::fmt::Result {
    let entries: Vec<String> = entries.collect();
    if entries.is_empty() {
        return Ok(());
    }
    writeln!(out, "  {name:<12}{}", entries.join(", "))
}

fn spoken([one, two, three]: [u64; 3]) -> String {
    let part = |name: &str, count: u64| {
        let s = if count == 1 { "" } else { "s" };
        (count > 0).then(|| format!("{name} on {count} connection{s}"))
    };
    let parts: Vec<String> = [part("HTTP/1.1", one), part("HTTP/2", two), part("HTTP/3", three)]
        .into_iter()
        .flatten()
        .collect();
    if parts.is_empty() { "no connection".into() } else { parts.join(", ") }
}

/// `650.00 kB      366.42 kB/s     13.0 octets an answer`
fn volume(octets: u64, report: &Report) -> String {
    let speed = format!("{}/s", size(rate(octets, report.time)));
    let all = size(real(octets));
    match report.tally.answers() {
        0 => format!("{all:<14}{speed}"),
        answers => {
            format!("{all:<14}{speed:<18}{} an answer", size(real(octets) / real(answers)))
        }
    }
}

fn size(octets: f64) -> String {
    match octets {
        octets if octets < 1e3 => format!("{octets:.0} octets"),
        octets if octets < 1e6 => format!("{:.2} kB", octets / 1e3),
        octets if octets < 1e9 => format!("{:.2} MB", octets / 1e6),
        octets => format!("{:.2} GB", octets / 1e9),
    }
}

fn spans(histogram: &Histogram) -> String {
    let mut text = format!("min {}", span(histogram.min()));
    for (name, thousandths) in PERCENTILES {
        text += &format!("  {name} {}", span(histogram.percentile(thousandths)));
    }
    text + &format!("  max {}", span(histogram.max()))
}

/// Three digits and a unit.
fn span(time: Duration) -> String {
    let seconds = time.as_secs_f64();
    let (value, unit) = match seconds {
        seconds if seconds >= 1.0 => (seconds, "s"),
        seconds if seconds >= 1e-3 => (seconds * 1e3, "ms"),
        seconds => (seconds * 1e6, "µs"),
    };
    match value {
        value if value < 10.0 => format!("{value:.2} {unit}"),
        value if value < 100.0 => format!("{value:.1} {unit}"),
        value => format!("{value:.0} {unit}"),
    }
}

/// A row for each range of times, from where it begins.
fn drawing(out: &mut String, histogram: &Histogram) -> std::fmt::Result {
    let rows = histogram.rows();
    let most = rows.iter().map(|(_, count)| *count).max().unwrap_or(0).max(1);
    for (from, count) in rows {
        let bar = (count * BAR).div_ceil(most);
        let bar = "█".repeat(usize::try_from(bar).unwrap_or(0));
        let line = format!("  {:>10}  {bar:<40} {count}", span(from));
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

fn rate(count: u64, time: Duration) -> f64 {
    real(count) / time.as_secs_f64().max(1e-9)
}

#[expect(clippy::cast_precision_loss, reason = "fifteen digits are enough for a report")]
fn real(count: u64) -> f64 {
    count as f64
}

/// For programs: one JSON object; times are in seconds.
pub fn json(plan: &Plan, report: &Report) -> String {
    let tally = &report.tally;
    let mut object = json::Object::default();
    object.number("answers", tally.answers()).number("succeeded", tally.succeeded());
    object.number("failed", tally.failed()).number("again", tally.again);
    object.number("connections", plan.connections as u64).number("depth", plan.depth as u64);
    object.real("seconds", report.time.as_secs_f64());
    object.real("answers_per_second", rate(tally.answers(), report.time));
    object.object("spoken", |object| {
        let [one, two, three] = tally.spoken;
        object.number("http1.1", one).number("http2", two).number("http3", three);
    });
    object.object("octets", |object| {
        object.number("content", tally.content).number("heads", tally.heads);
        object.number("received", tally.received).number("sent", tally.sent);
    });
    object.object("statuses", |object| {
        for (status, count) in &tally.statuses {
            object.number(&status.to_string(), *count);
        }
    });
    object.object("failures", |object| {
        for (failure, count) in &tally.failures {
            object.number(failure.name(), *count);
        }
    });
    match tally.cpu {
        Some(cpu) => object.real("cpu_seconds", cpu.as_secs_f64()),
        None => object.null("cpu_seconds"),
    };
    for (name, histogram) in
        [("latency", &tally.latency), ("connect", &tally.connect), ("tls", &tally.handshake)]
    {
        object.object(name, |object| {
            object.number("count", histogram.count());
            object.real("min", histogram.min().as_secs_f64());
            object.real("mean", histogram.mean().as_secs_f64());
            for (name, thousandths) in PERCENTILES {
                object.real(name, histogram.percentile(thousandths).as_secs_f64());
            }
            object.real("max", histogram.max().as_secs_f64());
        });
    }
    object.finish()
}
