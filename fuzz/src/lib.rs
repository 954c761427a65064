//! What a differential target holds our parsers to; everything else stands in the crates
//! themselves.
#![forbid(unsafe_code)]

pub mod against_fluke;
pub mod against_httparse;
pub mod against_tungstenite;
pub mod against_webpki;
pub mod against_zlib;
