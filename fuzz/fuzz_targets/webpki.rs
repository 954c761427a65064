//! We and rustls-webpki must believe the same.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| wirebook_fuzz::against_webpki::check(octets));
