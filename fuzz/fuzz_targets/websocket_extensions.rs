//! The extensions' grammar.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| websocket::fuzzing::check_extensions(octets));
