//! PEM texts.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| x509::fuzzing::check_pem(octets));
