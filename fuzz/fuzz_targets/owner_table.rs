//! The kernel's tables of sockets, as /proc shows them.
#![no_main]
libfuzzer_sys::fuzz_target!(|octets: &[u8]| sockets::fuzzing::check_owner_table(octets));
