//! A dissection as lines for people, or as JSON for programs.
//!
//! ```text
//! request line, RFC 9112 §3
//!   0000  47 45 54                 method          "GET"
//!   0003  20                       SP
//! ```

use crate::Dissection;
use view::json;
use wire::{Note, hex};

/// Octets of a field shown in one line; a field of more lines stops at [`MOST`].
const PER_LINE: usize = 8;
/// Columns for a field's name; more where one needs more.
const NAME: usize = 18;
/// Octets shown of one field. What is longer is content, and its length says enough.
const MOST: usize = 32;

/// Lines for people.
pub fn text(dissection: &Dissection) -> String {
    let mut out = String::new();
    let names = dissection.notes.iter().map(|note| match note {
        Note::Section { .. } => 0,
        Note::Field { name, .. } => name.len(),
    });
    let width = names.max().unwrap_or(0).max(NAME);
    for note in &dissection.notes {
        match note {
            Note::Section { depth, name, rfc, .. } => {
                out.push_str(&format!("{}{name}, {rfc}\n", "  ".repeat(*depth)));
            }
            Note::Field { offset, octets, name, value } => {
                field(&mut out, *offset, octets, (name, width), value.as_deref());
            }
        }
    }
    match &dissection.error {
        Some(error) => out.push_str(&format!("✗ {error}\n")),
        None => out.push_str(&format!("✓ {} octets read\n", dissection.read)),
    }
    out
}

fn field(
    out: &mut String,
    offset: usize,
    octets: &[u8],
    (name, width): (&str, usize),
    value: Option<&str>,
) {
    let shown = octets.get(..octets.len().min(MOST)).unwrap_or_default();
    let meaning = match value {
        Some(value) => value.to_string(),
        None => readable(octets).unwrap_or_default(),
    };
    let mut rows = shown.chunks(PER_LINE);
    let first = hex::spaced(rows.next().unwrap_or_default());
    let line = format!("  {offset:04x}  {first:<24} {name:<width$} {meaning}");
    out.push_str(line.trim_end());
    out.push('\n');
    for (row, chunk) in (1..).zip(rows) {
        let at = offset + row * PER_LINE;
        out.push_str(&format!("  {at:04x}  {}\n", hex::spaced(chunk)));
    }
    if octets.len() > MOST {
        out.push_str(&format!("        … {} octets in all\n", octets.len()));
    }
}

/// The octets in quotes, where they are text that a person reads more easily than digits.
fn readable(octets: &[u8]) -> Option<String> {
    // A sign on its own is said by the field's name, and so is a line end.
    if matches!(octets, [] | b"\r\n") || matches!(octets, [sign] if b" \t:;=".contains(sign)) {
        return None;
    }
    let text = std::str::from_utf8(octets).ok()?;
    if text.chars().any(|character| character.is_control() && !matches!(character, '\t')) {
        return None;
    }
    let short: String = text.chars().take(48).collect();
    let more = if short.len() < text.len() { "…" } else { "" };
    Some(format!("\"{short}{more}\""))
}

/// One JSON object for programs: `notes`, `read`, and `error` or null.
pub fn json(dissection: &Dissection) -> String {
    let mut object = json::Object::default();
    object.array("notes", |notes| {
        for note in &dissection.notes {
            notes.object(|object| match note {
                Note::Section { offset, depth, name, rfc } => {
                    object.text("section", name).text("rfc", rfc);
                    object.number("offset", *offset as u64).number("depth", *depth as u64);
                }
                Note::Field { offset, octets, name, value } => {
                    object.text("field", name).number("offset", *offset as u64);
                    object.text("octets", &hex::encode(octets));
                    match value {
                        Some(value) => object.text("value", value),
                        None => object.null("value"),
                    };
                }
            });
        }
    });
    object.number("read", dissection.read as u64);
    match &dissection.error {
        Some(error) => object.text("error", error),
        None => object.null("error"),
    };
    object.finish()
}
