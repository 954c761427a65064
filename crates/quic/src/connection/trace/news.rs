//! What is no packet: how it begins, what was agreed, figures, and the end.
//!
//! Invariant: secrets are not told, neither are tokens, nor what a stateless reset ends with.

use super::{Connection, number, octets, text};
use crate::{
    connection::FourTuple,
    error::TransportError,
    event::{Closed, Event},
    parameters::TransportParameters,
    version::Version,
};
use std::time::Duration;
use tls::{Level, Role};
use wire::trace::{Direction, Field, Value};

fn micros(name: &str, span: Duration) -> Field<'_> {
    Field { name, value: Value::Micros(u64::try_from(span.as_micros()).unwrap_or(u64::MAX)) }
}

const fn name_of(role: Role) -> &'static str {
    match role {
        Role::Client => "client",
        Role::Server => "server",
    }
}

impl Connection {
    /// Somebody begins to listen.
    pub(in crate::connection) fn trace_started(&self) {
        if !self.trace.is_on() {
            return;
        }
        let FourTuple { local, remote } = self.paths.current.tuple;
        let (local, remote) = (local.to_string(), remote.to_string());
        let version = self.constants.version.0.to_be_bytes();
        let source = self.local_ids.iter().next().map(|issued| issued.id).unwrap_or_default();
        let destination = self.remote_ids.current().map(|issued| issued.id).unwrap_or_default();
        let fields = [
            text("role", name_of(self.role)),
            octets("version", &version),
            text("local", &local),
            text("remote", &remote),
            octets("source", source.octets()),
            octets("destination", destination.octets()),
            octets("original", self.tls.original.octets()),
        ];
        self.tell(Direction::Local, "started", &fields);
    }

    /// Another version is spoken from now on.
    pub(in crate::connection) fn trace_version(&self, chosen: Version) {
        if self.trace.is_on() {
            let chosen = chosen.0.to_be_bytes();
            self.tell(Direction::Local, "version", &[octets("chosen", &chosen)]);
        }
    }

    /// What one end said of itself.
    pub(in crate::connection) fn trace_parameters(
        &self,
        way: Direction,
        said: &TransportParameters,
    ) {
        if !self.trace.is_on() {
            return;
        }
        let flag = |name, value| Field { name, value: Value::Flag(value) };
        let ids = [
            ("original_destination_connection_id", &said.original_destination_connection_id),
            ("initial_source_connection_id", &said.initial_source_connection_id),
            ("retry_source_connection_id", &said.retry_source_connection_id),
        ];
        let ids =
            ids.into_iter().filter_map(|(name, id)| Some(octets(name, id.as_ref()?.octets())));
        let mut fields: Vec<Field<'_>> = ids.collect();
        fields.extend(said.max_idle_timeout.map(|idle| micros("max_idle_timeout", idle)));
        let local = said.initial_max_stream_data_bidi_local;
        let remote = said.initial_max_stream_data_bidi_remote;
        fields.extend([
            number("max_udp_payload_size", said.max_udp_payload_size),
            number("initial_max_data", said.initial_max_data),
            number("initial_max_stream_data_bidi_local", local),
            number("initial_max_stream_data_bidi_remote", remote),
            number("initial_max_stream_data_uni", said.initial_max_stream_data_uni),
            number("initial_max_streams_bidi", said.initial_max_streams_bidi),
            number("initial_max_streams_uni", said.initial_max_streams_uni),
            number("ack_delay_exponent", said.ack_delay_exponent.into()),
            micros("max_ack_delay", said.max_ack_delay),
            number("active_connection_id_limit", said.active_connection_id_limit),
            number("max_datagram_frame_size", said.max_datagram_frame_size),
            flag("disable_active_migration", said.disable_active_migration),
            flag("grease_quic_bit", said.grease_quic_bit),
        ]);
        self.tell(way, "parameters", &fields);
    }

    /// How it goes. The listener compares with what it heard before.
    pub(in crate::connection) fn trace_metrics(&self) {
        if !self.trace.is_on() {
            return;
        }
        let path = self.recovery.path();
        let (rtt, congestion) = (&path.rtt, &path.congestion);
        let mut fields = vec![
            number("congestion_window", congestion.window()),
            number("bytes_in_flight", path.in_flight()),
            text("phase", congestion.phase().name()),
            number("pto_count", self.recovery.pto_count().into()),
            number("mtu", self.paths.current.pmtud.size().into()),
        ];
        fields.extend(congestion.threshold().map(|value| number("ssthresh", value)));
        // Before the first sample there is only a guess.
        if rtt.first_sample().is_some() {
            fields.push(micros("smoothed_rtt", rtt.smoothed()));
            fields.push(micros("rtt_variance", rtt.variation()));
            fields.push(micros("min_rtt", rtt.min()));
            fields.push(micros("latest_rtt", rtt.latest()));
        }
        self.tell(Direction::Local, "metrics", &fields);
    }

    /// TLS has made keys.
    pub(in crate::connection) fn trace_keys(&self, level: Level, sender: Role) {
        if self.trace.is_on() {
            let level = level_name(level);
            let fields =
                [text("level", level), text("sender", name_of(sender)), text("trigger", "tls")];
            self.tell(Direction::Local, "key_updated", &fields);
        }
    }

    /// Both directions have the next 1-RTT keys.
    pub(in crate::connection) fn trace_key_update(&self, trigger: &'static str) {
        if self.trace.is_on() {
            let generation = self.keys.application.as_ref().map_or(0, |keys| keys.generation());
            let generation = number("generation", generation);
            let fields = [text("level", "1rtt"), generation, text("trigger", trigger)];
            self.tell(Direction::Local, "key_updated", &fields);
        }
    }

    /// Keys of a level are thrown away.
    pub(in crate::connection) fn trace_keys_gone(&self, level: Level) {
        if self.trace.is_on() {
            self.tell(Direction::Local, "key_discarded", &[text("level", level_name(level))]);
        }
    }

    /// The application takes an event.
    pub(in crate::connection) fn trace_event(&self, event: &Event) {
        if !self.trace.is_on() {
            return;
        }
        let state = |new| self.tell(Direction::Local, "state", &[text("new", new)]);
        match event {
            Event::Connected(_) => state("handshake_complete"),
            Event::HandshakeConfirmed => state("handshake_confirmed"),
            Event::EarlyData(outcome) => {
                let outcome = format!("{outcome:?}").to_ascii_lowercase();
                self.tell(Direction::Local, "early_data", &[text("outcome", &outcome)]);
            }
            Event::PathValidated(tuple) => self.trace_path("validated", *tuple),
            Event::PathFailed(tuple) => self.trace_path("failed", *tuple),
            Event::Migrated(tuple) => self.trace_path("migrated", *tuple),
            _ => {}
        }
    }

    fn trace_path(&self, new: &'static str, tuple: FourTuple) {
        let (local, remote) = (tuple.local.to_string(), tuple.remote.to_string());
        let fields = [text("new", new), text("local", &local), text("remote", &remote)];
        self.tell(Direction::Local, "path", &fields);
    }

    /// It is over.
    pub(in crate::connection) fn trace_closed(&self, closed: &Closed) {
        if !self.trace.is_on() {
            return;
        }
        let (ours, theirs) = (("initiator", "local"), ("initiator", "remote"));
        let words;
        let (initiator, trigger, said) = match closed {
            Closed::Local { code } => (ours, "application", Some(("application", *code, None))),
            Closed::Violation(error) | Closed::Internal(error) => {
                words = error.to_string();
                let said = ("transport", error.code().0, Some(words.as_bytes()));
                (ours, "error", Some(said))
            }
            Closed::Transport { code: TransportError(code), reason, .. } => {
                let trigger = if *code == 0 { "unspecified" } else { "error" };
                (theirs, trigger, Some(("transport", *code, Some(reason.as_slice()))))
            }
            Closed::Application { code, reason } => {
                let said = ("application", *code, Some(reason.as_slice()));
                (theirs, "application", Some(said))
            }
            Closed::Idle => (ours, "idle_timeout", None),
            Closed::HandshakeTimeout => (ours, "aborted", None),
            Closed::StatelessReset => (theirs, "stateless_reset", None),
            Closed::Versions(_) => (ours, "version_mismatch", None),
        };
        let mut fields = vec![text(initiator.0, initiator.1), text("trigger", trigger)];
        if let Some((space, code, reason)) = said {
            fields.extend([text("space", space), number("code", code)]);
            fields.extend(reason.map(|reason| octets("reason", reason)));
        }
        self.tell(Direction::Local, "closed", &fields);
    }
}

const fn level_name(level: Level) -> &'static str {
    match level {
        Level::Initial => "initial",
        Level::EarlyData => "0rtt",
        Level::Handshake => "handshake",
        Level::Application => "1rtt",
    }
}
