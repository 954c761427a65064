//! A client and a server under an arbitrary network and arbitrary applications.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| quic::fuzzing::check_connection(octets));
