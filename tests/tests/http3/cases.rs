//! What is tried, by name; the scripts of the peers know the same names.
//!
//! | case | what it wants |
//! |---|---|
//! | get, head, post | answers as the methods have them, small content both ways, 404 |
//! | upload, download | 10 MiB, held against its hash |
//! | parallel | a hundred requests at once on one connection |
//! | trailers, informational | both ways; 103 before the answer |
//! | early | a GET in 0-RTT is answered, a POST gets 425 and is well later |
//! | push | three promises, whose answers are what a GET would get |
//! | websocket | messages, a fragmented one, 120,000 octets, a ping, the goodbye |
//! | migration | another port in mid-transfer, which the server sees and follows |
//! | goaway | a server that stops finishes what is under way |

/// In the order of the table.
pub(crate) const CASES: [&str; 13] = [
    "get",
    "head",
    "post",
    "upload",
    "download",
    "parallel",
    "trailers",
    "informational",
    "early",
    "push",
    "websocket",
    "migration",
    "goaway",
];
