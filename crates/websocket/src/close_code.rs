//! Why a connection ends: a number in front of the reason.
//!
//! RFC 6455 §7.4, and the registry that §11.7 opened
//!
//! | codes        | whose                                             | in a Close frame |
//! |--------------|---------------------------------------------------|------------------|
//! | 0 to 999     | nobody's                                          | no               |
//! | 1000 to 2999 | the protocol's, those that are defined            | see the table    |
//! | 3000 to 3999 | libraries' and frameworks', registered            | yes              |
//! | 4000 to 4999 | the application's                                 | yes              |
//!
//! 1005 and 1006 are what an application is told where no Close frame said anything, and 1015 where
//! TLS failed: none of them has ever been on the wire, and none may.
//!
//! Invariant: [`CloseCode::is_valid_on_wire`] is this table; what it refuses is neither sent nor
//! accepted.

use std::fmt;

/// Why a connection ends.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CloseCode(u16);

macro_rules! codes {
    ($($code:literal $constant:ident $name:literal $wire:literal;)*) => {
        impl CloseCode {
            $(#[doc = concat!($code, ": ", $name)] pub const $constant: Self = Self($code);)*

            /// What the code says; nothing for one that is not defined.
            pub const fn name(self) -> &'static str {
                match self.0 {
                    $($code => $name,)*
                    _ => "",
                }
            }

            /// Whether the code may stand in a Close frame.
            pub const fn is_valid_on_wire(self) -> bool {
                match self.0 {
                    $($code => $wire,)*
                    3000..=4999 => true,
                    _ => false,
                }
            }
        }
    };
}

// ANCHOR: close_codes
codes! {
    1000 NORMAL "done" true;
    1001 GOING_AWAY "going away" true;
    1002 PROTOCOL_ERROR "protocol error" true;
    1003 UNSUPPORTED_DATA "a kind of data that is not accepted" true;
    1004 RESERVED "reserved" false;
    1005 NO_STATUS "no code was given" false;
    1006 ABNORMAL "the connection ended without a Close frame" false;
    1007 INVALID_DATA "data that is not of its message's kind" true;
    1008 POLICY_VIOLATION "against the rules of this end" true;
    1009 TOO_BIG "too big to process" true;
    1010 MANDATORY_EXTENSION "an extension is missing" true;
    1011 INTERNAL_ERROR "the other end met something unexpected" true;
    1012 SERVICE_RESTART "restarting" true;
    1013 TRY_AGAIN_LATER "overloaded" true;
    1014 BAD_GATEWAY "a gateway got a bad answer" true;
    1015 TLS_HANDSHAKE "TLS failed" false;
}
// ANCHOR_END: close_codes

impl CloseCode {
    /// Any number; [`is_valid_on_wire`](Self::is_valid_on_wire) tells whether it may be sent.
    pub const fn new(code: u16) -> Self {
        Self(code)
    }

    /// The number.
    pub const fn as_u16(self) -> u16 {
        self.0
    }
}

impl fmt::Display for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Debug for CloseCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
