//! What must hold for every input, one function for each parser of this crate.
//!
//! A property that does not hold is a panic, which is what a fuzzer and a test understand.
//!
//! Used by: the fuzz targets, `tests/properties.rs`.

use crate::pem;

/// What was written is read back.
pub fn check_pem(octets: &[u8]) {
    let Ok(blocks) = pem::parse(octets) else { return };
    for block in &blocks {
        let again = pem::parse(pem::encode(&block.label, &block.der).as_bytes());
        let again = again.unwrap_or_default();
        assert_eq!(
            again.first().map(|again| (&again.label, &again.der)),
            Some((&block.label, &block.der))
        );
    }
}
