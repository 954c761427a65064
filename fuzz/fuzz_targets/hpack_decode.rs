//! Blocks of any octets, with settings between them.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| hpack::fuzzing::check_decode(octets));
