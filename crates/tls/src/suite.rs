//! Cipher suites, groups and signature schemes: numbers that both ends must know.
//!
//! RFC 8446 §4.2.3, §4.2.7, §B.4
//!
//! | suite                          | number | AEAD              | hash    |
//! |--------------------------------|--------|-------------------|---------|
//! | `TLS_AES_128_GCM_SHA256`       | 0x1301 | AES-128-GCM       | SHA-256 |
//! | `TLS_AES_256_GCM_SHA384`       | 0x1302 | AES-256-GCM       | SHA-384 |
//! | `TLS_CHACHA20_POLY1305_SHA256` | 0x1303 | ChaCha20-Poly1305 | SHA-256 |
//!
//! A suite since TLS 1.3 says how records are sealed and with what is hashed, and no more: the key
//! exchange (a group) and the proof (a signature scheme) are agreed on apart.
//!
//! Invariant: a list from the peer keeps numbers, known or not; a [`Suite`] is one that we speak.
//!
//! Used by: everything above.

use crate::schedule::Hash;
use ring::aead;
use std::fmt;

/// How records are sealed, and with what the handshake is hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Suite {
    /// `TLS_AES_128_GCM_SHA256`, which everybody must speak (RFC 8446 §9.1).
    Aes128GcmSha256,
    /// `TLS_AES_256_GCM_SHA384`
    Aes256GcmSha384,
    /// `TLS_CHACHA20_POLY1305_SHA256`: the fastest where the processor knows no AES.
    ChaCha20Poly1305Sha256,
}

impl Suite {
    /// All of them, in the order in which we like them.
    pub const ALL: [Self; 3] =
        [Self::Aes128GcmSha256, Self::Aes256GcmSha384, Self::ChaCha20Poly1305Sha256];

    /// The number on the wire.
    pub const fn number(self) -> u16 {
        match self {
            Self::Aes128GcmSha256 => 0x1301,
            Self::Aes256GcmSha384 => 0x1302,
            Self::ChaCha20Poly1305Sha256 => 0x1303,
        }
    }

    /// The suite with that number, if it is one that we speak.
    pub fn from_number(number: u16) -> Option<Self> {
        Self::ALL.into_iter().find(|suite| suite.number() == number)
    }

    /// The hash of the transcript and of the key schedule.
    pub const fn hash(self) -> Hash {
        match self {
            Self::Aes128GcmSha256 | Self::ChaCha20Poly1305Sha256 => Hash::Sha256,
            Self::Aes256GcmSha384 => Hash::Sha384,
        }
    }

    /// How records are sealed.
    pub fn aead(self) -> &'static aead::Algorithm {
        match self {
            Self::Aes128GcmSha256 => &aead::AES_128_GCM,
            Self::Aes256GcmSha384 => &aead::AES_256_GCM,
            Self::ChaCha20Poly1305Sha256 => &aead::CHACHA20_POLY1305,
        }
    }

    /// The RFC's name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Aes128GcmSha256 => "TLS_AES_128_GCM_SHA256",
            Self::Aes256GcmSha384 => "TLS_AES_256_GCM_SHA384",
            Self::ChaCha20Poly1305Sha256 => "TLS_CHACHA20_POLY1305_SHA256",
        }
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

macro_rules! numbers {
    (
        $(#[$head:meta])* $kind:ident
        $($(#[$doc:meta])* $name:ident = $number:literal, $text:literal;)*
    ) => {
        $(#[$head])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $kind(pub u16);

        impl $kind {
            $($(#[$doc])* pub const $name: Self = Self($number);)*

            /// The RFC's name; for the numbers that mean nothing on purpose (RFC 8701), `GREASE`.
            pub const fn name(self) -> &'static str {
                match self.0 {
                    $($number => $text,)*
                    number if is_grease(number) => "GREASE",
                    _ => "unknown",
                }
            }
        }

        impl fmt::Display for $kind {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.name() {
                    "unknown" => write!(f, "{:#06x}", self.0),
                    name => f.write_str(name),
                }
            }
        }
    };
}
pub(crate) use numbers;

/// Numbers that clients sprinkle over their lists so that no server forgets to ignore what it does
/// not know: 0x0a0a, 0x1a1a … 0xfafa (RFC 8701).
pub(crate) const fn is_grease(number: u16) -> bool {
    let [high, low] = number.to_be_bytes();
    high == low && low & 0x0f == 0x0a
}

numbers! {
    /// A group in which two ends agree on a secret (RFC 8446 §4.2.7).
    NamedGroup
    /// NIST P-256
    SECP256R1 = 0x0017, "secp256r1";
    /// NIST P-384
    SECP384R1 = 0x0018, "secp384r1";
    /// NIST P-521
    SECP521R1 = 0x0019, "secp521r1";
    /// Curve25519
    X25519 = 0x001d, "x25519";
    /// Curve448
    X448 = 0x001e, "x448";
    /// A prime of 2,048 bits
    FFDHE2048 = 0x0100, "ffdhe2048";
    /// A prime of 3,072 bits
    FFDHE3072 = 0x0101, "ffdhe3072";
    /// A prime of 4,096 bits
    FFDHE4096 = 0x0102, "ffdhe4096";
    /// A prime of 6,144 bits
    FFDHE6144 = 0x0103, "ffdhe6144";
    /// A prime of 8,192 bits
    FFDHE8192 = 0x0104, "ffdhe8192";
    /// What browsers offer first since 2024, against who stores today what a quantum computer
    /// reads tomorrow. `ring` has no ML-KEM, so we pass it over.
    X25519MLKEM768 = 0x11ec, "X25519MLKEM768";
}

numbers! {
    /// How something is signed (RFC 8446 §4.2.3).
    SignatureScheme
    /// RSA, PKCS #1 v1.5, SHA-1: in old certificates.
    RSA_PKCS1_SHA1 = 0x0201, "rsa_pkcs1_sha1";
    /// ECDSA, SHA-1: in old certificates.
    ECDSA_SHA1 = 0x0203, "ecdsa_sha1";
    /// RSA, PKCS #1 v1.5: in certificates alone.
    RSA_PKCS1_SHA256 = 0x0401, "rsa_pkcs1_sha256";
    /// RSA, PKCS #1 v1.5: in certificates alone.
    RSA_PKCS1_SHA384 = 0x0501, "rsa_pkcs1_sha384";
    /// RSA, PKCS #1 v1.5: in certificates alone.
    RSA_PKCS1_SHA512 = 0x0601, "rsa_pkcs1_sha512";
    /// DSA, gone since TLS 1.3, which still reserves its numbers
    DSA_SHA1 = 0x0202, "dsa_sha1";
    /// DSA
    DSA_SHA256 = 0x0402, "dsa_sha256";
    /// DSA
    DSA_SHA384 = 0x0502, "dsa_sha384";
    /// DSA
    DSA_SHA512 = 0x0602, "dsa_sha512";
    /// ECDSA on P-256
    ECDSA_SECP256R1_SHA256 = 0x0403, "ecdsa_secp256r1_sha256";
    /// ECDSA on P-384
    ECDSA_SECP384R1_SHA384 = 0x0503, "ecdsa_secp384r1_sha384";
    /// ECDSA on P-521
    ECDSA_SECP521R1_SHA512 = 0x0603, "ecdsa_secp521r1_sha512";
    /// RSA-PSS with a key of the usual kind
    RSA_PSS_RSAE_SHA256 = 0x0804, "rsa_pss_rsae_sha256";
    /// RSA-PSS with a key of the usual kind
    RSA_PSS_RSAE_SHA384 = 0x0805, "rsa_pss_rsae_sha384";
    /// RSA-PSS with a key of the usual kind
    RSA_PSS_RSAE_SHA512 = 0x0806, "rsa_pss_rsae_sha512";
    /// Ed25519
    ED25519 = 0x0807, "ed25519";
    /// Ed448
    ED448 = 0x0808, "ed448";
    /// RSA-PSS with a key for nothing else
    RSA_PSS_PSS_SHA256 = 0x0809, "rsa_pss_pss_sha256";
    /// RSA-PSS with a key for nothing else
    RSA_PSS_PSS_SHA384 = 0x080a, "rsa_pss_pss_sha384";
    /// RSA-PSS with a key for nothing else
    RSA_PSS_PSS_SHA512 = 0x080b, "rsa_pss_pss_sha512";
}

impl SignatureScheme {
    /// Those with which we sign and verify a handshake, in the order in which we like them.
    pub const HANDSHAKE: [Self; 6] = [
        Self::ECDSA_SECP256R1_SHA256,
        Self::ED25519,
        Self::ECDSA_SECP384R1_SHA384,
        Self::RSA_PSS_RSAE_SHA256,
        Self::RSA_PSS_RSAE_SHA384,
        Self::RSA_PSS_RSAE_SHA512,
    ];

    /// Those besides that may stand in certificates.
    pub const CERTIFICATES: [Self; 3] =
        [Self::RSA_PKCS1_SHA256, Self::RSA_PKCS1_SHA384, Self::RSA_PKCS1_SHA512];
}
