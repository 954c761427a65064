//! Families of certificates, and the search for a path.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| x509::fuzzing::check_paths(octets));
