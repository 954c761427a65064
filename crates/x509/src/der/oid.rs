//! Object identifiers: a path through a tree that the whole world shares, and the paths we know.
//!
//! X.690 §8.19
//!
//! ```text
//!   2.5.29.17                the path
//!   2*40+5  29  17           the first two arcs share a number
//!   55      1d  11           base 128, the high bit says "more follows":
//!                            840 = 6*128 + 72 → 86 48
//! ```
//!
//! Invariant: an `Oid` has at least one octet, ends where a number ends, and no number begins with
//! a zero digit; so equal paths are equal octets.

use std::{borrow::Cow, fmt};

/// A path, as its octets.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Oid(Cow<'static, [u8]>);

impl Oid {
    const fn known(octets: &'static [u8]) -> Self {
        Self(Cow::Borrowed(octets))
    }

    /// The contents of an OBJECT IDENTIFIER; `None` if they are not well formed.
    pub fn read(octets: &[u8]) -> Option<Self> {
        let mut first_of_number = true;
        for octet in octets {
            if first_of_number && *octet == 0x80 {
                return None;
            }
            first_of_number = octet & 0x80 == 0;
        }
        let well_formed = first_of_number && !octets.is_empty();
        well_formed.then(|| {
            // Nearly all that certificates name are known, and need no memory of their own.
            let known = TABLE.iter().find(|(_, known, _)| *known == octets);
            Self(known.map_or_else(|| octets.to_vec().into(), |(_, known, _)| (*known).into()))
        })
    }

    /// The octets, without tag and length.
    pub fn octets(&self) -> &[u8] {
        &self.0
    }

    /// The name in the RFC that defines it, if we know it.
    pub fn name(&self) -> Option<&'static str> {
        TABLE.iter().find(|(_, known, _)| **known == *self.0).map(|(name, ..)| *name)
    }

    /// The arcs between dots; one of more than 128 bits is shown as `?`.
    pub fn dotted(&self) -> String {
        let mut out = String::new();
        let mut number = Some(0u128);
        for octet in self.0.iter() {
            number = number
                .and_then(|high| high.checked_mul(128))
                .and_then(|high| high.checked_add(u128::from(octet & 0x7f)));
            if octet & 0x80 == 0 {
                match number {
                    Some(both) if out.is_empty() => {
                        let first = (both / 40).min(2);
                        out = format!("{first}.{}", both - first * 40);
                    }
                    None if out.is_empty() => out = "2.?".to_string(),
                    Some(number) => out += &format!(".{number}"),
                    None => out += ".?",
                }
                number = Some(0);
            }
        }
        out
    }
}

impl fmt::Display for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name().unwrap_or(&self.dotted()))
    }
}

impl fmt::Debug for Oid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

macro_rules! known {
    ($($constant:ident $name:literal $dotted:literal $octets:literal)*) => {
        $(#[doc = concat!("`", $name, "`, ", $dotted)]
        pub const $constant: Oid = Oid::known($octets);)*

        /// Name, octets, arcs.
        const TABLE: &[(&str, &[u8], &str)] = &[$(($name, $octets, $dotted)),*];
    };
}

known! {
    // Keys (RFC 3279 §2.3, RFC 5480 §2.1, RFC 8410 §3).
    RSA_ENCRYPTION      "rsaEncryption"             "1.2.840.113549.1.1.1"  b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x01"
    EC_PUBLIC_KEY       "id-ecPublicKey"            "1.2.840.10045.2.1"     b"\x2a\x86\x48\xce\x3d\x02\x01"
    P256                "secp256r1"                 "1.2.840.10045.3.1.7"   b"\x2a\x86\x48\xce\x3d\x03\x01\x07"
    P384                "secp384r1"                 "1.3.132.0.34"          b"\x2b\x81\x04\x00\x22"
    ED25519             "id-Ed25519"                "1.3.101.112"           b"\x2b\x65\x70"
    // Signatures (RFC 4055 §5, RFC 5758 §3.2), the last three only to say that they are weak.
    RSA_SHA256          "sha256WithRSAEncryption"   "1.2.840.113549.1.1.11" b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0b"
    RSA_SHA384          "sha384WithRSAEncryption"   "1.2.840.113549.1.1.12" b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0c"
    RSA_SHA512          "sha512WithRSAEncryption"   "1.2.840.113549.1.1.13" b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0d"
    RSA_PSS             "id-RSASSA-PSS"             "1.2.840.113549.1.1.10" b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x0a"
    MGF1                "id-mgf1"                   "1.2.840.113549.1.1.8"  b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x08"
    ECDSA_SHA256        "ecdsa-with-SHA256"         "1.2.840.10045.4.3.2"   b"\x2a\x86\x48\xce\x3d\x04\x03\x02"
    ECDSA_SHA384        "ecdsa-with-SHA384"         "1.2.840.10045.4.3.3"   b"\x2a\x86\x48\xce\x3d\x04\x03\x03"
    RSA_MD5             "md5WithRSAEncryption"      "1.2.840.113549.1.1.4"  b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x04"
    RSA_SHA1            "sha1WithRSAEncryption"     "1.2.840.113549.1.1.5"  b"\x2a\x86\x48\x86\xf7\x0d\x01\x01\x05"
    ECDSA_SHA1          "ecdsa-with-SHA1"           "1.2.840.10045.4.1"     b"\x2a\x86\x48\xce\x3d\x04\x01"
    // Digests.
    SHA256              "id-sha256"                 "2.16.840.1.101.3.4.2.1" b"\x60\x86\x48\x01\x65\x03\x04\x02\x01"
    SHA384              "id-sha384"                 "2.16.840.1.101.3.4.2.2" b"\x60\x86\x48\x01\x65\x03\x04\x02\x02"
    SHA512              "id-sha512"                 "2.16.840.1.101.3.4.2.3" b"\x60\x86\x48\x01\x65\x03\x04\x02\x03"
    // Parts of a name (RFC 5280 appendix A.1, RFC 4519).
    COMMON_NAME         "CN"                        "2.5.4.3"               b"\x55\x04\x03"
    SURNAME             "SN"                        "2.5.4.4"               b"\x55\x04\x04"
    SERIAL_NUMBER       "serialNumber"              "2.5.4.5"               b"\x55\x04\x05"
    COUNTRY             "C"                         "2.5.4.6"               b"\x55\x04\x06"
    LOCALITY            "L"                         "2.5.4.7"               b"\x55\x04\x07"
    STATE               "ST"                        "2.5.4.8"               b"\x55\x04\x08"
    STREET              "STREET"                    "2.5.4.9"               b"\x55\x04\x09"
    ORGANIZATION        "O"                         "2.5.4.10"              b"\x55\x04\x0a"
    ORGANIZATIONAL_UNIT "OU"                        "2.5.4.11"              b"\x55\x04\x0b"
    USER_ID             "UID"                       "0.9.2342.19200300.100.1.1" b"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x01"
    DOMAIN_COMPONENT    "DC"                        "0.9.2342.19200300.100.1.25" b"\x09\x92\x26\x89\x93\xf2\x2c\x64\x01\x19"
    EMAIL_ADDRESS       "emailAddress"              "1.2.840.113549.1.9.1"  b"\x2a\x86\x48\x86\xf7\x0d\x01\x09\x01"
    // Extensions (RFC 5280 §4.2).
    SUBJECT_KEY_IDENTIFIER   "subjectKeyIdentifier"   "2.5.29.14"           b"\x55\x1d\x0e"
    KEY_USAGE                "keyUsage"               "2.5.29.15"           b"\x55\x1d\x0f"
    SUBJECT_ALT_NAME         "subjectAltName"         "2.5.29.17"           b"\x55\x1d\x11"
    ISSUER_ALT_NAME          "issuerAltName"          "2.5.29.18"           b"\x55\x1d\x12"
    BASIC_CONSTRAINTS        "basicConstraints"       "2.5.29.19"           b"\x55\x1d\x13"
    NAME_CONSTRAINTS         "nameConstraints"        "2.5.29.30"           b"\x55\x1d\x1e"
    CRL_DISTRIBUTION_POINTS  "cRLDistributionPoints"  "2.5.29.31"           b"\x55\x1d\x1f"
    CERTIFICATE_POLICIES     "certificatePolicies"    "2.5.29.32"           b"\x55\x1d\x20"
    POLICY_MAPPINGS          "policyMappings"         "2.5.29.33"           b"\x55\x1d\x21"
    AUTHORITY_KEY_IDENTIFIER "authorityKeyIdentifier" "2.5.29.35"           b"\x55\x1d\x23"
    POLICY_CONSTRAINTS       "policyConstraints"      "2.5.29.36"           b"\x55\x1d\x24"
    EXTENDED_KEY_USAGE       "extKeyUsage"            "2.5.29.37"           b"\x55\x1d\x25"
    INHIBIT_ANY_POLICY       "inhibitAnyPolicy"       "2.5.29.54"           b"\x55\x1d\x36"
    AUTHORITY_INFO_ACCESS    "authorityInfoAccess"    "1.3.6.1.5.5.7.1.1"   b"\x2b\x06\x01\x05\x05\x07\x01\x01"
    TLS_FEATURE              "tlsfeature"             "1.3.6.1.5.5.7.1.24"  b"\x2b\x06\x01\x05\x05\x07\x01\x18"
    SIGNED_CERT_TIMESTAMPS   "signedCertificateTimestamps" "1.3.6.1.4.1.11129.2.4.2" b"\x2b\x06\x01\x04\x01\xd6\x79\x02\x04\x02"
    // What a key is for (RFC 5280 §4.2.1.12), and where an issuer is found (§4.2.2.1).
    ANY_EXTENDED_KEY_USAGE   "anyExtendedKeyUsage"    "2.5.29.37.0"         b"\x55\x1d\x25\x00"
    SERVER_AUTH              "serverAuth"             "1.3.6.1.5.5.7.3.1"   b"\x2b\x06\x01\x05\x05\x07\x03\x01"
    CLIENT_AUTH              "clientAuth"             "1.3.6.1.5.5.7.3.2"   b"\x2b\x06\x01\x05\x05\x07\x03\x02"
    CODE_SIGNING             "codeSigning"            "1.3.6.1.5.5.7.3.3"   b"\x2b\x06\x01\x05\x05\x07\x03\x03"
    EMAIL_PROTECTION         "emailProtection"        "1.3.6.1.5.5.7.3.4"   b"\x2b\x06\x01\x05\x05\x07\x03\x04"
    OCSP_SIGNING             "OCSPSigning"            "1.3.6.1.5.5.7.3.9"   b"\x2b\x06\x01\x05\x05\x07\x03\x09"
    OCSP                     "ocsp"                   "1.3.6.1.5.5.7.48.1"  b"\x2b\x06\x01\x05\x05\x07\x30\x01"
    CA_ISSUERS               "caIssuers"              "1.3.6.1.5.5.7.48.2"  b"\x2b\x06\x01\x05\x05\x07\x30\x02"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_known_path_is_its_octets() {
        for (name, octets, dotted) in TABLE {
            let oid = Oid::read(octets).unwrap();
            assert_eq!((oid.dotted().as_str(), oid.name()), (*dotted, Some(*name)));
        }
    }

    #[test]
    fn a_path_ends_where_a_number_ends_and_begins_with_a_digit_that_counts() {
        assert_eq!(Oid::read(b""), None, "no arc");
        assert_eq!(Oid::read(b"\x55\x86"), None, "cut short");
        assert_eq!(Oid::read(b"\x55\x80\x01"), None, "a leading zero");
        assert_eq!(Oid::read(b"\x80"), None);
        assert_eq!(Oid::read(b"\x88\x37\x03").unwrap().to_string(), "2.999.3");
    }

    #[test]
    fn an_arc_of_any_size_is_no_overflow() {
        let wide = [&[0x55][..], &[0xff; 40], &[0x7f]].concat();
        assert_eq!(Oid::read(&wide).unwrap().to_string(), "2.5.?");
        let first = [&[0xff; 40][..], &[0x7f]].concat();
        assert_eq!(Oid::read(&first).unwrap().to_string(), "2.?");
    }
}
