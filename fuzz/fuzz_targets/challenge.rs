//! Challenges of WWW-Authenticate: token68, parameters, lists within lists.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| http::fuzzing::check_challenge(octets));
