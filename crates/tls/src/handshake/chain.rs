//! A Certificate message becomes a chain of certificates that can be asked things.
//!
//! RFC 8446 §4.4.2

use crate::{Error, Limits, message::Certificate};

/// Reads the certificates of a message, the owner's first.
pub(super) fn read_chain(
    message: &Certificate,
    limits: &Limits,
) -> Result<Vec<x509::Certificate>, Error> {
    if !message.certificate_request_context.is_empty() {
        return Err(Error::CertificateContext);
    }
    let limit = limits.chain;
    if message.certificate_list.len() > limit {
        return Err(Error::ChainTooLong { limit });
    }
    let read = |(index, entry): (usize, &crate::message::CertificateEntry)| {
        x509::Certificate::read(&entry.cert_data)
            .map_err(|error| Error::CertificateMalformed { index, reason: error.to_string() })
    };
    message.certificate_list.iter().enumerate().map(read).collect()
}
