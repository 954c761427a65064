//! Making certificates: one that a server signs for itself, and an authority of our own.
//!
//! RFC 5280 §4.1, §4.2; CA/B BR 7.1.2
//!
//! ```
//! use wire::UnixTime;
//! use x509::{Roots, ServerName, SigningKey, Validity, Verifier, issue::{self, Serial}};
//!
//! let now = UnixTime(1_760_000_000);
//! let names = ["localhost", "127.0.0.1", "::1"].map(|name| ServerName::parse(name).unwrap());
//! let key = SigningKey::generate_p256()?;
//! let certificate = issue::self_signed(&key, &names, Validity::from_now(now, 13), Serial(7))?;
//!
//! // Whoever has it among the roots believes it, and nobody else does.
//! let verifier = Verifier::new(Roots::from_iter([certificate.clone()]));
//! assert!(verifier.verify_server(&[certificate], &names[1], now).is_ok());
//! # Ok::<(), x509::Error>(())
//! ```
//!
//! What OpenSSL, curl and Chromium each ask for, all in one:
//!
//! | field              | self-signed, and a leaf            | because                            |
//! |--------------------|------------------------------------|------------------------------------|
//! | serialNumber       | 16 octets, positive, random        | CABF wants 64 random bits          |
//! | validity           | 13 days, begun an hour ago         | Chromium's QUIC: 14 days at most   |
//! | subject            | CN, the first name                 | an empty issuer is not allowed     |
//! | basicConstraints   | critical, CA:FALSE                 | it signs nothing                   |
//! | keyUsage           | critical, digitalSignature         | all that TLS 1.3 needs             |
//! | extKeyUsage        | serverAuth                         | browsers insist                    |
//! | subjectAltName     | the names                          | nothing else is compared           |
//!
//! Invariant: what is made can be read by [`Certificate::read`]. Given the same key, names, times
//! and serial number, the signed part is the same octets (an ECDSA signature is not).
//!
//! Used by: `server` and `cli` (`wirebook cert`), and tests.

mod authority;
mod template;

pub use authority::{Authority, Usage};
pub use template::Template;
pub(crate) use template::key_identifier;

use crate::{
    Certificate, DistinguishedName, Error, GeneralName, KeyUsage, PublicKey, ServerName,
    SigningKey, Validity, Violation,
    der::{Tag, Writer, oid},
    name,
};
use wire::{Random, UnixTime};

/// A serial number: positive, at most 16 octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Serial(pub u128);

impl Serial {
    /// One that nobody can guess and nobody has used: 126 random bits, and one that is set, so that
    /// it always has 16 octets.
    pub fn random(random: &mut impl Random) -> Self {
        let mut octets = [0; 16];
        random.fill(&mut octets);
        Self(u128::from_be_bytes(octets) >> 1 | 1 << 126)
    }
}

impl Validity {
    /// From an hour before `now`, for clocks differ, to `days` after.
    pub fn from_now(now: UnixTime, days: u32) -> Self {
        let not_after = now.plus_seconds(i64::from(days) * 86_400);
        Self { not_before: now.plus_seconds(-3600), not_after }
    }

    /// Whether a third of it, or less, is left at `now`: the time to make a new certificate, for
    /// the same key.
    pub fn is_nearly_over(&self, now: UnixTime) -> bool {
        let whole = self.not_after.0.saturating_sub(self.not_before.0);
        self.not_after.0.saturating_sub(now.0) <= whole / 3
    }
}

/// A server's certificate, signed by its own key.
///
/// # Errors
/// [`Violation::Empty`] without a name; [`Violation::SigningFailed`].
pub fn self_signed(
    key: &SigningKey,
    names: &[ServerName],
    validity: Validity,
    serial: Serial,
) -> Result<Certificate, Error> {
    let mut template = leaf(key.public_key(), &general(names), Usage::Server, validity, serial)?;
    template.issuer = template.subject.clone();
    Certificate::read(&template.sign(key)?)
}

/// A leaf for these names, without an issuer yet: [`Authority::sign`] adds one, or
/// [`Template::sign`] with its own key. Names that no host has, as `*.example.com`, may be among
/// them.
///
/// # Errors
/// [`Violation::Empty`] without a name.
pub fn leaf(
    key: &PublicKey,
    names: &[GeneralName],
    usage: Usage,
    validity: Validity,
    serial: Serial,
) -> Result<Template, Error> {
    let first = match names.first().ok_or(Violation::Empty.at("subjectAltName", 0))? {
        GeneralName::Dns(text) | GeneralName::Email(text) | GeneralName::Uri(text) => text.clone(),
        GeneralName::Ip(address) => address.to_string(),
        GeneralName::Directory(_) | GeneralName::Other { .. } => String::new(),
    };
    // RFC 5280 appendix A.1 gives a CN 64 characters; a host's name may have more.
    let subject = if (1..=64).contains(&first.len()) { first.as_str() } else { "server" };
    let mut template =
        Template::new(key, DistinguishedName::common_name(subject), validity, serial);
    template.extension(oid::BASIC_CONSTRAINTS, true, |out| out.sequence(|_| {}));
    template.extension(oid::KEY_USAGE, true, |out| {
        out.named_bits(KeyUsage::DIGITAL_SIGNATURE.0);
    });
    template.extension(oid::EXTENDED_KEY_USAGE, false, |out| {
        out.sequence(|list| {
            usage.purposes().iter().for_each(|purpose| list.oid(purpose));
        });
    });
    template.extension(oid::SUBJECT_ALT_NAME, false, |out| {
        out.sequence(|list| names.iter().for_each(|name| name.write(list)));
    });
    template.key_identifier();
    Ok(template)
}

fn general(names: &[ServerName]) -> Vec<GeneralName> {
    names.iter().cloned().map(GeneralName::from).collect()
}

impl From<ServerName> for GeneralName {
    fn from(name: ServerName) -> Self {
        match name {
            ServerName::Dns(name) => Self::Dns(name.as_str().to_string()),
            ServerName::Ip(address) => Self::Ip(address),
        }
    }
}

impl GeneralName {
    /// Writes it under the tag of its form.
    pub fn write(&self, out: &mut Writer<'_>) {
        match self {
            Self::Dns(text) | Self::Email(text) | Self::Uri(text) => {
                out.value(Tag::context(self.form()), text.as_bytes());
            }
            Self::Ip(address) => {
                out.value(Tag::context(self.form()), &name::address_octets(*address));
            }
            Self::Directory(name) => {
                out.wrap(Tag::constructed(self.form()), |inner| inner.raw(name.der()));
            }
            // Of these, all but registeredID are constructed.
            Self::Other { form: form @ 8, contents } => out.value(Tag::context(*form), contents),
            Self::Other { form, contents } => out.value(Tag::constructed(*form), contents),
        }
    }
}
