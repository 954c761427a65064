//! Packets, acknowledgments and times: each packet has one end.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| quic::fuzzing::check_recovery(octets));
