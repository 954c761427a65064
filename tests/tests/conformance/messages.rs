//! What RFC 9113 §8 asks of a server, and RFC 7541 of a decoder.

use crate::case::{Case, case};
use crate::raw::{BOTH, END_HEADERS, Peer, kind};
use crate::want::{
    COMPRESSION, PROTOCOL,
    Want::{Answer, Connection, Stream},
};

const MALFORMED: crate::want::Want = Stream(&[PROTOCOL]);
const BAD: crate::want::Want = Connection(&[COMPRESSION]);

const METHOD: (&str, &str) = (":method", "GET");
const SCHEME: (&str, &str) = (":scheme", "http");
const PATH: (&str, &str) = (":path", "/");
const AUTHORITY: (&str, &str) = (":authority", "localhost");

/// §8.
pub(crate) const RULES: &[Case] = &[
    case(
        "8.1",
        "a second HEADERS that does not end the stream",
        |p| {
            p.post(1, &[]);
            p.data(1, false, b"test");
            p.headers(1, END_HEADERS, &[("x-test", "ok")]);
        },
        MALFORMED,
    ),
    case("8.2.1", "a name with capitals", |p| asks(p, &[("X-TEST", "ok")]), MALFORMED),
    case("8.2.1", "a name with a space", |p| asks(p, &[("x test", "ok")]), MALFORMED),
    case("8.2.1", "a name with a colon", |p| asks(p, &[("x:test", "ok")]), MALFORMED),
    case("8.2.1", "a value with a line's end", |p| asks(p, &[("x-test", "o\nk")]), MALFORMED),
    case("8.2.1", "a value that ends in a space", |p| asks(p, &[("x-test", "ok ")]), MALFORMED),
    case("8.2.2", "Connection", |p| asks(p, &[("connection", "keep-alive")]), MALFORMED),
    case("8.2.2", "Transfer-Encoding", |p| asks(p, &[("transfer-encoding", "chunked")]), MALFORMED),
    case(
        "8.2.2",
        "TE with more than trailers",
        |p| asks(p, &[("te", "trailers, deflate")]),
        MALFORMED,
    ),
    case("8.2.2", "TE with trailers", |p| asks(p, &[("te", "trailers")]), Answer),
    case("8.3", "a pseudo-field that nobody knows", |p| asks(p, &[(":test", "ok")]), MALFORMED),
    case("8.3", "a response's pseudo-field", |p| asks(p, &[(":status", "200")]), MALFORMED),
    case(
        "8.3",
        "a pseudo-field in trailers",
        |p| {
            p.post(1, &[]);
            p.data(1, false, b"test");
            p.headers(1, BOTH, &[(":method", "200")]);
        },
        MALFORMED,
    ),
    case(
        "8.3",
        "a pseudo-field behind a field",
        |p| p.headers(1, BOTH, &[METHOD, SCHEME, AUTHORITY, ("x-test", "ok"), PATH]),
        MALFORMED,
    ),
    case(
        "8.3.1",
        "an empty :path",
        |p| p.headers(1, BOTH, &[METHOD, SCHEME, (":path", ""), AUTHORITY]),
        MALFORMED,
    ),
    case("8.3.1", "no :method", |p| p.headers(1, BOTH, &[SCHEME, PATH, AUTHORITY]), MALFORMED),
    case("8.3.1", "no :scheme", |p| p.headers(1, BOTH, &[METHOD, PATH, AUTHORITY]), MALFORMED),
    case("8.3.1", "no :path", |p| p.headers(1, BOTH, &[METHOD, SCHEME, AUTHORITY]), MALFORMED),
    case("8.3.1", ":method twice", |p| twice(p, METHOD), MALFORMED),
    case("8.3.1", ":scheme twice", |p| twice(p, SCHEME), MALFORMED),
    case("8.3.1", ":path twice", |p| twice(p, PATH), MALFORMED),
    case("8.3.1", ":authority twice", |p| twice(p, AUTHORITY), MALFORMED),
    case(
        "8.1.1",
        "Content-Length and one DATA frame differ",
        |p| {
            p.post(1, &[("content-length", "1")]);
            p.data(1, true, b"test");
        },
        MALFORMED,
    ),
    case(
        "8.1.1",
        "Content-Length and two DATA frames differ",
        |p| {
            p.post(1, &[("content-length", "1")]);
            p.data(1, false, b"test");
            p.data(1, true, b"test");
        },
        MALFORMED,
    ),
    case(
        "8.1.1",
        "Content-Length is more than there is",
        |p| {
            p.post(1, &[("content-length", "9")]);
            p.data(1, true, b"test");
        },
        MALFORMED,
    ),
    case(
        "8.1.1",
        "Content-Length without content",
        |p| {
            let block = p.request("POST", &[("content-length", "9")]);
            p.frame(kind::HEADERS, BOTH, 1, &block);
        },
        MALFORMED,
    ),
    case(
        "8.4",
        "PUSH_PROMISE from a client",
        |p| {
            let block = [&2_u32.to_be_bytes()[..], &p.request("GET", &[])].concat();
            p.frame(kind::PUSH_PROMISE, END_HEADERS, 1, &block);
        },
        Connection(&[PROTOCOL]),
    ),
];

/// RFC 7541: representations that must be taken, and such as are none.
pub(crate) const FIELDS: &[Case] = &[
    case("hpack 2.3.3", "an index behind both tables", |p| ends(p, &[0xc6]), BAD),
    case("hpack 2.3.3", "a name's index behind both tables", |p| ends(p, b"\x7f\x0f\x01x"), BAD),
    case("hpack 4.2", "a size update at a block's end", |p| ends(p, &[0x21]), BAD),
    case(
        "hpack 5.2",
        "padding of more than 7 bits",
        |p| ends(p, b"\0\x85\xf2\xb2\x4a\x84\xff\x84\x49\x50\x9f\xff"),
        BAD,
    ),
    case(
        "hpack 5.2",
        "padding of zeros",
        |p| ends(p, b"\0\x85\xf2\xb2\x4a\x84\xff\x83\x49\x50\x90"),
        BAD,
    ),
    case(
        "hpack 5.2",
        "EOS in a string",
        |p| ends(p, b"\0\x85\xf2\xb2\x4a\x84\xff\x87\x49\x51\xff\xff\xff\xfa\x7f"),
        BAD,
    ),
    case("hpack 6.1", "index 0", |p| ends(p, &[0x80]), BAD),
    case("hpack 6.3", "a size update beyond the setting", |p| begins(p, &[0x3f, 0xe1, 0x7f]), BAD),
    case("hpack 5.1", "an integer without end", |p| ends(p, &[0xff; 12]), BAD),
    case("hpack 6.1", "a field of the static table", |p| ends(p, &[0x90]), Answer),
    case("hpack 6.1", "a field of the dynamic table", |p| ends(p, b"\x40\x01a\x01b\xbe"), Answer),
    case("hpack 6.2.1", "indexed, a known name", |p| ends(p, b"\x7a\x04test"), Answer),
    case(
        "hpack 6.2.1",
        "indexed, a known name, by Huffman",
        |p| ends(p, b"\x7a\x83\x49\x50\x9f"),
        Answer,
    ),
    case("hpack 6.2.1", "indexed, a new name", |p| ends(p, b"\x40\x06x-test\x04test"), Answer),
    case(
        "hpack 6.2.1",
        "indexed, a new name, by Huffman",
        |p| ends(p, b"\x40\x85\xf2\xb2\x4a\x84\xff\x83\x49\x50\x9f"),
        Answer,
    ),
    case("hpack 6.2.2", "not indexed, a known name", |p| ends(p, b"\x0f\x2b\x04test"), Answer),
    case("hpack 6.2.2", "not indexed, a new name", |p| ends(p, b"\0\x06x-test\x04test"), Answer),
    case(
        "hpack 6.2.2",
        "not indexed, by Huffman",
        |p| ends(p, b"\0\x85\xf2\xb2\x4a\x84\xff\x83\x49\x50\x9f"),
        Answer,
    ),
    case("hpack 6.2.3", "never indexed, a known name", |p| ends(p, b"\x1f\x2b\x04test"), Answer),
    case(
        "hpack 6.2.3",
        "never indexed, a new name",
        |p| ends(p, b"\x10\x06x-test\x04test"),
        Answer,
    ),
    case(
        "hpack 6.2.3",
        "never indexed, by Huffman",
        |p| ends(p, b"\x10\x85\xf2\xb2\x4a\x84\xff\x83\x49\x50\x9f"),
        Answer,
    ),
    case("hpack 6.3", "a size update", |p| begins(p, &[0x20]), Answer),
    case("hpack 4.2", "two size updates", |p| begins(p, &[0x20, 0x3f, 0xe1, 0x1f]), Answer),
];

/// A request with more fields.
fn asks(peer: &mut Peer, more: &[(&str, &str)]) {
    let block = peer.request("GET", more);
    peer.frame(kind::HEADERS, BOTH, 1, &block);
}

/// A request that has one of its pseudo-fields twice.
fn twice(peer: &mut Peer, field: (&str, &str)) {
    peer.headers(1, BOTH, &[METHOD, SCHEME, PATH, AUTHORITY, field]);
}

/// A request by the static table alone: GET, http, `/`.
const BASIC: &[u8] = b"\x82\x86\x84\x01\x09localhost";

fn ends(peer: &mut Peer, octets: &[u8]) {
    peer.frame(kind::HEADERS, BOTH, 1, &[BASIC, octets].concat());
}

fn begins(peer: &mut Peer, octets: &[u8]) {
    peer.frame(kind::HEADERS, BOTH, 1, &[octets, BASIC].concat());
}
