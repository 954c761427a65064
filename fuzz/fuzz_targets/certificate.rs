//! One certificate.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| x509::fuzzing::check_certificate(octets));
