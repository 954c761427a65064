//! The list of extensions of one message.
//!
//! RFC 8446 §4.2
//!
//! Invariant: the order is kept; `pre_shared_key` must be the last of a ClientHello, and what is
//! hashed must be written as it came.

use super::{Extension, ExtensionType, KeyShareEntry, OfferedPsks, Place, PskMode};
use crate::{Error, NamedGroup, SignatureScheme, vector::vector16};
use wire::{Reader, TooLong, Writer};

/// Extensions, in the order of the wire.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Extensions(pub Vec<Extension>);

impl Extensions {
    /// Reads the list of a message.
    ///
    /// # Errors
    /// [`Error::ExtensionRepeated`], [`Error::ExtensionMisplaced`], and what an extension itself
    /// can break.
    pub(crate) fn read(reader: &mut Reader<'_>, place: Place) -> Result<Self, Error> {
        let mut list = vector16(reader, "extensions", 0)?;
        // As many as usual, if there can be so many.
        let mut extensions = Vec::with_capacity(16.min(list.len() / 4));
        list.enter();
        while !list.is_empty() {
            // A listener hears of a section before it hears of its fields.
            if let Some(octets) = list.rest().first_chunk() {
                let kind = ExtensionType(u16::from_be_bytes(*octets));
                list.section(kind.name(), kind.rfc());
            }
            let kind = ExtensionType(list.u16("extension_type")?);
            list.explain(|| kind.to_string());
            let mut data = vector16(&mut list, kind.name(), 0)?;
            if kind.belongs_in(place) == Some(false) {
                return Err(Error::ExtensionMisplaced { extension: kind, place });
            }
            extensions.push(Extension::read(kind, place, &mut data)?);
        }
        list.leave();
        repeated(&extensions)?;
        Ok(Self(extensions))
    }

    pub(crate) fn write(&self, out: &mut Writer<'_>) -> Result<(), TooLong> {
        out.prefixed_u16("extensions", |out| {
            self.0.iter().try_for_each(|extension| extension.write(out))
        })
    }

    /// Whether one of that type is there.
    pub fn has(&self, kind: ExtensionType) -> bool {
        self.0.iter().any(|extension| extension.kind() == kind)
    }

    /// Their types, in order.
    pub fn kinds(&self) -> impl Iterator<Item = ExtensionType> + '_ {
        self.0.iter().map(Extension::kind)
    }
}

/// Each type once. Sorted, since a message can hold thousands.
fn repeated(extensions: &[Extension]) -> Result<(), Error> {
    let mut kinds: Vec<_> = extensions.iter().map(Extension::kind).collect();
    kinds.sort_unstable();
    let twice = kinds.windows(2).find_map(|pair| match pair {
        [one, other] if one == other => Some(*one),
        _ => None,
    });
    twice.map_or(Ok(()), |extension| Err(Error::ExtensionRepeated { extension }))
}

macro_rules! find {
    ($($(#[$doc:meta])* $name:ident: $variant:ident -> $type:ty, $value:ident => $as:expr;)*) => {
        impl Extensions {
            $($(#[$doc])* pub fn $name(&self) -> Option<$type> {
                self.0.iter().find_map(|extension| match extension {
                    Extension::$variant($value) => {
                        let found: $type = $as;
                        Some(found)
                    }
                    _ => None,
                })
            })*
        }
    };
}

find! {
    /// The host name that a client means.
    server_name: ServerName -> &[u8], name => name;
    /// The groups that an end knows, the best first.
    supported_groups: SupportedGroups -> &[NamedGroup], groups => groups;
    /// The signatures that an end can verify, the best first.
    signature_algorithms: SignatureAlgorithms -> &[SignatureScheme], schemes => schemes;
    /// Protocols, the best first.
    alpn: Alpn -> &[Vec<u8>], names => names;
    /// A client's public keys.
    key_shares: KeyShares -> &[KeyShareEntry], shares => shares;
    /// The group that a server wants a key for.
    key_share_group: KeyShareGroup -> NamedGroup, group => *group;
    /// A server's public key.
    key_share: KeyShare -> &KeyShareEntry, share => share;
    /// The keys from before that a client offers.
    pre_shared_keys: PreSharedKeys -> &OfferedPsks, offered => offered;
    /// The one that a server takes.
    pre_shared_key: PreSharedKey -> u16, index => *index;
    /// How keys from before may be used.
    psk_modes: PskModes -> &[PskMode], modes => modes;
    /// Octets of early data that a ticket allows.
    early_data_size: EarlyDataSize -> u32, size => *size;
    /// What the server wants to hear again.
    cookie: Cookie -> &[u8], cookie => cookie;
    /// A client's versions.
    supported_versions: SupportedVersions -> &[u16], versions => versions;
    /// The server's.
    supported_version: SupportedVersion -> u16, version => *version;
    /// QUIC's transport parameters.
    quic_transport_parameters: QuicTransportParameters -> &[u8], data => data;
}
