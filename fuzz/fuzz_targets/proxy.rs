//! What the environment says of proxies.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| client::fuzzing::check_proxy(octets));
