//! The four parameters of compression: what is offered, what is answered, what then holds.
//!
//! RFC 7692 §7.1
//!
//! | parameter                    | in an offer                  | in an answer                 |
//! |------------------------------|------------------------------|------------------------------|
//! | `server_no_context_takeover` | the server must forget       | it will                      |
//! | `client_no_context_takeover` | a hint: the client forgets   | the client must              |
//! | `server_max_window_bits=N`   | it looks back 2^N at most    | 2^N, not more than asked     |
//! | `client_max_window_bits[=N]` | it could look back 2^N only  | it must; only if offered     |
//!
//! Context takeover is the window of one message used for the next: worth four times the size on
//! small messages, and 32 KiB of memory at either end while nothing is said.
//!
//! Invariant: an answer never holds what the offer does not allow; a client that gets such an
//! answer fails.

use super::extensions::Extension;
use ::deflate::WindowBits;
use std::fmt::Write;

/// The extension's name.
pub(super) const NAME: &str = "permessage-deflate";
const SERVER_NO_TAKEOVER: &str = "server_no_context_takeover";
const CLIENT_NO_TAKEOVER: &str = "client_no_context_takeover";
const SERVER_BITS: &str = "server_max_window_bits";
const CLIENT_BITS: &str = "client_max_window_bits";

/// What this end asks of compression; the same at a client, which offers it, and at a server, which
/// accepts within it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeflateOptions {
    /// The server shall not use a message's window for the next.
    pub server_no_context_takeover: bool,
    /// The client shall not use a message's window for the next.
    pub client_no_context_takeover: bool,
    /// How far back the server's compressor may look at most.
    pub server_max_window_bits: WindowBits,
    /// How far back the client's compressor may look at most. A server that asks for less than 15
    /// declines offers of clients that cannot be told.
    pub client_max_window_bits: WindowBits,
}

impl Default for DeflateOptions {
    /// Windows of 32 KiB, taken over: the smallest messages.
    fn default() -> Self {
        Self {
            server_no_context_takeover: false,
            client_no_context_takeover: false,
            server_max_window_bits: WindowBits::MAX,
            client_max_window_bits: WindowBits::MAX,
        }
    }
}

/// What both ends agreed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DeflateParameters {
    /// The server's compressor begins each message with an empty window.
    pub server_no_context_takeover: bool,
    /// The client's compressor begins each message with an empty window.
    pub client_no_context_takeover: bool,
    /// How far back the server's compressor looks at most.
    pub server_max_window_bits: WindowBits,
    /// How far back the client's compressor looks at most.
    pub client_max_window_bits: WindowBits,
}

/// The parameters of one offer or answer, as they stand there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Stated {
    server_no_context_takeover: bool,
    client_no_context_takeover: bool,
    server_max_window_bits: Option<WindowBits>,
    /// Outer: whether it is there; inner: its value.
    client_max_window_bits: Option<Option<WindowBits>>,
}

impl Stated {
    /// `None` where a parameter is unknown, stands there twice, or has a value that is not allowed:
    /// such an offer is declined (§7.1) and such an answer fails the connection.
    fn read(extension: &Extension) -> Option<Self> {
        let mut stated = Self::default();
        for (name, value) in &extension.parameters {
            match (name.as_str(), value) {
                (SERVER_NO_TAKEOVER, None) if !stated.server_no_context_takeover => {
                    stated.server_no_context_takeover = true;
                }
                (CLIENT_NO_TAKEOVER, None) if !stated.client_no_context_takeover => {
                    stated.client_no_context_takeover = true;
                }
                (SERVER_BITS, Some(bits)) if stated.server_max_window_bits.is_none() => {
                    stated.server_max_window_bits = Some(window_bits(bits)?);
                }
                (CLIENT_BITS, bits) if stated.client_max_window_bits.is_none() => {
                    let bits = match bits {
                        Some(bits) => Some(window_bits(bits)?),
                        None => None,
                    };
                    stated.client_max_window_bits = Some(bits);
                }
                _ => return None,
            }
        }
        Some(stated)
    }
}

/// `1*DIGIT` without leading zeroes, 8 to 15.
fn window_bits(text: &str) -> Option<WindowBits> {
    let digits = !text.starts_with('0') && text.bytes().all(|octet| octet.is_ascii_digit());
    if digits { WindowBits::new(text.parse().ok()?) } else { None }
}

impl DeflateOptions {
    /// A client's offer. It always says that the client can be limited, so that any server may.
    pub(super) fn offer(&self) -> String {
        let mut text = NAME.to_string();
        if self.server_no_context_takeover {
            parameter(&mut text, SERVER_NO_TAKEOVER, None);
        }
        if self.client_no_context_takeover {
            parameter(&mut text, CLIENT_NO_TAKEOVER, None);
        }
        if self.server_max_window_bits < WindowBits::MAX {
            parameter(&mut text, SERVER_BITS, Some(self.server_max_window_bits));
        }
        let bits = self.client_max_window_bits;
        parameter(&mut text, CLIENT_BITS, (bits < WindowBits::MAX).then_some(bits));
        text
    }

    /// What a server makes of an offer: what then holds, and the answer's text. `None` declines it.
    pub(super) fn answer(&self, offer: &Extension) -> Option<(DeflateParameters, String)> {
        if offer.name != NAME {
            return None;
        }
        let offered = Stated::read(offer)?;
        let server_bits = offered.server_max_window_bits.unwrap_or(WindowBits::MAX);
        // A client that does not say that it can be limited must not be (§7.1.2.2).
        let client_bits = match offered.client_max_window_bits {
            Some(hint) => hint.unwrap_or(WindowBits::MAX).min(self.client_max_window_bits),
            None if self.client_max_window_bits < WindowBits::MAX => return None,
            None => WindowBits::MAX,
        };
        let agreed = DeflateParameters {
            server_no_context_takeover: offered.server_no_context_takeover
                || self.server_no_context_takeover,
            client_no_context_takeover: offered.client_no_context_takeover
                || self.client_no_context_takeover,
            server_max_window_bits: server_bits.min(self.server_max_window_bits),
            client_max_window_bits: client_bits,
        };
        let mut text = NAME.to_string();
        if agreed.server_no_context_takeover {
            parameter(&mut text, SERVER_NO_TAKEOVER, None);
        }
        if agreed.client_no_context_takeover {
            parameter(&mut text, CLIENT_NO_TAKEOVER, None);
        }
        if offered.server_max_window_bits.is_some()
            || agreed.server_max_window_bits < WindowBits::MAX
        {
            parameter(&mut text, SERVER_BITS, Some(agreed.server_max_window_bits));
        }
        if agreed.client_max_window_bits < WindowBits::MAX {
            parameter(&mut text, CLIENT_BITS, Some(agreed.client_max_window_bits));
        }
        Some((agreed, text))
    }

    /// What a client makes of the answer to its offer; `None` where the answer is not one to it.
    pub(super) fn agree(&self, answer: &Extension) -> Option<DeflateParameters> {
        let stated = Stated::read(answer)?;
        let server_bits = stated.server_max_window_bits.unwrap_or(WindowBits::MAX);
        let client_bits = match stated.client_max_window_bits {
            // In an answer it says a number (§7.1.2.2).
            Some(bits) => bits?,
            None => WindowBits::MAX,
        };
        // A server accepts these by saying them too (§7.1.1.1, §7.1.2.1).
        let forgets = stated.server_no_context_takeover || !self.server_no_context_takeover;
        if !forgets || server_bits > self.server_max_window_bits {
            return None;
        }
        Some(DeflateParameters {
            server_no_context_takeover: stated.server_no_context_takeover,
            // We said that we would forget; whether the server noted it or not.
            client_no_context_takeover: stated.client_no_context_takeover
                || self.client_no_context_takeover,
            server_max_window_bits: server_bits,
            client_max_window_bits: client_bits.min(self.client_max_window_bits),
        })
    }
}

fn parameter(text: &mut String, name: &str, bits: Option<WindowBits>) {
    let _ = match bits {
        Some(bits) => write!(text, "; {name}={}", bits.get()),
        None => write!(text, "; {name}"),
    };
}
