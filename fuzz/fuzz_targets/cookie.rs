//! Set-Cookie into a jar, and back out of it.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| http::fuzzing::check_cookie(octets));
