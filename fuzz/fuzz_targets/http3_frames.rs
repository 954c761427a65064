//! Frames of a stream, cut anywhere.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| http3::fuzzing::check_frames(octets));
