//! Frames, in each kind of packet, from each end.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| quic::fuzzing::check_frames(octets));
