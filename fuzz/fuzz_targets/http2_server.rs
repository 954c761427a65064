//! What a client may send to a server.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| http2::fuzzing::check_server(octets));
