//! Frames, one after the other.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| http2::fuzzing::check_frames(octets));
