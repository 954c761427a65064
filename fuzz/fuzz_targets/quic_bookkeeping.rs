//! Acknowledgments, connection IDs and datagram sizes stay within their bounds.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| quic::fuzzing::check_bookkeeping(octets));
