//! SETTINGS, PING, GOAWAY, RST_STREAM and priorities, as they come.
//!
//! RFC 9113 §6.3 to §6.5, §6.7, §6.8; RFC 9218 §7.1
//!
//! Each of them costs the peer nine octets and may cost us an answer, so they take tokens.
//!
//! | frame           | takes a token of            | because                                    |
//! |-----------------|-----------------------------|--------------------------------------------|
//! | SETTINGS, PING  | the control frames' account | it wants an answer                         |
//! | PRIORITY, unknown, PRIORITY_UPDATE | the same | it means little or nothing                 |
//! | RST_STREAM      | the resets' account         | work was begun that nobody wants any more  |
//!
//! Invariant: an acknowledgement that nobody waits for changes nothing.

use super::{Connection, Role};
use crate::{
    Error, ErrorCode, Event, Settings, StreamId,
    frame::{self, Frame},
    state::{Cause, Input, Step},
};
use http::Priority;

/// Priorities that are kept for streams that have not begun.
const EARLY: usize = 32;

impl Connection {
    // ANCHOR: settings
    /// Takes the peer's settings over, in their order, and says so (§6.5.3).
    pub(super) fn on_settings(&mut self, settings: frame::Settings<'_>) -> Result<(), Error> {
        self.charge_control("SETTINGS frames")?;
        let before = self.theirs.clone();
        for (id, value) in settings {
            self.theirs.apply(id, value)?;
            let refuse = |setting| {
                let code = ErrorCode::PROTOCOL_ERROR;
                Err(Error::SettingInvalid { setting, value, code })
            };
            match id {
                0x1 => self.encoder.set_max_table_size(value as usize),
                // A server takes no pushes, so it has nothing to allow (§6.5.2).
                0x2 if self.role == Role::Client && value == 1 => {
                    return refuse("SETTINGS_ENABLE_PUSH");
                }
                // Said once and for all (RFC 9218 §2.1).
                0x9 if self.introduced
                    && before.no_rfc7540_priorities != self.theirs.no_rfc7540_priorities =>
                {
                    return refuse("SETTINGS_NO_RFC7540_PRIORITIES");
                }
                _ => {}
            }
        }
        let by = i64::from(self.theirs.initial_window_size) - i64::from(before.initial_window_size);
        if by != 0 {
            self.shift_send_windows(by)?;
        }
        let settings = frame::Settings::default();
        self.put(StreamId::CONNECTION, &Frame::Settings { settings, ack: true });
        if !self.introduced || self.theirs != before {
            self.introduced = true;
            self.events.push_back(Event::Settings);
        }
        Ok(())
    }
    // ANCHOR_END: settings

    /// What we announced holds from here on, for the peer has seen it.
    pub(super) fn on_settings_ack(&mut self) -> Result<(), Error> {
        let Some(settings) = self.announced.pop_front() else {
            return self.charge_control("acknowledgements of nothing");
        };
        let by = i64::from(settings.initial_window_size) - i64::from(self.ours.initial_window_size);
        for stream in self.streams.each() {
            stream.receiving.window.shift(by);
        }
        if settings.header_table_size != self.ours.header_table_size {
            self.decoder.set_max_table_size(settings.header_table_size as usize);
        }
        self.ours = settings;
        self.timers.settings = None;
        if self.draining && self.role == Role::Client && self.announced.is_empty() {
            self.second_go_away();
        }
        if !self.announced.is_empty() {
            self.timers.settings = self.now.checked_add(self.limits.settings_timeout);
        }
        Ok(())
    }

    /// Tells the peer our settings; they hold when it has acknowledged them.
    pub(super) fn announce(&mut self, settings: Settings) {
        let before = self.announced.back().unwrap_or(&self.ours);
        let octets = settings.differing(before);
        let settings_frame = frame::Settings::over(&octets);
        self.put(StreamId::CONNECTION, &Frame::Settings { settings: settings_frame, ack: false });
        if self.timers.settings.is_none() {
            self.timers.settings = self.now.checked_add(self.limits.settings_timeout);
        }
        self.announced.push_back(settings);
        self.window.grow(self.limits.connection_window.min(crate::settings::MAX_WINDOW));
        self.update_connection();
    }

    /// Says what the peer knows, to be told when it has looked at all that went before. A PING
    /// would do as well, but a server that asks whether we are there waits for one itself.
    pub(super) fn announce_again(&mut self) {
        let settings = frame::Settings::over(&[]);
        self.put(StreamId::CONNECTION, &Frame::Settings { settings, ack: false });
        self.announced.push_back(self.announced.back().unwrap_or(&self.ours).clone());
    }

    /// Tells of the frames that [`announce`](Self::announce) wrote before anybody listened.
    pub(super) fn trace_opening(&self, settings: &Settings) {
        let octets = settings.differing(&self.ours);
        let settings = Frame::Settings { settings: frame::Settings::over(&octets), ack: false };
        self.trace_sent(&settings, octets.len());
        let window = self.limits.connection_window.min(crate::settings::MAX_WINDOW);
        if let Some(increment) = window.checked_sub(65_535).filter(|increment| *increment > 0) {
            self.trace_sent(&Frame::WindowUpdate { increment }, 4);
        }
    }

    fn trace_sent(&self, frame: &Frame<'_>, length: usize) {
        let (kind, flags, stream) = (frame.kind(), frame.flags(), StreamId::CONNECTION);
        let length = u32::try_from(length).unwrap_or_default();
        let head = frame::FrameHead { length, kind, flags, stream };
        let sent = wire::trace::Direction::Sent;
        crate::trace::frame(&self.trace, self.now, sent, &head, frame);
    }

    pub(super) fn on_ping(&mut self, octets: [u8; 8], ack: bool) -> Result<(), Error> {
        if !ack {
            self.charge_control("PING frames")?;
            self.put(StreamId::CONNECTION, &Frame::Ping { octets, ack: true });
            return Ok(());
        }
        if self.on_probe(octets) || self.on_keep_alive(octets) || self.on_farewell(octets) {
            return Ok(());
        }
        self.charge_control("answers to no PING")?;
        self.events.push_back(Event::Pong(octets));
        Ok(())
    }

    // ANCHOR: goaway
    /// The peer takes no more streams, and tells which ones it has looked at (§6.8).
    pub(super) fn on_go_away(
        &mut self,
        last: StreamId,
        code: u32,
        debug: &[u8],
    ) -> Result<(), Error> {
        self.charge_control("GOAWAY frames")?;
        if let Some(before) = self.goaway_received.filter(|before| last > *before) {
            return Err(Error::GoAwayRaised { last, before });
        }
        self.goaway_received = Some(last);
        let code = ErrorCode(code);
        // Streams above it were not looked at: they may be asked again elsewhere.
        let mut at = 0;
        while let Some(id) = self.streams.id_at(at) {
            if id > last && !self.is_peers(id) {
                self.lose(id, ErrorCode::REFUSED_STREAM, None, Cause::ResetByPeer);
            } else {
                at += 1;
            }
        }
        self.events.push_back(Event::GoAway { last, code, debug: debug.to_vec() });
        self.finish_when_idle();
        Ok(())
    }
    // ANCHOR_END: goaway

    pub(super) fn on_rst_stream(&mut self, id: StreamId, code: u32) -> Result<(), Error> {
        let Some(stream) = self.streams.get_mut(id) else {
            if self.is_beyond(id) {
                return Ok(());
            }
            self.state_of(id).receive(Input::Reset, id)?;
            return self.charge_reset();
        };
        let Step::To(_) = stream.state.receive(Input::Reset, id)? else { return Ok(()) };
        let unhandled = stream.unhandled;
        self.lose(id, ErrorCode(code), None, Cause::ResetByPeer);
        self.charge_reset()?;
        match unhandled && self.unhandled_resets > self.limits.unhandled_resets {
            true => Err(Error::Flood { what: "resets of requests that nobody has seen" }),
            false => Ok(()),
        }
    }

    /// The tree of RFC 7540 is checked and ignored (§6.3).
    pub(super) fn on_priority(&mut self, id: StreamId, on: StreamId) -> Result<(), Error> {
        self.charge_control("PRIORITY frames")?;
        if id == on { Err(Error::SelfDependency { stream: id }) } else { Ok(()) }
    }

    /// A client says how urgent a response is (RFC 9218 §7.1).
    pub(super) fn on_priority_update(&mut self, id: StreamId, value: &[u8]) -> Result<(), Error> {
        self.charge_control("PRIORITY_UPDATE frames")?;
        let idle = self.is_idle(id);
        // A push that was not promised has no priority, nor has the connection.
        if self.role == Role::Client || id.is_connection() || (idle && !self.is_peers(id)) {
            return Err(Error::PriorityUpdate { stream: id });
        }
        let priority = Priority::parse(value);
        if let Some(stream) = self.streams.get_mut(id) {
            stream.reprioritized = true;
            self.set_priority(id, priority);
            self.events.push_back(Event::Priority { stream: id, priority });
        } else if idle {
            self.early.retain(|(early, _)| *early != id);
            if self.early.len() >= EARLY {
                self.early.remove(0);
            }
            self.early.push((id, priority));
        }
        Ok(())
    }

    /// The priority that was told before a stream began.
    pub(super) fn take_early(&mut self, id: StreamId) -> Option<Priority> {
        if self.early.is_empty() {
            return None;
        }
        let told = self.early.iter().find(|(early, _)| *early == id).map(|(_, told)| *told);
        // Streams below it will never begin.
        self.early.retain(|(early, _)| *early > id);
        told
    }

    /// Takes a token for a control frame.
    pub(super) fn charge_control(&mut self, what: &'static str) -> Result<(), Error> {
        match self.controls.take(self.now) {
            true => Ok(()),
            false => Err(Error::Flood { what }),
        }
    }

    /// Takes a token for a reset, whoever made it.
    pub(super) fn charge_reset(&mut self) -> Result<(), Error> {
        match self.resets.take(self.now) {
            true => Ok(()),
            false => Err(Error::Flood { what: "resets" }),
        }
    }
}
