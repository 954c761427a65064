//! A frame's head, in either role.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| websocket::fuzzing::check_head(octets));
