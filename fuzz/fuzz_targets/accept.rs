//! Accept and its kin: weights never leave 0 to 1000, and what is chosen was offered.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| http::fuzzing::check_accept(octets));
