//! Strings in Huffman's code: the fast decoder and the oracle.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| hpack::fuzzing::check_huffman(octets));
