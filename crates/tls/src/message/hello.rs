//! ClientHello: everything that a client can do.
//!
//! RFC 8446 §4.1.2
//!
//! | octets    | field                       |                                              |
//! |-----------|-----------------------------|----------------------------------------------|
//! | 2         | legacy_version              | 0x0303, frozen                               |
//! | 32        | random                      |                                              |
//! | 1 + 0..32 | legacy_session_id           | noise that the server repeats                |
//! | 2 + n     | cipher_suites               | the best first                               |
//! | 1 + n     | legacy_compression_methods  | the one octet 0, frozen                      |
//! | 2 + n     | extensions                  |                                              |
//!
//! Three of the six are there so that middleboxes believe to see TLS 1.2 resumed.

use crate::{
    Error, Suite,
    extension::{Extension, Extensions, Place},
    vector::{numbers, opaque8, put8, vector16},
};
use wire::{Reader, TooLong, Writer};

/// Octets that make two hellos different.
pub type Random = [u8; 32];

/// A client's first words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClientHello {
    /// 0x0303; the real one is in `supported_versions`.
    pub legacy_version: u16,
    /// Fresh for each connection.
    pub random: Random,
    /// Repeated by the server; not empty where middleboxes are to be calmed (§D.4).
    pub legacy_session_id: Vec<u8>,
    /// Numbers of suites, known or not, the best first.
    pub cipher_suites: Vec<u16>,
    /// The one octet 0.
    pub legacy_compression_methods: Vec<u8>,
    /// Everything else.
    pub extensions: Extensions,
}

impl ClientHello {
    pub(crate) fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let legacy_version = reader.u16("legacy_version")?;
        reader.explain(|| version_name(legacy_version));
        let random = reader.octets("random")?;
        let legacy_session_id = opaque8(reader, "legacy_session_id", 0)?;
        if legacy_session_id.len() > 32 {
            let length = legacy_session_id.len();
            return Err(Error::Length { field: "legacy_session_id", length });
        }
        let list = vector16(reader, "cipher_suites", 2)?;
        let cipher_suites = numbers(list, "CipherSuite", suite_name)?;
        let legacy_compression_methods = opaque8(reader, "legacy_compression_methods", 1)?;
        let none = legacy_compression_methods == [0];
        reader.explain(|| if none { "null" } else { "not null alone" }.to_owned());
        // Before there were extensions, a hello ended here. What is to be said of it is said by
        // whoever looks for the version.
        let extensions = if reader.is_empty() {
            Extensions::default()
        } else {
            Extensions::read(reader, Place::ClientHello)?
        };
        let psk = extensions.0.iter().position(|one| matches!(one, Extension::PreSharedKeys(_)));
        if psk.is_some_and(|index| index + 1 != extensions.0.len()) {
            return Err(Error::PskNotLast);
        }
        Ok(Self {
            legacy_version,
            random,
            legacy_session_id,
            cipher_suites,
            legacy_compression_methods,
            extensions,
        })
    }

    pub(crate) fn write(&self, out: &mut Writer<'_>) -> Result<(), TooLong> {
        out.u16(self.legacy_version);
        out.put(&self.random);
        put8(out, "legacy_session_id", &self.legacy_session_id)?;
        out.prefixed_u16("cipher_suites", |out| {
            self.cipher_suites.iter().for_each(|suite| out.u16(*suite));
            Ok(())
        })?;
        put8(out, "legacy_compression_methods", &self.legacy_compression_methods)?;
        if self.extensions.0.is_empty() {
            return Ok(());
        }
        self.extensions.write(out)
    }

    /// Octets at the end of the message that its binders do not cover: the binders (§4.2.11.2).
    pub fn binders_length(&self) -> usize {
        self.extensions.pre_shared_keys().map_or(0, |offered| offered.binders_length())
    }

    /// Whether it offers that suite.
    pub fn offers(&self, suite: Suite) -> bool {
        self.cipher_suites.contains(&suite.number())
    }
}

/// What a version is called, where an older field holds one.
pub(crate) fn version_name(number: u16) -> String {
    crate::extension::version(number)
}

/// What a suite is called.
pub(crate) fn suite_name(number: u16) -> String {
    match Suite::from_number(number) {
        Some(suite) => suite.to_string(),
        None if crate::suite::is_grease(number) => "GREASE".to_owned(),
        None => format!("{number:#06x}"),
    }
}
