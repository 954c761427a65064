//! Somebody who watches the schedule at work: what `get -vvv` shows.
//!
//! Secrets are told in full only where that was asked for; a listener that keeps what it hears
//! would otherwise keep the keys of every connection.

use super::{Digest, Expander, Secret};
use std::time::Instant;
use wire::trace::{Direction, Field, Layer, Trace, Value};

/// A line to whoever listens, for the steps of one handshake.
#[derive(Debug, Clone, Default)]
pub struct Watch {
    trace: Trace,
    now: Option<Instant>,
    reveal: bool,
}

impl Watch {
    /// Tells `trace`, and with `reveal` the secrets themselves.
    pub fn new(trace: Trace, now: Instant, reveal: bool) -> Self {
        Self { trace, now: Some(now), reveal }
    }

    /// Whether anybody listens.
    pub(super) fn is_on(&self) -> bool {
        self.trace.is_on()
    }

    fn shown<'a>(&self, octets: &'a [u8]) -> Value<'a> {
        if self.reveal { Value::Octets(octets) } else { Value::Text("not shown") }
    }

    pub(super) fn extract(&self, name: &'static str, salt: &[u8], input: &[u8], out: &Secret) {
        let Some(now) = self.now.filter(|_| self.trace.is_on()) else { return };
        self.trace.emit(now, Layer::Tls, Direction::Local, "extract", None, || {
            [
                Field { name: "secret", value: Value::Text(name) },
                Field { name: "salt", value: self.shown(salt) },
                Field { name: "input", value: self.shown(input) },
                Field { name: "output", value: self.shown(out.octets()) },
            ]
        });
    }

    pub(super) fn derive(
        &self,
        secret: &Expander,
        label: &'static str,
        context: &Digest,
    ) -> Secret {
        let out = secret.secret(label, context.as_ref());
        let Some(now) = self.now.filter(|_| self.trace.is_on()) else { return out };
        self.trace.emit(now, Layer::Tls, Direction::Local, "secret", None, || {
            [
                Field { name: "label", value: Value::Text(label) },
                Field { name: "transcript", value: Value::Octets(context.as_ref()) },
                Field { name: "output", value: self.shown(out.octets()) },
            ]
        });
        out
    }
}
