//! We and tungstenite must hear the same from what both take.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| wirebook_fuzz::against_tungstenite::check(octets));
