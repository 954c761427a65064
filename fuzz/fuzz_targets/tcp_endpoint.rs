//! The modelled TCP: any segments, any calls.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| sim::fuzzing::check_tcp(octets));
