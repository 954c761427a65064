//! Figures: only what is new is written.
//!
//! quic-events, "recovery_metrics_updated", "congestion_state_updated", "mtu_updated"

use super::{Kind, millis, put};
use crate::json::Object;
use wire::trace::{Event, Value};

/// The drafts' names, as they are heard.
const NAMES: [&str; 8] = [
    "min_rtt",
    "smoothed_rtt",
    "latest_rtt",
    "rtt_variance",
    "pto_count",
    "congestion_window",
    "bytes_in_flight",
    "ssthresh",
];

/// What was written last.
#[derive(Debug, Default)]
pub(super) struct Metrics {
    values: [Option<u64>; NAMES.len()],
    phase: Option<String>,
    mtu: Option<u64>,
}

impl Metrics {
    /// The events that the figures are worth.
    pub(super) fn news(&mut self, event: &Event<'_>, kind: Kind) -> Vec<(&'static str, Object)> {
        let mut out = Vec::new();
        let mut changed = Object::default();
        let mut any = false;
        for field in event.fields {
            let place = NAMES.iter().position(|name| *name == field.name);
            let Some(last) = place.and_then(|place| self.values.get_mut(place)) else { continue };
            match field.value {
                Value::Number(number) if *last != Some(number) => {
                    *last = Some(number);
                    put(&mut changed, field.name, number);
                    any = true;
                }
                Value::Micros(micros) if *last != Some(micros) => {
                    *last = Some(micros);
                    changed.real(field.name, millis(micros));
                    any = true;
                }
                _ => {}
            }
        }
        if any {
            out.push(("recovery_metrics_updated", changed));
        }
        out.extend(self.phase(event).map(|data| ("congestion_state_updated", data)));
        out.extend(self.mtu(event, kind).map(|data| ("mtu_updated", data)));
        out
    }

    fn phase(&mut self, event: &Event<'_>) -> Option<Object> {
        let phase = super::text(event, "phase")?;
        if self.phase.as_deref() == Some(phase) {
            return None;
        }
        let mut data = Object::default();
        if let Some(old) = self.phase.replace(phase.to_owned()) {
            data.text("old", &old);
        }
        data.text("new", phase);
        Some(data)
    }

    fn mtu(&mut self, event: &Event<'_>, kind: Kind) -> Option<Object> {
        let mtu = super::number(event, "mtu");
        let old = self.mtu.replace(mtu);
        if old == Some(mtu) || mtu == 0 {
            return None;
        }
        let mut data = Object::default();
        if let Some(old) = old {
            data.number("old", old);
        }
        data.number("new", mtu);
        if kind == Kind::Version03 {
            data.flag("done", false);
        }
        Some(data)
    }
}
