//! The modelled TCP: a transfer over a network of which each octet decides one segment's fate.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| sim::fuzzing::check_tcp_transfer(octets));
