//! JSON, written: the little that a program needs that tells things and never reads them.
//!
//! RFC 8259
//!
//! ```
//! use view::json::Object;
//! let mut object = Object::default();
//! object.number("status", 200).text("url", "http://\"a\"/").null("error");
//! object.array("sizes", |array| {
//!     array.number(1).number(2);
//! });
//! assert_eq!(
//!     object.finish(),
//!     r#"{"status":200,"url":"http://\"a\"/","error":null,"sizes":[1,2]}"#,
//! );
//! ```
//!
//! Invariant: the text is ASCII-safe where it must be (controls are escaped) and one line, so that
//! a stream of objects is read line by line.

use std::fmt::Write as _;
use std::time::Instant;
use wire::trace::{Event, Value};

/// An object that is being written.
#[derive(Debug)]
pub struct Object {
    text: String,
}

/// An array that is being written.
#[derive(Debug)]
pub struct Array {
    text: String,
}

impl Default for Object {
    fn default() -> Self {
        Self { text: "{".into() }
    }
}

impl Object {
    fn name(&mut self, name: &str) -> &mut String {
        if self.text.len() > 1 {
            self.text.push(',');
        }
        string(&mut self.text, name);
        self.text.push(':');
        &mut self.text
    }

    /// A member that is text.
    pub fn text(&mut self, name: &str, value: &str) -> &mut Self {
        string(self.name(name), value);
        self
    }

    /// A member that is a number. Numbers above 2⁵³ lose their last digits in JavaScript and its
    /// like; RFC 8259 §6 leaves that to the reader.
    pub fn number(&mut self, name: &str, value: u64) -> &mut Self {
        let _ = write!(self.name(name), "{value}");
        self
    }

    /// A member that is a number with a fraction; what is no number becomes `null`.
    pub fn real(&mut self, name: &str, value: f64) -> &mut Self {
        real(self.name(name), value);
        self
    }

    /// A member that is true or false.
    pub fn flag(&mut self, name: &str, value: bool) -> &mut Self {
        self.name(name).push_str(if value { "true" } else { "false" });
        self
    }

    /// A member that says that there is nothing.
    pub fn null(&mut self, name: &str) -> &mut Self {
        self.name(name).push_str("null");
        self
    }

    /// A member that is an object.
    pub fn object(&mut self, name: &str, fill: impl FnOnce(&mut Object)) -> &mut Self {
        let mut inner = Self::default();
        fill(&mut inner);
        let inner = inner.finish();
        self.name(name).push_str(&inner);
        self
    }

    /// A member that is an array.
    pub fn array(&mut self, name: &str, fill: impl FnOnce(&mut Array)) -> &mut Self {
        let mut inner = Array { text: "[".into() };
        fill(&mut inner);
        inner.text.push(']');
        self.name(name).push_str(&inner.text);
        self
    }

    /// A member that is written already.
    pub(crate) fn raw(&mut self, name: &str, json: &str) -> &mut Self {
        self.name(name).push_str(json);
        self
    }

    /// The text.
    pub fn finish(mut self) -> String {
        self.text.push('}');
        self.text
    }
}

impl Array {
    fn next(&mut self) -> &mut String {
        if self.text.len() > 1 {
            self.text.push(',');
        }
        &mut self.text
    }

    /// An element that is text.
    pub fn text(&mut self, value: &str) -> &mut Self {
        string(self.next(), value);
        self
    }

    /// An element that is a number.
    pub fn number(&mut self, value: u64) -> &mut Self {
        let _ = write!(self.next(), "{value}");
        self
    }

    /// An element that is an array.
    pub fn array(&mut self, fill: impl FnOnce(&mut Array)) -> &mut Self {
        let mut inner = Self { text: "[".into() };
        fill(&mut inner);
        inner.text.push(']');
        self.next().push_str(&inner.text);
        self
    }

    /// An element that is written already.
    pub(crate) fn raw(&mut self, json: &str) -> &mut Self {
        self.next().push_str(json);
        self
    }

    /// An element that is an object.
    pub fn object(&mut self, fill: impl FnOnce(&mut Object)) -> &mut Self {
        let mut inner = Object::default();
        fill(&mut inner);
        let inner = inner.finish();
        self.next().push_str(&inner);
        self
    }
}

/// An event as one object; `begun` is when the clock of the reader starts.
pub fn event(event: &Event<'_>, begun: Instant) -> String {
    let mut object = Object::default();
    let micros = event.time.saturating_duration_since(begun).as_micros();
    object.real("ms", u64::try_from(micros).unwrap_or(u64::MAX) as f64 / 1000.0);
    object.text("layer", &format!("{:?}", event.layer).to_lowercase());
    object.text("direction", &format!("{:?}", event.direction).to_lowercase());
    object.number("connection", event.connection);
    if let Some(stream) = event.stream {
        object.number("stream", stream);
    }
    object.text("event", event.name);
    object.object("fields", |fields| {
        for field in event.fields {
            match field.value {
                Value::Number(number) => fields.number(field.name, number),
                Value::Real(number) => fields.real(field.name, number),
                Value::Flag(flag) => fields.flag(field.name, flag),
                Value::Micros(micros) => fields.real(field.name, micros as f64 / 1e6),
                Value::Text(text) => fields.text(field.name, text),
                Value::Octets(octets) => fields.text(field.name, &crate::visible_octets(octets)),
                other => fields.text(field.name, &other.to_string()),
            };
        }
    });
    object.finish()
}

/// RFC 8259 §7: quote, backslash and the controls must be escaped. U+2028 and U+2029 need not, but
/// there are programs that take them for the end of a line.
fn string(out: &mut String, text: &str) {
    out.push('"');
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\x1f' | '\x7f'..='\u{9f}' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(out, "\\u{:04x}", u32::from(character));
            }
            other => out.push(other),
        }
    }
    out.push('"');
}

fn real(out: &mut String, value: f64) {
    if value.is_finite() {
        let _ = write!(out, "{value}");
    } else {
        out.push_str("null");
    }
}
