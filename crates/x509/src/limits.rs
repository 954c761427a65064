//! Every ceiling of this crate: name, default and reason.
//!
//! Whoever connects to us chooses the certificates we read, and a few kilobytes of them can ask for
//! more work than a machine has: a hundred certificates that all sign each other have more paths
//! than there are atoms, and a thousand constraints on a thousand names are a million comparisons.
//! So every kind of work has a budget.
//!
//! Invariant: reading takes memory in proportion to the octets read, whatever length they declare.

/// Ceilings of reading and of verifying. All are on by default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Octets of one certificate, 128 KiB. Those on the web have 1 to 6; some with a thousand
    /// names have 40.
    pub certificate: usize,
    /// Octets of one PEM file, 16 MiB. A system's file of roots has 0.2 of them.
    pub pem: usize,
    /// How deep structures may nest, 16. A distinguished name in a name constraint needs 13.
    pub nesting: usize,
    /// Intermediates between the leaf and the root, 8, those that are issued to themselves not
    /// counted, as in RFC 5280 §4.2.1.9. On the web there are one to three.
    pub depth: usize,
    /// Signatures checked for one path, 64: with the largest keys that is some 20 ms.
    pub signatures: usize,
    /// Candidates looked at while a path is built, 256. It bounds the recursion too.
    pub steps: usize,
    /// Comparisons of names: of issuers with subjects, and of names with constraints; 100,000, a
    /// few milliseconds. One of names longer than 64 octets counts as several.
    pub names: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            certificate: 128 << 10,
            pem: 16 << 20,
            nesting: 16,
            depth: 8,
            signatures: 64,
            steps: 256,
            names: 100_000,
        }
    }
}
