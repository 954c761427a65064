//! The handshake under arbitrary fields, at either end.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| websocket::fuzzing::check_handshake(octets));
