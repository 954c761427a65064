//! Certificates, DER or PEM, one behind the other.
//!
//! RFC 5280 §4.1, RFC 7468
//!
//! In PEM, octets are counted as they are decoded: what is explained is the DER.
//!
//! Used by: [`dissect`](crate::dissect).

use std::borrow::Cow;
use wire::Reader;
use x509::{Limits, der, pem};

/// The DER that these octets are or spell.
pub(crate) fn der(octets: &[u8]) -> Result<Cow<'_, [u8]>, String> {
    // No text begins with a SEQUENCE's tag and goes on with a dash; PEM may begin with anything.
    if !octets.windows(11).any(|window| window == b"-----BEGIN ") {
        return Ok(Cow::Borrowed(octets));
    }
    let mut blocks = pem::parse(octets).map_err(|error| error.to_string())?;
    blocks.retain(|block| block.label == "CERTIFICATE");
    if blocks.is_empty() {
        return Err("the text has no -----BEGIN CERTIFICATE-----".into());
    }
    Ok(Cow::Owned(blocks.into_iter().flat_map(|block| block.der).collect()))
}

/// Reads certificates to the end; why it did not get there, if it did not.
pub(crate) fn certificates(reader: &mut Reader<'_>) -> Option<String> {
    let limits = Limits::default();
    loop {
        let length = match der::Reader::new(reader.rest()).whole("Certificate") {
            Ok((octets, _)) => octets.len(),
            // Let the reader itself say what is wrong.
            Err(_) => reader.len(),
        };
        let mut one = match reader.within("Certificate", length) {
            Ok(one) => one,
            Err(cut) => return Some(cut.to_string()),
        };
        if let Err(error) = x509::dissect(&mut one, &limits) {
            return Some(error.to_string());
        }
        if reader.is_empty() {
            return None;
        }
    }
}
