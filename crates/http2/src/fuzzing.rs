//! Properties that hold for any octets: for fuzz targets and tests alike.

use crate::{
    Settings,
    frame::{Frame, FrameHead},
};
use wire::Reader;

/// Reads frames until one is wrong or not whole. A head that was read is what is written; settings
/// stay in their ranges.
pub fn check_frames(octets: &[u8]) {
    let mut reader = Reader::new(octets);
    let mut settings = Settings::default();
    while let Ok(Some(head)) = FrameHead::parse(&mut reader, 0xff_ffff) {
        let mut out = Vec::new();
        head.encode(&mut out);
        assert_eq!(FrameHead::parse(&mut Reader::new(&out), 0xff_ffff), Ok(Some(head)));
        let Ok(frame) = Frame::read(&head, &mut reader) else { return };
        if let Frame::Settings { settings: told, .. } = frame
            && told.into_iter().try_for_each(|(id, value)| settings.apply(id, value)).is_ok()
        {
            assert!((16_384..=0xff_ffff).contains(&settings.max_frame_size));
            assert!(settings.initial_window_size <= crate::settings::MAX_WINDOW);
        }
    }
}
