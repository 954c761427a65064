//! A client under arbitrary octets, cut anywhere, with arbitrary commands.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| http1::fuzzing::check_client_connection(octets));
