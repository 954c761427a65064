//! A request head: the fast scan and the readable oracle agree.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| http1::fuzzing::check_request_head(octets));
