//! Every ceiling of this crate: name, default and reason.
//!
//! RFC 9204 §5, §7

/// Ceilings of a decoder and of an encoder. All are on by default.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Octets of the dynamic table as §3.2.1 counts them, 4,096: HPACK's default. A decoder says so
    /// in `SETTINGS_QPACK_MAX_TABLE_CAPACITY`; an encoder spends no more, whatever a peer offers.
    /// Twice as many octets are held.
    pub table_capacity: usize,
    /// Streams that may wait for entries that have not come, 16, which a decoder says in
    /// `SETTINGS_QPACK_BLOCKED_STREAMS`. Whoever holds the sections holds at most
    /// [`section`](Self::section) octets for each.
    pub blocked_streams: u64,
    /// Streams that our encoder may let wait at once, 0: a reference to an entry that is still on
    /// its way saves octets, and lets one lost packet hold up the stream (§2.1.2). The peer's
    /// setting is kept too.
    pub risk: u64,
    /// Sections that refer to the table and are not acknowledged, 256. Past it sections use the
    /// static table alone, so a peer that acknowledges nothing costs no memory.
    pub outstanding: usize,
    /// Octets of one encoded section, 65,536; a longer one is not read.
    pub section: usize,
    /// Octets of one decoded list, 32 a field included, 16,384: what servers take at most, and
    /// `SETTINGS_MAX_FIELD_SECTION_SIZE` should say the same.
    pub list_size: usize,
    /// Fields of one list, 128: browsers send 30.
    pub fields: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            table_capacity: 4096,
            blocked_streams: 16,
            risk: 0,
            outstanding: 256,
            section: 65_536,
            list_size: 16_384,
            fields: 128,
        }
    }
}
