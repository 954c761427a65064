//! QUIC's variable-length integers.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| wire::fuzzing::check_varint(octets));
