//! Integers, of every prefix.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| hpack::fuzzing::check_integer(octets));
