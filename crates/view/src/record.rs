//! Events that stay: an event is borrowed for the time of a call, a record is owned.
//!
//! Invariant: a recorder holds at most as many records as it was made for, the first ones, and
//! knows how many it could not keep.

use std::{
    fmt,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Instant,
};
use wire::trace::{Direction, Event, Field, Layer, Sink, Value};

/// An event that has been kept.
#[derive(Debug, Clone, PartialEq)]
pub struct Record {
    /// When.
    pub time: Instant,
    /// On which floor.
    pub layer: Layer,
    /// Which way.
    pub direction: Direction,
    /// On which connection, as the driver numbers them.
    pub connection: u64,
    /// On which stream, where there are streams.
    pub stream: Option<u64>,
    /// What.
    pub name: &'static str,
    /// The details, in the order in which a person reads them.
    pub fields: Vec<OwnedField>,
}

/// A named value that has been kept.
#[derive(Debug, Clone, PartialEq)]
pub struct OwnedField {
    /// The RFC's name where it has one.
    pub name: String,
    /// What it holds.
    pub value: OwnedValue,
}

/// A [`Value`] that has been kept.
#[derive(Debug, Clone, PartialEq)]
pub enum OwnedValue {
    /// A count, a code, a length.
    Number(u64),
    /// A share or a rate.
    Real(f64),
    /// Text.
    Text(String),
    /// Octets that need not be text.
    Octets(Vec<u8>),
    /// Yes or no.
    Flag(bool),
    /// A span of time, in microseconds.
    Micros(u64),
}

impl OwnedValue {
    fn of(value: Value<'_>) -> Self {
        match value {
            Value::Number(number) => Self::Number(number),
            Value::Real(number) => Self::Real(number),
            Value::Text(text) => Self::Text(text.to_owned()),
            Value::Octets(octets) => Self::Octets(octets.to_vec()),
            Value::Flag(flag) => Self::Flag(flag),
            Value::Micros(micros) => Self::Micros(micros),
            // A kind of value that is newer than this line is kept as its text.
            other => Self::Text(other.to_string()),
        }
    }

    /// The value as an event lends it.
    pub fn borrow(&self) -> Value<'_> {
        match self {
            Self::Number(number) => Value::Number(*number),
            Self::Real(number) => Value::Real(*number),
            Self::Text(text) => Value::Text(text),
            Self::Octets(octets) => Value::Octets(octets),
            Self::Flag(flag) => Value::Flag(*flag),
            Self::Micros(micros) => Value::Micros(*micros),
        }
    }
}

impl fmt::Display for OwnedValue {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.borrow().fmt(f)
    }
}

impl From<&Event<'_>> for Record {
    fn from(event: &Event<'_>) -> Self {
        let own = |field: &Field<'_>| OwnedField {
            name: field.name.to_owned(),
            value: OwnedValue::of(field.value),
        };
        Self {
            time: event.time,
            layer: event.layer,
            direction: event.direction,
            connection: event.connection,
            stream: event.stream,
            name: event.name,
            fields: event.fields.iter().map(own).collect(),
        }
    }
}

impl Record {
    /// The value of the field of this name.
    pub fn get(&self, name: &str) -> Option<&OwnedValue> {
        self.fields.iter().find(|field| field.name == name).map(|field| &field.value)
    }

    /// The field of this name, if it holds text.
    pub fn text(&self, name: &str) -> Option<&str> {
        match self.get(name) {
            Some(OwnedValue::Text(text)) => Some(text),
            _ => None,
        }
    }

    /// The field of this name, if it holds a number.
    pub fn number(&self, name: &str) -> Option<u64> {
        match self.get(name) {
            Some(OwnedValue::Number(number)) => Some(*number),
            _ => None,
        }
    }

    /// Lends the record as an event, so that what prints events prints records.
    pub fn lend<T>(&self, to: impl FnOnce(&Event<'_>) -> T) -> T {
        let fields: Vec<Field<'_>> = self
            .fields
            .iter()
            .map(|field| Field { name: &field.name, value: field.value.borrow() })
            .collect();
        to(&Event {
            time: self.time,
            layer: self.layer,
            direction: self.direction,
            connection: self.connection,
            stream: self.stream,
            name: self.name,
            fields: &fields,
        })
    }
}

/// Keeps what it hears.
#[derive(Debug)]
pub struct Recorder {
    most: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    records: Vec<Record>,
    missed: u64,
}

impl Recorder {
    /// Keeps the first `most` events.
    pub fn new(most: usize) -> Self {
        Self { most, kept: Mutex::default() }
    }

    /// What was heard so far, in order.
    pub fn records(&self) -> Vec<Record> {
        self.lock().records.clone()
    }

    /// Hands the records over and starts anew.
    pub fn take(&self) -> Vec<Record> {
        std::mem::take(&mut *self.lock()).records
    }

    /// How many events came when there was no room left.
    pub fn missed(&self) -> u64 {
        self.lock().missed
    }

    fn lock(&self) -> MutexGuard<'_, Kept> {
        // A thread that panicked while it held the lock has pushed a record or not; both are fine.
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Room for 65,536 events: a page with its pictures, several times over.
impl Default for Recorder {
    fn default() -> Self {
        Self::new(65_536)
    }
}

impl Sink for Recorder {
    fn event(&self, event: &Event<'_>) {
        let mut kept = self.lock();
        if kept.records.len() < self.most {
            kept.records.push(Record::from(event));
        } else {
            kept.missed = kept.missed.saturating_add(1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use wire::trace::Trace;

    fn emit(trace: &Trace, number: u64) {
        trace.emit(Instant::now(), Layer::Client, Direction::Local, "step", Some(4), || {
            [
                Field { name: "number", value: Value::Number(number) },
                Field { name: "text", value: Value::Text("한국") },
                Field { name: "octets", value: Value::Octets(b"\xff") },
                Field { name: "took", value: Value::Micros(1_500) },
                Field { name: "share", value: Value::Real(0.5) },
                Field { name: "yes", value: Value::Flag(true) },
            ]
        });
    }

    #[test]
    fn a_record_lends_the_event_that_it_kept() {
        let recorder = Arc::new(Recorder::default());
        emit(&Trace::to(recorder.clone(), 9), 7);
        let records = recorder.take();
        assert_eq!(records[0].number("number"), Some(7));
        assert_eq!(records[0].text("text"), Some("한국"));
        assert_eq!(records[0].text("number"), None);
        assert_eq!((records[0].connection, records[0].stream), (9, Some(4)));
        let again = records[0].lend(|event| Record::from(event));
        assert_eq!(records[0], again);
        assert!(recorder.records().is_empty());
    }

    #[test]
    fn a_full_recorder_counts_what_it_misses() {
        let recorder = Arc::new(Recorder::new(2));
        let trace = Trace::to(recorder.clone(), 0);
        (0..5).for_each(|number| emit(&trace, number));
        assert_eq!((recorder.records().len(), recorder.missed()), (2, 3));
    }

    #[test]
    fn an_event_is_one_line_of_json() {
        let recorder = Arc::new(Recorder::default());
        emit(&Trace::to(recorder.clone(), 9), 7);
        let record = &recorder.records()[0];
        assert_eq!(
            record.lend(|event| crate::json::event(event, record.time)),
            r#"{"ms":0,"layer":"client","direction":"local","connection":9,"stream":4,"#.to_owned()
                + r#""event":"step","fields":{"number":7,"text":"한국","octets":"\\xff","#
                + r#""took":0.0015,"share":0.5,"yes":true}}"#
        );
    }
}
