//! The walk from `get` down to the socket: floors indented, and who does the same in Python beside.
//!
//! ```text
//!       ms  floor                                      in Python
//!      0.0  api.get                                    requests.get, requests.api.request
//!             url http://127.0.0.1:8080/
//!      0.1    Session.request                          requests.Session.request
//!      0.3            ConnectionPool.miss              urllib3.HTTPConnectionPool._new_conn
//!                       in use 1, idle 0
//! ```
//!
//! The field `python` stands on the right; all others below the name. Fields that hold octets are
//! left out.
//!
//! Used by: `get --trace`.

use crate::visible;
use std::time::Instant;
use wire::trace::{Event, Field, Value};

/// Where the name of the Python function begins, behind the time.
const PYTHON: usize = 44;

/// Prints events as a walk.
#[derive(Debug, Clone)]
pub struct Walk {
    begun: Instant,
    depth: fn(&str) -> Option<usize>,
}

impl Walk {
    /// A walk whose clock starts at `begun`. `depth` tells how far below the top an event of this
    /// name stands; what it does not know is not on the walk.
    pub fn new(begun: Instant, depth: fn(&str) -> Option<usize>) -> Self {
        Self { begun, depth }
    }

    /// The line above the walk.
    pub fn heading(&self) -> String {
        format!("{:>7}  {:<PYTHON$}in Python\n", "ms", "floor")
    }

    /// The lines of one event, each with its end; none if the event is not on the walk.
    pub fn lines(&self, event: &Event<'_>) -> Option<String> {
        let indent = "  ".repeat((self.depth)(event.name)?);
        let ms = event.time.saturating_duration_since(self.begun).as_secs_f64() * 1000.0;
        let python = event.fields.iter().find(|field| field.name == "python");
        let python = python.map(|field| visible(&field.value.to_string())).unwrap_or_default();
        let floor = format!("{indent}{}", event.name);
        let mut lines = format!("{ms:7.1}  {floor:<PYTHON$}{python}").trim_end().to_owned();
        lines.push('\n');
        let told: Vec<String> = event.fields.iter().filter_map(told).collect();
        if !told.is_empty() {
            lines.push_str(&format!("         {indent}  {}\n", told.join(", ")));
        }
        Some(lines)
    }
}

/// A field as a person reads it.
fn told(field: &Field<'_>) -> Option<String> {
    let name = visible(field.name).replace('_', " ");
    match field.value {
        _ if field.name == "python" => None,
        Value::Octets(_) => None,
        Value::Text("") => None,
        Value::Flag(true) => Some(name),
        Value::Flag(false) => None,
        Value::Micros(micros) => {
            Some(format!("{name} {}.{} ms", micros / 1000, micros % 1000 / 100))
        }
        value => Some(format!("{name} {}", visible(&value.to_string()))),
    }
}
