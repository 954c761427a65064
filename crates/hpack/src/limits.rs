//! Every ceiling of this crate: name, default and reason.
//!
//! An indexed field is one octet that stands for thousands, so a block's length says nothing of
//! what it becomes. The list is therefore counted while it is read, and nothing is built of it
//! here.

/// Ceilings of a decoder and of an encoder. All are on by default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Octets of the dynamic table as §4.1 counts them, 4,096: the protocol's own default. For a
    /// decoder it is what the peer's encoder may use until
    /// [`set_max_table_size`](crate::Decoder::set_max_table_size) says otherwise; for an encoder
    /// it is what we spend at most, however much a peer offers. Twice as many octets are held.
    pub table_size: usize,
    /// Octets of one block, 65,536, and a longer one is not read at all: the longest code has 30
    /// bits for an octet, so any list that [`list_size`](Self::list_size) admits fits in.
    pub block: usize,
    /// Octets of one decoded list, 32 a field included, 16,384: what servers take at most, and
    /// `SETTINGS_MAX_HEADER_LIST_SIZE` should say the same.
    pub list_size: usize,
    /// Fields of one list, 128: browsers send 30.
    pub fields: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { table_size: 4096, block: 65_536, list_size: 16_384, fields: 128 }
    }
}
