//! Two TLS connections and applications that do anything at any time.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| tls::fuzzing::check_operations(octets));
