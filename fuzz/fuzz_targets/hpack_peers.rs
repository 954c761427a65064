//! We and fluke-hpack on the same blocks.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| wirebook_fuzz::against_fluke::check(octets));
