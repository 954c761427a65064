//! What a server may send to a client that waits for answers.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| http2::fuzzing::check_client(octets));
