//! A TLS connection that is sent arbitrary octets, in either role and at any stage.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| tls::fuzzing::check_connection(octets));
