//! TLS handshake messages, and back.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| tls::fuzzing::check_message(octets));
