//! Who somebody is, and the proof of it.
//!
//! RFC 8446 §4.3.2, §4.4.2, §4.4.3
//!
//! ```text
//!   CertificateRequest     context<0..255>, extensions                 a server that wants to know
//!   Certificate            context<0..255>, list<0..2^24-1> of
//!                              cert_data<1..2^24-1>, extensions        the peer's own one first
//!   CertificateVerify      algorithm, signature<0..2^16-1>
//! ```
//!
//! What is signed is not the transcript alone: 64 spaces and a sentence stand in front, so that a
//! signature made for one purpose can serve no other.

use crate::{
    Error, Role, SignatureScheme,
    extension::{Extensions, Place},
    vector::{opaque8, opaque16, put8, put16, rest, vector24},
};
use wire::{Reader, TooLong, Writer};

/// The server wants to know who the client is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateRequest {
    /// Empty in a handshake.
    pub certificate_request_context: Vec<u8>,
    /// What a certificate must be like; `signature_algorithms` at the least.
    pub extensions: Extensions,
}

impl CertificateRequest {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        Ok(Self {
            certificate_request_context: opaque8(reader, "certificate_request_context", 0)?,
            extensions: Extensions::read(reader, Place::CertificateRequest)?,
        })
    }

    pub(crate) fn write(&self, out: &mut Writer<'_>) -> Result<(), TooLong> {
        put8(out, "certificate_request_context", &self.certificate_request_context)?;
        self.extensions.write(out)
    }
}

/// One certificate of a chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateEntry {
    /// X.509 in DER.
    pub cert_data: Vec<u8>,
    /// What goes with it.
    pub extensions: Extensions,
}

/// A chain of certificates, its owner's first.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The one of the request; empty in a handshake.
    pub certificate_request_context: Vec<u8>,
    /// The chain; empty where a client has none.
    pub certificate_list: Vec<CertificateEntry>,
}

impl Certificate {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let certificate_request_context = opaque8(reader, "certificate_request_context", 0)?;
        let mut list = vector24(reader, "certificate_list", 0)?;
        let mut certificate_list = Vec::new();
        while !list.is_empty() {
            let mut data = vector24(&mut list, "cert_data", 1)?;
            let cert_data = cert_data(&mut data)?;
            let extensions = Extensions::read(&mut list, Place::Certificate)?;
            certificate_list.push(CertificateEntry { cert_data, extensions });
        }
        Ok(Self { certificate_request_context, certificate_list })
    }

    pub(crate) fn write(&self, out: &mut Writer<'_>) -> Result<(), TooLong> {
        put8(out, "certificate_request_context", &self.certificate_request_context)?;
        out.prefixed_u24("certificate_list", |out| {
            self.certificate_list.iter().try_for_each(|entry| {
                out.prefixed_u24("cert_data", |out| {
                    out.put(&entry.cert_data);
                    Ok(())
                })?;
                entry.extensions.write(out)
            })
        })
    }
}

/// The octets of one certificate. Whoever listens hears what is inside of them, too; whether they
/// are a certificate at all, the handshake asks later.
fn cert_data(data: &mut Reader<'_>) -> Result<Vec<u8>, Error> {
    let octets = data.rest();
    if data.is_observed() {
        data.enter();
        let read = x509::dissect(data, &x509::Limits::default());
        data.leave();
        if read.is_ok() {
            return Ok(octets.to_vec());
        }
    }
    rest(data, "cert_data")
}

/// A signature over all so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateVerify {
    /// How it is signed.
    pub algorithm: SignatureScheme,
    /// The signature, in the scheme's own form.
    pub signature: Vec<u8>,
}

impl CertificateVerify {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let algorithm = SignatureScheme(reader.u16("algorithm")?);
        reader.explain(|| algorithm.to_string());
        Ok(Self { algorithm, signature: opaque16(reader, "signature", 0)? })
    }

    pub(crate) fn write(&self, out: &mut Writer<'_>) -> Result<(), TooLong> {
        out.u16(self.algorithm.0);
        put16(out, "signature", &self.signature)
    }

    // ANCHOR: signed_content
    /// What is signed: 64 spaces, who signs and what for, a zero, the hash of the transcript.
    pub fn content(signer: Role, transcript_hash: &[u8]) -> Vec<u8> {
        let context: &[u8] = match signer {
            Role::Server => b"TLS 1.3, server CertificateVerify",
            Role::Client => b"TLS 1.3, client CertificateVerify",
        };
        [&[b' '; 64], context, &[0], transcript_hash].concat()
    }
    // ANCHOR_END: signed_content
}
