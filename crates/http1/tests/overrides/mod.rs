//! Where our verdict is another than that of the two suites, and why.
//!
//! The tests fail on a difference that is not here, and on an entry that is no difference any more.
#![allow(dead_code, reason = "each of the two tests uses its own table")]

const LENIENT: &str = "a lenient mode of llhttp's; ours is one switch, off, and narrower";
const LAST: &str = "what follows the last message is dropped unread, so it is nobody's error";
const METHOD: &str =
    "any token is a method to the parser; what it does not know the server answers 501";
const END: &str = "the connection ended inside a head, which we call an error";
const OTHER_PROTOCOL: &str = "RTSP and ICE are not HTTP";
const ABSENT_PATH: &str = "an absent path is `/` (RFC 9112 §3.2.1), and is read as that";
const UNASKED: &str = "the test's request asked for no upgrade; with one, see the rules";
const EMPTY_LINE: &str = "only servers pass over empty lines before a message (RFC 9112 §2.2)";
const CODING: &str = "a coding that we cannot undo is 501 (RFC 9112 §6.1)";
const CONTENT: &str = "any method may have content (RFC 9110 §9.3.1); its end is not in doubt";
const OTHER_NAME: &str = "a name that only looks like a framing field is another field";

/// Cases of llhttp, by their names.
pub(crate) const LLHTTP: &[(&str, &str)] = &[
    ("request/connection/No restart when keep-alive is off (1.0)", LAST),
    ("request/connection/Resetting flags when keep-alive is off (1.0, lenient)", LENIENT),
    ("request/connection/CRLF between requests, explicit `close`", LAST),
    ("request/connection/CRLF between requests, explicit `close` followed by tab", LAST),
    ("request/connection/Multiple tokens with folding", LENIENT),
    ("request/connection/Multiple tokens with folding, LWS, and CRLF", LENIENT),
    (
        "request/connection/Invalid whitespace token with `Connection` header field (lenient)",
        LENIENT,
    ),
    (
        "request/content-length/Invalid whitespace token with `Content-Length` header field \
         (lenient)",
        LENIENT,
    ),
    (
        "request/content-length/No error on simultaneous `Content-Length` and \
         `Transfer-Encoding: identity` (lenient)",
        LENIENT,
    ),
    (
        "request/content-length/Content-Length reset when no body is received",
        "that test tells llhttp to pass over the content; a connection cannot",
    ),
    ("request/content-length/Missing CRLF-CRLF before body (lenient)", LENIENT),
    ("request/finish/It should be unsafe to finish after incomplete PUT request", END),
    ("request/finish/It should be unsafe to finish inside of the header", END),
    ("request/invalid/HTTP protocol and ANNOUNCE method", METHOD),
    ("request/invalid/Invalid method", METHOD),
    ("request/invalid/Only LFs present (lenient)", LENIENT),
    ("request/invalid/Spaces before headers (lenient)", LENIENT),
    ("request/lenient-header-value-relaxed/Control char in header value (relaxed)", LENIENT),
    ("request/lenient-headers/Header value (lenient)", LENIENT),
    ("request/lenient-headers/Second request header value (lenient)", LENIENT),
    ("request/lenient-headers/Empty headers separated by CR (lenient)", LENIENT),
    ("request/lenient-version/Invalid HTTP version (lenient)", LENIENT),
    (
        "request/method/CONNECT request with CAPS",
        "a host is the same in lower case (RFC 3986 §3.2.2), so it is read as that",
    ),
    (
        "request/method/CONNECT with body",
        "RFC 9112 §6.3 makes no exception for CONNECT: its content is read before the tunnel",
    ),
    (
        "request/method/M-SEARCH request",
        "`*` goes with OPTIONS alone (RFC 9112 §3.2.4); M-SEARCH is SSDP's",
    ),
    ("request/method/SOURCE request with ICE", OTHER_PROTOCOL),
    ("request/method/OPTIONS request with RTSP", OTHER_PROTOCOL),
    ("request/method/ANNOUNCE request with RTSP", OTHER_PROTOCOL),
    (
        "request/method/PRI request HTTP2",
        "the preface of HTTP/2 is the server's to tell apart, before this crate sees it",
    ),
    ("request/sample/No HTTP version", "HTTP/0.9 is spoken by nobody any more (RFC 9112 §2.3)"),
    ("request/sample/Line folding in header value with CRLF", LENIENT),
    (
        "request/sample/Extended Characters",
        "the log shows an octet of another encoding; the octets are kept as they came",
    ),
    ("request/sample/X-SSL-Nonsense", LENIENT),
    (
        "request/transfer-encoding/POST with `Transfer-Encoding` and `Content-Length` (lenient)",
        LENIENT,
    ),
    (
        "request/transfer-encoding/POST with `chunked` before other transfer-coding (lenient)",
        LENIENT,
    ),
    (
        "request/transfer-encoding/POST with `chunked` and duplicate transfer-encoding (lenient)",
        LENIENT,
    ),
    ("request/transfer-encoding/POST with `chunked` as last transfer-encoding", CODING),
    (
        "request/transfer-encoding/POST with `chunked` as last transfer-encoding \
         (multiple headers)",
        CODING,
    ),
    ("request/transfer-encoding/Chunk header not terminated by CRLF (lenient)", LENIENT),
    ("request/transfer-encoding/Chunk data not terminated by CRLF (lenient)", LENIENT),
    ("request/transfer-encoding/Space after chunk header (lenient)", LENIENT),
    ("request/uri/Host terminated by a query string", ABSENT_PATH),
    ("request/uri/`host:port` terminated by a query string", ABSENT_PATH),
    ("request/uri/`host:port` terminated by a space", ABSENT_PATH),
    ("request/uri/Fragment in URI", "a target has no fragment (RFC 9112 §3.2)"),
    (
        "request/uri/`host:port` and basic auth",
        "user information in a target is an error (RFC 9110 §4.2.4)",
    ),
    ("response/connection/HTTP/1.1 with keep-alive disabled and 204 status", LAST),
    ("response/connection/HTTP/1.1 with keep-alive disabled, content-length", LAST),
    ("response/connection/HTTP 101 response with Upgrade and Content-Length header", UNASKED),
    ("response/connection/HTTP 101 response with Upgrade and Transfer-Encoding header", UNASKED),
    ("response/connection/HTTP 304 with Content-Length", EMPTY_LINE),
    ("response/connection/HTTP 100 first, then 400", EMPTY_LINE),
    ("response/invalid/Bare CR after response line (lenient)", LENIENT),
    ("response/invalid/Only LFs present and no body (lenient)", LENIENT),
    ("response/invalid/Only LFs present (lenient)", LENIENT),
    ("response/lenient-version/Invalid HTTP version (lenient)", LENIENT),
    ("response/pipelining/Should parse multiple events", EMPTY_LINE),
    ("response/sample/RTSP response", OTHER_PROTOCOL),
    ("response/sample/ICE response", OTHER_PROTOCOL),
    ("response/sample/No carriage ret (lenient)", LENIENT),
    ("response/sample/HTTP version 0.9", "the major version is not 1 (RFC 9110 §2.5)"),
    ("response/sample/Response starting with CRLF", EMPTY_LINE),
    (
        "response/transfer-encoding/multiple transfer-encoding where chunked is not the last one",
        "`identity` is no coding any more (RFC 9112 §7)",
    ),
    (
        "response/transfer-encoding/Invalid OBS fold after chunked value",
        "unfolded, it is a coding with a space in its name: nobody knows where the content ends",
    ),
];

/// Cases of http-desync-guardian, by file and name.
pub(crate) const DESYNC: &[(&str, &str)] = &[
    ("acceptable/Get with a body and Content-Length:0", CONTENT),
    ("acceptable/Get with a body and Content-Length:0 #2", CONTENT),
    ("acceptable/Unknown but OK HTTP/1.2", "a higher minor version is read as 1.1 (RFC 9110 §2.5)"),
    ("ambiguous/Transfer_Encoding with underscore.", OTHER_NAME),
    ("ambiguous/Content_Length with underscore.", OTHER_NAME),
    ("ambiguous/Get with a body and Content-Length", CONTENT),
    ("ambiguous/Get with a body and Transfer-Encoding", CONTENT),
    ("ambiguous/Head with a body and Content-Length", CONTENT),
    ("ambiguous/Head with a body and Transfer-Encoding", CONTENT),
    ("ambiguous/Transfer-Encoding with multiple hyphens", OTHER_NAME),
    ("ambiguous/Transfer-Encoding with multiple delimiters", OTHER_NAME),
    ("more-compliant-tests/Correct TE OK", CODING),
    (
        "more-compliant-tests/Transfer-Encoding: identity and chunked OK",
        "`identity` is no coding any more (RFC 9112 §7), and the others we cannot undo",
    ),
    (
        "more-compliant-tests/Multiple transfer encoding headers in a single request OK",
        "`identity` is no coding any more (RFC 9112 §7), and the others we cannot undo",
    ),
    (
        "more-compliant-tests/TE with custom parameters OK",
        "parameters of codings are gone since RFC 9112 §7; chunked never had any",
    ),
    ("real-life-test-cases/Has a CL in GET", CONTENT),
    ("real-life-test-cases/Has a TE in GET", CONTENT),
    (
        "rfc-compliant/Different Transfer-Encoding headers",
        "`identity` is no coding any more (RFC 9112 §7), and the others we cannot undo",
    ),
    (
        "rfc-compliant/Different Transfer-Encoding headers combined",
        "`identity` is no coding any more (RFC 9112 §7), and the others we cannot undo",
    ),
    (
        "rfc-compliant/Transfer-Encoding with a param: chunked;custom_param",
        "parameters of codings are gone since RFC 9112 §7; chunked never had any",
    ),
    ("rfc-compliant/Compliant URL", "`#` and `\"` are not characters of a URI (RFC 3986 §2)"),
    ("rfc-compliant/Empty URI", "a request target is never empty (RFC 9112 §3.2)"),
];
