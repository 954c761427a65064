//! Certificates as a peer sends them.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| x509::fuzzing::check_chain(octets));
