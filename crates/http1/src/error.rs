//! What can be wrong: with what a peer sent ([`Violation`]), and with what a caller asked
//! ([`Misuse`]).
//!
//! The two are different types because they mean different things. A violation is the peer's, it is
//! expected, and at a server it has an answer. A misuse is a bug in the program around this crate;
//! it is refused before any octet is written, so the wire never shows it.
//!
//! Invariant: every violation names the rule it breaks and the status that suits it; the table
//! below is the only place where the three stand together.

use http::StatusCode;

/// A violation, and the octet at which it was seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{violation} ({}, octet {offset})", violation.rule())]
pub struct Error {
    /// What is wrong.
    pub violation: Violation,
    /// Octets from the start of the message to the first wrong one: for a head from its first
    /// octet, for content from the content's first octet.
    pub offset: u64,
}

impl Error {
    /// Octets from the start of the head, or of the content.
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// The RFC and the section that says so.
    pub const fn rule(&self) -> &'static str {
        self.violation.rule()
    }

    /// The status that tells the peer; for a violation in a response, what a gateway would say.
    pub const fn status(&self) -> StatusCode {
        self.violation.status()
    }
}

macro_rules! violations {
    ($($(#[$doc:meta])* $name:ident $({ $($field:ident: $type:ty),* })?
        $text:literal, $rule:literal, $status:ident;)*) => {
        /// A rule that a peer broke. Each one's documentation says which, [`rule`](Self::rule)
        /// where it stands and [`status`](Self::status) what to answer.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
        #[non_exhaustive]
        pub enum Violation {
            $($(#[$doc])* #[doc = concat!("\n\n", $rule)] #[error($text)] $name $({
                $(#[doc = "See the message."] $field: $type),*
            })?,)*
        }

        impl Violation {
            /// The RFC and the section.
            pub const fn rule(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => $rule,)*
                }
            }

            /// The status that suits it.
            pub const fn status(&self) -> StatusCode {
                match self {
                    $(Self::$name { .. } => StatusCode::$status,)*
                }
            }

            /// The variant's name, for logs that machines read.
            pub const fn name(&self) -> &'static str {
                match self {
                    $(Self::$name { .. } => stringify!($name),)*
                }
            }
        }
    };
}

// ANCHOR: violations
violations! {
    // The request line.
    /// More empty lines before the request line than the limit allows.
    EmptyLines "too many empty lines before the request", "RFC 9112 §2.2", BAD_REQUEST;
    /// An octet that no token has stands in the method, or there is no method.
    MethodInvalid "the method is not a token", "RFC 9110 §9.1", BAD_REQUEST;
    /// The request line does not end within the limit.
    RequestLineTooLong "the request line is too long", "RFC 9112 §3", URI_TOO_LONG;
    /// Between method, target and version stands exactly one space.
    SpaceExpected "the parts of the request line are not separated by one space",
        "RFC 9112 §3", BAD_REQUEST;
    /// A space, control octet, `#` or an octet beyond ASCII in the target; or no target.
    TargetInvalid "the target holds an octet that must be percent-encoded",
        "RFC 9112 §3.2", BAD_REQUEST;
    /// The target has none of the four forms, or one that does not go with the method.
    TargetForm "the target has not the form that goes with the method",
        "RFC 9112 §3.2", BAD_REQUEST;
    /// Not `HTTP/` and two digits with a point between them.
    VersionInvalid "the version is not HTTP/d.d", "RFC 9112 §2.3", BAD_REQUEST;
    /// A major version other than 1.
    VersionUnsupported "the major version is not 1", "RFC 9110 §2.5", HTTP_VERSION_NOT_SUPPORTED;

    // The status line.
    /// The status line does not end within the limit.
    StatusLineTooLong "the status line is too long", "RFC 9112 §4", BAD_GATEWAY;
    /// Not three digits in 100 to 599, with a space on either side.
    StatusInvalid "the status is not three digits in 100 to 599", "RFC 9112 §4", BAD_GATEWAY;
    /// A control octet in the reason phrase.
    ReasonInvalid "the reason phrase holds a control octet", "RFC 9112 §4", BAD_GATEWAY;

    // Lines and fields.
    /// CR without LF.
    BareCr "a CR is not followed by LF", "RFC 9112 §2.2", BAD_REQUEST;
    /// LF without CR; leniency accepts it at the end of a line.
    BareLf "a line ends in LF without CR", "RFC 9112 §2.2", BAD_REQUEST;
    /// White space between the start line and the first field.
    SpaceBeforeFields "white space stands before the first field", "RFC 9112 §2.2", BAD_REQUEST;
    /// An octet that no token has stands in a field's name, or the name is empty.
    FieldNameInvalid "a field name is not a token", "RFC 9110 §5.1", BAD_REQUEST;
    /// A line of the field section has no colon.
    ColonMissing "a field line has no colon", "RFC 9112 §5", BAD_REQUEST;
    /// White space between a field's name and the colon: the source of request smuggling.
    SpaceBeforeColon "white space stands before a field's colon", "RFC 9112 §5.1", BAD_REQUEST;
    /// NUL or another control octet in a value.
    FieldValueInvalid "a field value holds a control octet", "RFC 9110 §5.5", BAD_REQUEST;
    /// A value goes on in the next line.
    ObsFold "a field value is folded over lines", "RFC 9112 §5.2", BAD_REQUEST;
    /// One field line is longer than the limit.
    FieldLineTooLong "a field line is too long", "RFC 6585 §5", REQUEST_HEADER_FIELDS_TOO_LARGE;
    /// More fields than the limit.
    TooManyFields "there are too many fields", "RFC 6585 §5", REQUEST_HEADER_FIELDS_TOO_LARGE;
    /// The head, or the trailer section, does not end within the limit.
    HeadTooLarge "the field section is too large", "RFC 6585 §5", REQUEST_HEADER_FIELDS_TOO_LARGE;

    // Host.
    /// HTTP/1.1 without Host.
    HostMissing "the field Host is missing", "RFC 9112 §3.2", BAD_REQUEST;
    /// Host more than once.
    HostRepeated "the field Host stands there twice", "RFC 9112 §3.2", BAD_REQUEST;
    /// Host is not a host with perhaps a port.
    HostInvalid "the field Host is not a host and port", "RFC 9112 §3.2", BAD_REQUEST;

    // Framing.
    /// Content-Length is not digits alone.
    LengthInvalid "Content-Length is not a number", "RFC 9110 §8.6", BAD_REQUEST;
    /// Content-Length does not fit in 64 bits.
    LengthOverflow "Content-Length is too large a number", "RFC 9110 §8.6", BAD_REQUEST;
    /// Content-Length more than once, or a list; leniency accepts equal values.
    LengthRepeated "Content-Length stands there more than once", "RFC 9112 §6.3", BAD_REQUEST;
    /// Transfer-Encoding and Content-Length in one message.
    LengthAndCoding "Content-Length stands beside Transfer-Encoding", "RFC 9112 §6.3", BAD_REQUEST;
    /// Transfer-Encoding in HTTP/1.0.
    CodingInHttp10 "Transfer-Encoding in HTTP/1.0", "RFC 9112 §6.1", BAD_REQUEST;
    /// Empty, `identity`, or not a list of codings.
    CodingInvalid "Transfer-Encoding is not a list of codings", "RFC 9112 §6.1", BAD_REQUEST;
    /// A request whose final coding is not chunked has no end.
    ChunkedNotFinal "the final transfer coding is not chunked", "RFC 9112 §6.3", BAD_REQUEST;
    /// Chunked twice, or with parameters.
    ChunkedRepeated "chunked is applied more than once", "RFC 9112 §6.1", BAD_REQUEST;
    /// A coding that this crate does not undo.
    CodingUnknown "the transfer coding is not supported", "RFC 9112 §6.1", NOT_IMPLEMENTED;
    /// An expectation other than `100-continue`.
    ExpectationUnknown "the expectation is not 100-continue",
        "RFC 9110 §10.1.1", EXPECTATION_FAILED;

    // Content.
    /// The content is longer than the limit.
    ContentTooLarge "the content is too large", "RFC 9110 §15.5.14", CONTENT_TOO_LARGE;
    /// A chunk size is not hexadecimal digits.
    ChunkSizeInvalid "a chunk size is not hexadecimal", "RFC 9112 §7.1", BAD_REQUEST;
    /// A chunk size does not fit in 64 bits.
    ChunkSizeOverflow "a chunk size is too large a number", "RFC 9112 §7.1", BAD_REQUEST;
    /// A chunk extension is not `;name` or `;name=value`.
    ChunkExtensionInvalid "a chunk extension is malformed", "RFC 9112 §7.1.1", BAD_REQUEST;
    /// The line of a chunk size does not end within the limit.
    ChunkLineTooLong "the line of a chunk size is too long", "RFC 9112 §7.1.1", BAD_REQUEST;
    /// All chunk extensions of a message together pass the limit.
    ExtensionsTooLarge "the chunk extensions are too large", "RFC 9112 §7.1.1", BAD_REQUEST;
    /// A chunk's octets are not followed by CRLF.
    ChunkEndInvalid "a chunk does not end in CRLF", "RFC 9112 §7.1", BAD_REQUEST;
    /// A field that frames or routes stands among the trailers.
    TrailerForbidden "a field is not allowed among the trailers", "RFC 9110 §6.5.1", BAD_REQUEST;

    // The end of the stream.
    /// The peer closed inside a head.
    EndInHead "the connection ended inside a head", "RFC 9112 §8", BAD_REQUEST;
    /// The peer closed before all of the content had come.
    EndInContent { missing: u64 } "the connection ended {missing} octets before the content did",
        "RFC 9112 §8", BAD_REQUEST;
    /// The peer closed before the last chunk.
    EndInChunks "the connection ended before the last chunk", "RFC 9112 §8", BAD_REQUEST;
    /// The peer closed and owes a response.
    EndBeforeResponse "the connection ended before the response", "RFC 9112 §9.5", BAD_GATEWAY;

    // The order of things.
    /// Octets came that no request asked for.
    ResponseUnasked "octets came that no request asked for", "RFC 9112 §9.2", BAD_GATEWAY;
    /// More 1xx responses than the limit.
    TooManyInformational "too many 1xx responses", "RFC 9110 §15.2", BAD_GATEWAY;
    /// 101 to a request that asked for no upgrade.
    UpgradeUnasked "the server switched protocols unasked", "RFC 9110 §15.2.2", BAD_GATEWAY;

    // Time.
    /// The head did not come in time.
    HeadTimeout "the request did not come in time", "RFC 9110 §15.5.9", REQUEST_TIMEOUT;
    /// The content did not come in time.
    ContentTimeout "the content did not come in time", "RFC 9110 §15.5.9", REQUEST_TIMEOUT;
    /// The response did not come in time.
    ResponseTimeout "the response did not come in time", "RFC 9110 §15.6.5", GATEWAY_TIMEOUT;
}
// ANCHOR_END: violations

impl Violation {
    /// The violation, seen at `offset`.
    pub(crate) const fn at(self, offset: usize) -> Error {
        Error { violation: self, offset: offset as u64 }
    }
}

/// What a caller asked for and must not get. Nothing was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Misuse {
    /// The connection is closing or closed, or another protocol has it.
    #[error("the connection is over")]
    Closed,
    /// Not now: no request is waiting for this, or something else must come first.
    #[error("{input} is not allowed where the {message} is {state}")]
    OutOfOrder {
        /// Request or response.
        message: &'static str,
        /// Where it is in its life.
        state: &'static str,
        /// What was asked for.
        input: &'static str,
    },
    /// More octets than Content-Length announced.
    #[error("the content is longer than its length of {length} left octets")]
    TooLong {
        /// Octets that were still to come.
        length: u64,
    },
    /// The content ended early. The connection will close, so that the peer sees it.
    #[error("the content ends {missing} octets early")]
    TooShort {
        /// Octets that were still to come.
        missing: u64,
    },
    /// The caller's Content-Length contradicts the content it announces, or is not allowed here.
    #[error("the fields set a Content-Length that contradicts the content")]
    LengthConflict,
    /// Transfer-Encoding is this crate's to set.
    #[error("the fields set Transfer-Encoding, which the connection does itself")]
    CodingSet,
    /// An HTTP/1.0 request must say how long its content is.
    #[error("HTTP/1.0 has no content of unknown length in a request")]
    LengthRequired,
    /// HTTP/1.1 needs Host.
    #[error("the request has no Host")]
    HostMissing,
    /// The target's form does not go with the method.
    #[error("the target has not the form that goes with the method")]
    TargetForm,
    /// The status is not one that this call sends.
    #[error("status {status} cannot be sent by this call")]
    Status {
        /// The code.
        status: u16,
    },
    /// The request asked for no upgrade, or is not complete.
    #[error("the request cannot be upgraded")]
    NoUpgrade,
    /// Trailers need chunks.
    #[error("trailers cannot follow content of a known length")]
    TrailersNeedChunks,
    /// A field that frames or routes cannot be a trailer.
    #[error("a field is not allowed among the trailers")]
    TrailerForbidden,
    /// Too many requests wait for their responses.
    #[error("too many requests wait for their responses")]
    PipelineFull,
}
