//! Packets of a datagram, opened with the keys of an Initial.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| quic::fuzzing::check_packets(octets));
