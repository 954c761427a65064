//! Where an answer sends a client next, and what may go along.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| client::fuzzing::check_location(octets));
