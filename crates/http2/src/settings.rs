//! What both ends tell each other before anything else, and may change later.
//!
//! RFC 9113 §6.5.2, RFC 8441 §3, RFC 9218 §2.1
//!
//! | id  | name                              | at first | range                        |
//! |-----|-----------------------------------|----------|------------------------------|
//! | 0x1 | SETTINGS_HEADER_TABLE_SIZE        | 4,096    | any                          |
//! | 0x2 | SETTINGS_ENABLE_PUSH              | 1        | 0, 1                         |
//! | 0x3 | SETTINGS_MAX_CONCURRENT_STREAMS   | no bound | any                          |
//! | 0x4 | SETTINGS_INITIAL_WINDOW_SIZE      | 65,535   | to 2^31 - 1                  |
//! | 0x5 | SETTINGS_MAX_FRAME_SIZE           | 16,384   | 16,384 to 2^24 - 1           |
//! | 0x6 | SETTINGS_MAX_HEADER_LIST_SIZE     | no bound | any                          |
//! | 0x8 | SETTINGS_ENABLE_CONNECT_PROTOCOL  | 0        | 0, 1                         |
//! | 0x9 | SETTINGS_NO_RFC7540_PRIORITIES    | 0        | 0, 1                         |
//!
//! Invariant: a `Settings` holds no value out of its range.
//!
//! Used by: the SETTINGS frame, and whoever obeys it.

use crate::{Error, ErrorCode};

/// The largest window of flow control: 2^31 - 1 octets (§6.9.1).
pub const MAX_WINDOW: u32 = 0x7fff_ffff;

/// One end's settings, as far as the other has been told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// Octets of HPACK's dynamic table that its sender keeps for decoding.
    pub header_table_size: u32,
    /// Whether a client takes PUSH_PROMISE.
    pub enable_push: bool,
    /// Streams that the receiver may have open; `None` says nothing of it.
    pub max_concurrent_streams: Option<u32>,
    /// Octets of a new stream's window.
    pub initial_window_size: u32,
    /// Octets of the longest payload that is taken.
    pub max_frame_size: u32,
    /// Octets of a field section, 32 added for each field; `None` says nothing of it.
    pub max_header_list_size: Option<u32>,
    /// Whether extended CONNECT is taken (RFC 8441).
    pub enable_connect_protocol: bool,
    /// Whether the priority tree of RFC 7540 is ignored (RFC 9218).
    pub no_rfc7540_priorities: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            header_table_size: 4096,
            enable_push: true,
            max_concurrent_streams: None,
            initial_window_size: 65_535,
            max_frame_size: 16_384,
            max_header_list_size: None,
            enable_connect_protocol: false,
            no_rfc7540_priorities: false,
        }
    }
}

impl Settings {
    // ANCHOR: apply
    /// Takes one setting over; the order of the frame is the order of the calls (§6.5.3). An
    /// unknown one changes nothing.
    ///
    /// # Errors
    /// [`Error::SettingInvalid`] for a value out of its range.
    pub fn apply(&mut self, id: u16, value: u32) -> Result<(), Error> {
        match id {
            0x1 => self.header_table_size = value,
            0x2 => self.enable_push = flag("SETTINGS_ENABLE_PUSH", value)?,
            0x3 => self.max_concurrent_streams = Some(value),
            0x4 if value > MAX_WINDOW => {
                let setting = "SETTINGS_INITIAL_WINDOW_SIZE";
                return Err(refuse(setting, value, ErrorCode::FLOW_CONTROL_ERROR));
            }
            0x4 => self.initial_window_size = value,
            0x5 if !(16_384..=0xff_ffff).contains(&value) => {
                let setting = "SETTINGS_MAX_FRAME_SIZE";
                return Err(refuse(setting, value, ErrorCode::PROTOCOL_ERROR));
            }
            0x5 => self.max_frame_size = value,
            0x6 => self.max_header_list_size = Some(value),
            0x8 => {
                let wanted = flag("SETTINGS_ENABLE_CONNECT_PROTOCOL", value)?;
                // What was offered cannot be taken back (RFC 8441 §3).
                if self.enable_connect_protocol && !wanted {
                    let setting = "SETTINGS_ENABLE_CONNECT_PROTOCOL";
                    return Err(refuse(setting, value, ErrorCode::PROTOCOL_ERROR));
                }
                self.enable_connect_protocol = wanted;
            }
            0x9 => self.no_rfc7540_priorities = flag("SETTINGS_NO_RFC7540_PRIORITIES", value)?,
            _ => {}
        }
        Ok(())
    }
    // ANCHOR_END: apply

    /// What a SETTINGS frame has to say where the peer believes `before`: identifiers and values,
    /// six octets each.
    pub fn differing(&self, before: &Self) -> Vec<u8> {
        let all = |settings: &Self| {
            [
                (0x1_u16, Some(settings.header_table_size)),
                (0x2, Some(settings.enable_push.into())),
                (0x3, settings.max_concurrent_streams),
                (0x4, Some(settings.initial_window_size)),
                (0x5, Some(settings.max_frame_size)),
                (0x6, settings.max_header_list_size),
                (0x8, Some(settings.enable_connect_protocol.into())),
                (0x9, Some(settings.no_rfc7540_priorities.into())),
            ]
        };
        let mut octets = Vec::new();
        for ((id, value), (_, before)) in all(self).into_iter().zip(all(before)) {
            if let Some(value) = value.filter(|value| Some(*value) != before) {
                octets.extend_from_slice(&id.to_be_bytes());
                octets.extend_from_slice(&value.to_be_bytes());
            }
        }
        octets
    }
}

fn flag(setting: &'static str, value: u32) -> Result<bool, Error> {
    match value {
        0 => Ok(false),
        1 => Ok(true),
        _ => Err(refuse(setting, value, ErrorCode::PROTOCOL_ERROR)),
    }
}

const fn refuse(setting: &'static str, value: u32, code: ErrorCode) -> Error {
    Error::SettingInvalid { setting, value, code }
}
