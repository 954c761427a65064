//! What we print to: how wide it is, and whether somebody looks at it.
//!
//! | variable   | meaning                                                  |
//! |------------|----------------------------------------------------------|
//! | `COLUMNS`  | how wide the terminal is; 80 unless it says so           |

/// Lines of prose get no longer than this, however wide the window is.
pub(crate) const WIDEST: usize = 100;

/// How many columns there are.
pub(crate) fn columns() -> usize {
    let said = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
    said.filter(|columns| *columns > 0).unwrap_or(80)
}

/// Says a line on standard error. Where that is closed there is nobody to tell, which is no reason
/// to fail.
pub(crate) fn say(line: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "wirebook: {line}");
}
