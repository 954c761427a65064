//! We, zlib and miniz_oxide on the same octets.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| wirebook_fuzz::against_zlib::check(octets));
