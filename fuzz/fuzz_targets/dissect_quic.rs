//! Datagrams of QUIC explained, sealed ones opened: any octets, and any frames.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| dissect::fuzzing::check_quic(octets));
