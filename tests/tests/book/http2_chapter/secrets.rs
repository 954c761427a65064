//! What the size of a block gives away, and what does not.

use super::block;
use crate::figure::figure;
use hpack::{Encoder, Field, Limits};
use std::fmt::Write as _;

#[test]
fn a_secret_guessed_by_sizes() {
    let mut table = format!("{:<16}{:<10}{}\n", "guess", "indexed", "never indexed");
    for guess in ["1111", "2222", "4710", "4711", "4712"] {
        let mut row = format!("x-pin: {guess:<9}");
        for sensitive in [false, true] {
            let mut encoder = Encoder::new(&Limits::default());
            let secret = Field { name: b"x-pin", value: b"4711", sensitive };
            block(&mut encoder, &[secret]);
            let octets = block(&mut encoder, &[Field::new(b"x-pin", guess.as_bytes())]);
            write!(row, "{:<10}", octets.len()).unwrap();
        }
        writeln!(table, "{}", row.trim_end()).unwrap();
    }
    figure("h2-guess", &table);
}
