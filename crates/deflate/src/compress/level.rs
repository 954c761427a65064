//! What each level does.
//!
//! | level | search   | candidates | is content with | looks one octet further unless it has |
//! |-------|----------|------------|-----------------|----------------------------------------|
//! | 0     | none     |            |                 |                                        |
//! | 1     | one look | 1          |                 |                                        |
//! | 2, 3  | greedy   | 4, 10      | 16, 32 octets   | never                                  |
//! | 4 – 9 | lazy     | 8 … 1,500  | 24 … 258        | 12 … 258                               |

use crate::Level;

/// How references are looked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Search {
    /// Not at all.
    None,
    /// The last place where the same four octets stood.
    OneLook,
    /// The longest of several places, which are linked.
    Chains(Effort),
}

/// How much is done for a longer reference.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Effort {
    /// Places that are looked at.
    pub(crate) candidates: u16,
    /// A reference of this length is taken without looking at more places.
    pub(crate) content: u16,
    /// A reference shorter than this waits for what the next octet finds; 0: none waits.
    pub(crate) lazy: u16,
}

/// What `level` does.
pub(crate) const fn of(level: Level) -> Search {
    let (candidates, content, lazy) = match level.get() {
        0 => return Search::None,
        1 => return Search::OneLook,
        2 => (4, 16, 0),
        3 => (10, 32, 0),
        4 => (8, 24, 12),
        5 => (16, 40, 20),
        6 => (40, 80, 40),
        7 => (100, 130, 80),
        8 => (400, 258, 200),
        _ => (1500, 258, 258),
    };
    Search::Chains(Effort { candidates, content, lazy })
}
