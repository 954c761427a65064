//! The streams of a connection, by arbitrary operations of both ends.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| quic::fuzzing::check_streams(octets));
