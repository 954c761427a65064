//! What a person types to open a WebSocket.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| client::fuzzing::check_websocket_url(octets));
