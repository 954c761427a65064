//! The two decode tables of a block.
//!
//! RFC 1951 §3.2.6

use crate::{
    huffman::table::{DistanceTable, LiteralTable},
    symbols::{FIXED_DISTANCE_LENGTHS, FIXED_LITERAL_LENGTHS},
};
use std::sync::LazyLock;

/// Literals and lengths, and distances.
#[derive(Debug, Clone)]
pub(crate) struct Tables {
    pub(crate) literals: LiteralTable,
    pub(crate) distances: DistanceTable,
}

impl Tables {
    /// Tables in which nothing means anything.
    pub(crate) const fn empty() -> Self {
        Self { literals: LiteralTable::empty(), distances: DistanceTable::empty() }
    }
}

/// The codes that need not be said; made once.
pub(crate) static FIXED: LazyLock<Tables> = LazyLock::new(|| {
    let mut tables = Tables::empty();
    tables.literals.literals(&FIXED_LITERAL_LENGTHS);
    tables.distances.distances(&FIXED_DISTANCE_LENGTHS);
    tables
});
