//! ServerHello and HelloRetryRequest, one form with two meanings; and the answers that follow
//! encrypted.
//!
//! RFC 8446 §4.1.3, §4.1.4, §4.3.1
//!
//! | octets    | field                      |                                           |
//! |-----------|----------------------------|-------------------------------------------|
//! | 2         | legacy_version             | 0x0303, frozen                            |
//! | 32        | random                     | a HelloRetryRequest has a fixed one       |
//! | 1 + 0..32 | legacy_session_id_echo     | what the client sent                      |
//! | 2         | cipher_suite               | the one                                   |
//! | 1         | legacy_compression_method  | 0, frozen                                 |
//! | 2 + n     | extensions                 |                                           |

use super::hello::{Random, suite_name, version_name};
use crate::{
    Error,
    extension::{Extensions, Place},
    vector::{opaque8, put8},
};
use wire::{Reader, TooLong, Writer};

/// The server's choice; or, with [`RETRY`](Self::RETRY) as its random, the wish for another
/// ClientHello.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServerHello {
    /// 0x0303; the real one is in `supported_versions`.
    pub legacy_version: u16,
    /// Fresh for each connection, or [`RETRY`](Self::RETRY).
    pub random: Random,
    /// What the client sent.
    pub legacy_session_id_echo: Vec<u8>,
    /// The suite's number.
    pub cipher_suite: u16,
    /// 0
    pub legacy_compression_method: u8,
    /// Everything else.
    pub extensions: Extensions,
}

impl ServerHello {
    /// The random of a HelloRetryRequest: SHA-256 of "HelloRetryRequest" (§4.1.3).
    pub const RETRY: Random = [
        0xcf, 0x21, 0xad, 0x74, 0xe5, 0x9a, 0x61, 0x11, 0xbe, 0x1d, 0x8c, 0x02, 0x1e, 0x65, 0xb8,
        0x91, 0xc2, 0xa2, 0x11, 0x16, 0x7a, 0xbb, 0x8c, 0x5e, 0x07, 0x9e, 0x09, 0xe2, 0xc8, 0xa8,
        0x33, 0x9c,
    ];

    /// Whether it is a HelloRetryRequest.
    pub fn is_retry(&self) -> bool {
        self.random == Self::RETRY
    }

    /// Whether its random ends in `DOWNGRD` and 1 or 0: a server that knows TLS 1.3 was made to
    /// speak an older version (§4.1.3).
    pub fn is_downgrade(&self) -> bool {
        matches!(self.random.last_chunk::<8>(), Some(b"DOWNGRD\x01" | b"DOWNGRD\x00"))
    }

    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let legacy_version = reader.u16("legacy_version")?;
        reader.explain(|| version_name(legacy_version));
        let random = reader.octets("random")?;
        let retry = random == Self::RETRY;
        if retry {
            reader.explain(|| "the one of every HelloRetryRequest".to_owned());
        }
        let legacy_session_id_echo = opaque8(reader, "legacy_session_id_echo", 0)?;
        if legacy_session_id_echo.len() > 32 {
            let length = legacy_session_id_echo.len();
            return Err(Error::Length { field: "legacy_session_id_echo", length });
        }
        let cipher_suite = reader.u16("cipher_suite")?;
        reader.explain(|| suite_name(cipher_suite));
        let legacy_compression_method = reader.u8("legacy_compression_method")?;
        reader.explain(|| if legacy_compression_method == 0 { "null" } else { "" }.to_owned());
        let place = if retry { Place::HelloRetryRequest } else { Place::ServerHello };
        // An older server may have nothing more to say.
        let extensions = if reader.is_empty() {
            Extensions::default()
        } else {
            Extensions::read(reader, place)?
        };
        Ok(Self {
            legacy_version,
            random,
            legacy_session_id_echo,
            cipher_suite,
            legacy_compression_method,
            extensions,
        })
    }

    pub(crate) fn write(&self, out: &mut Writer<'_>) -> Result<(), TooLong> {
        out.u16(self.legacy_version);
        out.put(&self.random);
        put8(out, "legacy_session_id_echo", &self.legacy_session_id_echo)?;
        out.u16(self.cipher_suite);
        out.u8(self.legacy_compression_method);
        if self.extensions.0.is_empty() {
            return Ok(());
        }
        self.extensions.write(out)
    }
}

/// Answers to what the ClientHello asked, and that no observer needs to see (§4.3.1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncryptedExtensions {
    /// The answers.
    pub extensions: Extensions,
}

impl EncryptedExtensions {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        Ok(Self { extensions: Extensions::read(reader, Place::EncryptedExtensions)? })
    }

    pub(crate) fn write(&self, out: &mut Writer<'_>) -> Result<(), TooLong> {
        self.extensions.write(out)
    }
}
