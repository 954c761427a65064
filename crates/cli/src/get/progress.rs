//! How far a download is, for somebody who watches: one line on the terminal, drawn over itself.
//!
//! ```text
//!  43% [========>           ] 12.3 of 28.6 MiB, 4.1 MiB/s, 4 s left
//! ```
//!
//! Invariant: nothing is drawn in the first half second, nor oftener than five times a second, so a
//! quick download stays silent and drawing costs nothing.

use std::{
    io::{self, Write},
    time::{Duration, Instant},
};

/// The bar's cells.
const CELLS: u64 = 20;
const FIRST: Duration = Duration::from_millis(500);
const PAUSE: Duration = Duration::from_millis(200);

/// A line that is drawn over itself.
#[derive(Debug)]
pub(super) struct Progress {
    begun: Instant,
    next: Instant,
    before: u64,
    total: Option<u64>,
    columns: usize,
    drawn: bool,
}

impl Progress {
    /// A download of `total` octets, if that is known, of which `before` were there already.
    pub(super) fn new(before: u64, total: Option<u64>, columns: usize, now: Instant) -> Self {
        let next = now + FIRST;
        Self { begun: now, next, before, total, columns, drawn: false }
    }

    /// `done` octets have come by `now`.
    pub(super) fn update(&mut self, done: u64, now: Instant) {
        if now < self.next {
            return;
        }
        self.next = now + PAUSE;
        self.drawn = true;
        let line = self.line(done, now - self.begun);
        let line: String = line.chars().take(self.columns.saturating_sub(1)).collect();
        // To the line's start, and what is left of the last one is erased.
        let _ = write!(io::stderr(), "\r{line}\x1b[K");
    }

    /// Removes the line.
    pub(super) fn clear(&mut self) {
        if std::mem::take(&mut self.drawn) {
            let _ = write!(io::stderr(), "\r\x1b[K");
        }
    }

    fn line(&self, done: u64, time: Duration) -> String {
        let speed = done as f64 / time.as_secs_f64().max(0.001);
        let here = self.before.saturating_add(done);
        let Some(total) = self.total.filter(|total| *total > 0) else {
            return format!(" {}, {}/s", size(here as f64), size(speed));
        };
        let filled = here.saturating_mul(CELLS).checked_div(total).unwrap_or(0).min(CELLS);
        let bar: String = (0..CELLS)
            .map(|cell| match cell {
                cell if cell < filled => '=',
                cell if cell == filled => '>',
                _ => ' ',
            })
            .collect();
        let percent = here.saturating_mul(100) / total;
        let left = total.saturating_sub(here) as f64 / speed.max(1.0);
        format!(
            "{percent:3}% [{bar}] {} of {}, {}/s, {} left",
            size(here as f64),
            size(total as f64),
            size(speed),
            span(left)
        )
    }
}

/// Octets as people read them.
fn size(octets: f64) -> String {
    let mut value = octets;
    for unit in ["B", "KiB", "MiB", "GiB"] {
        if value < 1000.0 {
            return if unit == "B" {
                format!("{value:.0} B")
            } else {
                format!("{value:.1} {unit}")
            };
        }
        value /= 1024.0;
    }
    format!("{value:.1} TiB")
}

fn span(seconds: f64) -> String {
    match seconds {
        s if s < 60.0 => format!("{s:.0} s"),
        s if s < 3600.0 => format!("{:.0} min", s / 60.0),
        s => format!("{:.1} h", s / 3600.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_tells_how_far_and_how_long() {
        let progress = Progress::new(0, Some(10 << 20), 80, Instant::now());
        assert_eq!(
            progress.line(5 << 20, Duration::from_secs(5)),
            " 50% [==========>         ] 5.0 MiB of 10.0 MiB, 1.0 MiB/s, 5 s left"
        );
        let progress = Progress::new(1 << 20, Some(2 << 20), 80, Instant::now());
        assert!(progress.line(1 << 20, Duration::from_secs(1)).starts_with("100% [===="));
        let progress = Progress::new(0, None, 80, Instant::now());
        assert_eq!(progress.line(500, Duration::from_secs(1)), " 500 B, 500 B/s");
    }
}
