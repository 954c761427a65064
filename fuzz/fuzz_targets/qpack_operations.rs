//! Both ends, with everything between them late.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| qpack::fuzzing::check_operations(octets));
