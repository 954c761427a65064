//! The rows as text, and as JSON for machines.

use super::{Delays, Options, Row};
use std::{fmt::Write as _, time::Duration};

/// The table; measured columns only where something was measured.
pub fn text(rows: &[Row], options: &Options) -> String {
    let mut text = format!(
        "{:<26}{:>10}{:>11}{:>11}{:>11}{:>10}",
        format!("{} events of {} octets", options.events, options.size),
        "requests",
        "octets →",
        "octets ←",
        "per event",
        "late by"
    );
    let timed = rows.iter().any(|row| row.measured.is_some());
    if timed {
        text += &format!("{:>12}{:>10}{:>10}", "| by clock", "median", "p99");
    }
    text.push('\n');
    for row in rows {
        let each = row.counts.octets().checked_div(options.events.into()).unwrap_or_default();
        // Writing to a string does not fail.
        let _ = write!(
            text,
            "{:<26}{:>10}{:>11}{:>11}{:>11}{:>10}",
            row.way.to_string(),
            row.requests,
            row.counts.sent,
            row.counts.received,
            each,
            milliseconds(row.scheduled.mean)
        );
        if let Some(Delays { mean, median, p99 }) = row.measured {
            let [mean, median, p99] = [mean, median, p99].map(milliseconds);
            let _ = write!(text, " |{mean:>10}{median:>10}{p99:>10}");
        }
        text.push('\n');
    }
    text
}

fn milliseconds(time: Duration) -> String {
    match time.as_secs_f64() * 1000.0 {
        0.0 => "0 ms".into(),
        few if few < 10.0 => format!("{few:.2} ms"),
        many => format!("{many:.0} ms"),
    }
}

/// One object with an array of rows; times in microseconds.
pub fn json(rows: &[Row], options: &Options) -> String {
    let delays = |delays: &Delays| {
        let [mean, median, p99] =
            [delays.mean, delays.median, delays.p99].map(|delay| delay.as_micros());
        format!("{{\"mean\":{mean},\"median\":{median},\"p99\":{p99}}}")
    };
    let rows: Vec<String> = rows
        .iter()
        .map(|row| {
            format!(
                "{{\"way\":\"{}\",\"requests\":{},\"connections\":{},\"sent\":{},\"received\":{},\
                 \"scheduled_us\":{},\"measured_us\":{}}}",
                row.way,
                row.requests,
                row.counts.connections,
                row.counts.sent,
                row.counts.received,
                delays(&row.scheduled),
                row.measured.as_ref().map_or_else(|| "null".into(), delays)
            )
        })
        .collect();
    format!(
        "{{\"events\":{},\"size\":{},\"interval_us\":{},\"rows\":[{}]}}\n",
        options.events,
        options.size,
        options.interval.as_micros(),
        rows.join(",")
    )
}
