//! The ceilings of a simulation.

/// What a simulation may use. A program under test that runs wild ends with an error, not with all
/// memory used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Datagrams under way over all links. 100,000 fill a 10 Gbit/s path for 120 ms; a link with a
    /// rate holds no more than its queue and its delay anyway.
    pub in_flight: usize,
    /// Datagrams one node sends, and steps the network takes, at one instant. A congestion window
    /// never comes near 100,000.
    pub at_one_instant: usize,
    /// Lines the journal keeps; later ones are counted only. A page of 100,000 lines is read by
    /// nobody.
    pub journal: usize,
    /// Mappings a NAT keeps for one host; the oldest makes room. 64 sockets serve every lab.
    pub nat_mappings: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { in_flight: 100_000, at_one_instant: 100_000, journal: 100_000, nat_mappings: 64 }
    }
}
