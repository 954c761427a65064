//! Control messages beside a datagram.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| sockets::fuzzing::check_control(octets));
