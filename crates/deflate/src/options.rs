//! What a caller chooses: how hard to look for repetition, how far back, and when to let go.
//!
//! RFC 1951 §2, RFC 1950 §2.2 (CINFO), RFC 7692 §7.1.2 (window bits)

/// How far back a reference may point: 2^bits octets.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WindowBits(u8);

impl WindowBits {
    /// 256 octets.
    pub const MIN: Self = Self(8);
    /// 32 KiB, the most that DEFLATE can say.
    pub const MAX: Self = Self(15);

    /// A window of 2^`bits` octets; nothing unless `bits` is 8 to 15.
    pub const fn new(bits: u8) -> Option<Self> {
        if bits >= Self::MIN.0 && bits <= Self::MAX.0 { Some(Self(bits)) } else { None }
    }

    /// The exponent, 8 to 15.
    pub const fn get(self) -> u8 {
        self.0
    }

    /// The window in octets, 256 to 32,768.
    pub const fn size(self) -> usize {
        1 << self.0
    }
}

impl Default for WindowBits {
    fn default() -> Self {
        Self::MAX
    }
}

/// How much time is spent for a smaller output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Level(u8);

impl Level {
    /// Nothing is compressed; blocks carry the octets as they are.
    pub const STORED: Self = Self(0);
    /// One look for each octet.
    pub const FAST: Self = Self(1);
    /// What most programs take.
    pub const DEFAULT: Self = Self(6);
    /// The smallest output.
    pub const BEST: Self = Self(9);

    /// A level from 0 to 9; nothing beyond.
    pub const fn new(level: u8) -> Option<Self> {
        if level <= Self::BEST.0 { Some(Self(level)) } else { None }
    }

    /// The number, 0 to 9.
    pub const fn get(self) -> u8 {
        self.0
    }
}

impl Default for Level {
    fn default() -> Self {
        Self::DEFAULT
    }
}

/// What a call of a compressor leaves behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flush {
    /// Octets may wait inside for more of their kind.
    #[default]
    None,
    /// All that came can be read from what was put out. It ends at an octet's boundary, with an
    /// empty stored block: `00 00 FF FF`.
    Sync,
    /// The final block is written; the next call begins a new stream.
    Finish,
}
