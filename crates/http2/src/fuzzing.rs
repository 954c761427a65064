//! Properties that hold for any octets: for fuzz targets and tests alike.
//!
//! | function           | what the octets are                | what holds                |
//! |--------------------|------------------------------------|---------------------------|
//! | `check_frames`     | frames                             | what was read is written  |
//! | `check_server`     | what a client sends                | splits change nothing     |
//! | `check_client`     | what a server sends                | splits change nothing     |
//! | `check_operations` | what two applications do, and when | no honest end is blamed   |
//!
//! Used by: `fuzz`, `tests`.

mod connection;
mod operations;

pub use connection::{check_client, check_server};
pub use operations::check_operations;

use crate::{
    Settings, StreamId,
    frame::{Frame, FrameHead},
};
use wire::Reader;

/// Reads frames until one is wrong or not whole. A head that was read is what is written, a frame
/// without padding too; settings stay in their ranges.
pub fn check_frames(octets: &[u8]) {
    let mut reader = Reader::new(octets);
    let mut settings = Settings::default();
    while let Ok(Some(head)) = FrameHead::parse(&mut reader, 0xff_ffff) {
        let mut out = Vec::new();
        head.encode(&mut out);
        assert_eq!(FrameHead::parse(&mut Reader::new(&out), 0xff_ffff), Ok(Some(head)));
        let Ok(frame) = Frame::read(&head, &mut reader) else { return };
        check_encoding(head.stream, &frame);
        if let Frame::Settings { settings: told, .. } = frame
            && told.into_iter().try_for_each(|(id, value)| settings.apply(id, value)).is_ok()
        {
            assert!((16_384..=0xff_ffff).contains(&settings.max_frame_size));
            assert!(settings.initial_window_size <= crate::settings::MAX_WINDOW);
        }
    }
}

/// What is written is read again, padded or not.
fn check_encoding(stream: StreamId, frame: &Frame<'_>) {
    if *frame == Frame::Unknown {
        return;
    }
    for padding in [None, Some(0), Some(255)] {
        let mut out = Vec::new();
        frame.encode_padded(stream, padding, &mut out);
        let mut reader = Reader::new(&out);
        let head = FrameHead::parse(&mut reader, 0xff_ffff);
        if let Ok(Some(head)) = head {
            assert_eq!(Frame::read(&head, &mut reader).as_ref(), Ok(frame));
            assert!(reader.is_empty());
        }
    }
}
