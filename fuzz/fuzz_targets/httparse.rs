//! We and httparse must read the same from what both take.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| wirebook_fuzz::against_httparse::check(octets));
