//! Two TLS ends whose messages are changed on their way, behind the cipher.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| tls::fuzzing::check_handshake(octets));
