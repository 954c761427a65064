//! A connection under arbitrary octets, cut anywhere, in either role, with and without compression.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| websocket::fuzzing::check_connection(octets));
