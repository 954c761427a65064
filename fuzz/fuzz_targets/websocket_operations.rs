//! Two connections back to back, under arbitrary commands, cuts and delays.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| websocket::fuzzing::check_operations(octets));
