//! One field: a name, a value, and whether it is a secret.
//!
//! RFC 7541 §1.3, §7.1.3
//!
//! HPACK compresses octets. That names are in lower case, that `:path` comes before `accept`, that
//! a value holds no line break: those are HTTP's rules, and whoever takes the fields from here
//! holds them against those.
//!
//! Used by: [`Decoder`](crate::Decoder), which lends it, and [`Encoder`](crate::Encoder), which
//! borrows it.

/// A field, borrowed.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Field<'a> {
    /// The name, as it stands in the block.
    pub name: &'a [u8],
    /// The value, as it stands in the block.
    pub value: &'a [u8],
    /// Never to be put in a table: not by us, and not by whoever passes the field on (§6.2.3). Who
    /// can guess at a table by the sizes of blocks must not find a secret there (§7.1).
    pub sensitive: bool,
}

impl<'a> Field<'a> {
    /// Octets that a field costs beside its name and its value, in the size of a table (§4.1) and
    /// in that of a list (RFC 9113 §6.5.2).
    pub const OVERHEAD: usize = 32;

    /// A field that may be put in tables.
    pub const fn new(name: &'a [u8], value: &'a [u8]) -> Self {
        Self { name, value, sensitive: false }
    }

    /// A field that must not be.
    pub const fn sensitive(name: &'a [u8], value: &'a [u8]) -> Self {
        Self { name, value, sensitive: true }
    }

    /// Its size as tables and lists count it: name, value and [`OVERHEAD`](Self::OVERHEAD).
    #[inline]
    pub const fn size(&self) -> usize {
        self.name.len().saturating_add(self.value.len()).saturating_add(Self::OVERHEAD)
    }
}

impl std::fmt::Display for Field<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.name.escape_ascii(), self.value.escape_ascii())
    }
}

impl std::fmt::Debug for Field<'_> {
    /// A secret's value stays out of logs.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.sensitive {
            write!(f, "{}: ({} octets)", self.name.escape_ascii(), self.value.len())
        } else {
            write!(f, "{self}")
        }
    }
}
