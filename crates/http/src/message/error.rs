//! What makes a message malformed in HTTP/2 and HTTP/3, whatever its frames say.
//!
//! RFC 9113 §8.1 to §8.3, §8.5; RFC 9114 §4.1.2 to §4.4
//!
//! Each version answers with an error of the stream: `PROTOCOL_ERROR` there, `H3_MESSAGE_ERROR`
//! here. Where a rule stands in both RFCs, the section of RFC 9113 is named.
//!
//! Used by: [`section`](super::section).

/// A rule of messages that the peer broke.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Malformed {
    /// RFC 9113 §8.2.1: a name is a token in lower case.
    #[error("a field's name holds an octet it must not, at offset {offset} (RFC 9113 §8.2.1)")]
    Name {
        /// Where in the name.
        offset: usize,
    },
    /// RFC 9113 §8.2.1: a value holds no CR, LF or NUL, and neither begins nor ends with white
    /// space.
    #[error("a field's value holds an octet it must not, at offset {offset} (RFC 9113 §8.2.1)")]
    Value {
        /// Where in the value.
        offset: usize,
    },
    /// RFC 9113 §8.2.2: what was about a connection of HTTP/1.1 has no place here.
    #[error("the field {name} is about a connection (RFC 9113 §8.2.2)")]
    ConnectionSpecific {
        /// The field.
        name: &'static str,
    },
    /// RFC 9113 §8.3: a pseudo-field that this kind of message does not have.
    #[error("a pseudo-field that does not belong here (RFC 9113 §8.3)")]
    PseudoUnknown,
    /// RFC 9113 §8.3: a pseudo-field behind a regular one.
    #[error("{name} stands behind a regular field (RFC 9113 §8.3)")]
    PseudoLate {
        /// The pseudo-field.
        name: &'static str,
    },
    /// RFC 9113 §8.3: twice the same pseudo-field.
    #[error("{name} is there twice (RFC 9113 §8.3)")]
    PseudoTwice {
        /// The pseudo-field.
        name: &'static str,
    },
    /// RFC 9113 §8.3.1, §8.3.2, §8.5: a pseudo-field that must be there is not.
    #[error("{name} is missing (RFC 9113 §8.3)")]
    PseudoMissing {
        /// The pseudo-field.
        name: &'static str,
    },
    /// RFC 9113 §8.5, RFC 8441 §4: a pseudo-field that does not go with the others.
    #[error("{name} does not go with the method (RFC 9113 §8.5)")]
    PseudoForbidden {
        /// The pseudo-field.
        name: &'static str,
    },
    /// RFC 9113 §8.3.1: a pseudo-field's value is not of its grammar.
    #[error("{name} has a value it must not have (RFC 9113 §8.3.1)")]
    PseudoValue {
        /// The pseudo-field.
        name: &'static str,
    },
    /// RFC 9113 §8.3.1: Host and `:authority` name two servers.
    #[error("Host differs from :authority (RFC 9113 §8.3.1)")]
    HostDiffers,
    /// RFC 9110 §8.6: Content-Length is no number, or is two.
    #[error("the Content-Length is not one number (RFC 9110 §8.6)")]
    ContentLength,
    /// RFC 9113 §8.1.1: the content is not as long as announced.
    #[error("content of {received} octets where {expected} were announced (RFC 9113 §8.1.1)")]
    LengthDiffers {
        /// What Content-Length said.
        expected: u64,
        /// Octets that came.
        received: u64,
    },
    /// RFC 9113 §8.6: 101 does not exist here.
    #[error("status 101 (RFC 9113 §8.6)")]
    SwitchingProtocols,
    /// RFC 9113 §8.1: frames of a message come in another order than head, content, trailers.
    #[error("{what} (RFC 9113 §8.1)")]
    Order {
        /// What is wrong.
        what: &'static str,
    },
}
