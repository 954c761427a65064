//! The table of `bench`: h2load's and wrk's names for how much, curl's for what.

use crate::{
    args::{Command, Flag, Section, switch, valued},
    session::{flags, tls},
};

/// The subcommand's table.
pub(crate) const COMMAND: Command = Command {
    name: "bench",
    operands: "URL",
    count: (1, 1),
    summary: "Asks the same again and again, over many connections, and tells how fast the answers come.",
    sections: &[
        Section { heading: "Load", flags: LOAD },
        Section { heading: "Request", flags: REQUEST },
        Section { heading: "Way", flags: WAY },
        Section { heading: "TLS", flags: tls::FLAGS },
        Section { heading: "Telling", flags: TELLING },
    ],
    notes: "Each connection asks the next when one is answered, so a slow server is asked less. \
            Redirects are answers as any other. Ctrl-C ends it and prints what there is.\n\
            Exit codes: 0 there was an answer with a status under 400; 1 there was none; 6 name, \
            7 connect, 28 time, 35 TLS, as curl has them.\n\
            Try: wirebook bench -n 20000 -c 10 -m 32 --http2-prior-knowledge \
            http://127.0.0.1:8080/\n",
};

const LOAD: &[Flag] = &[
    valued(Some('n'), "requests", "N", "how many in all; 1000, unless -d says how long"),
    valued(Some('d'), "duration", "SECONDS", "how long; with -n, whichever comes first"),
    valued(Some('c'), "connections", "N", "connections at the same time; 1"),
    valued(
        Some('m'),
        "max-concurrent-streams",
        "N",
        "requests on their way on each connection: streams of HTTP/2, a pipeline in HTTP/1.1; 1",
    ),
    valued(Some('t'), "threads", "N", "threads that ask; 1"),
];

const REQUEST: &[Flag] = &[
    valued(Some('X'), "request", "METHOD", "this method instead of GET, or of POST with --data"),
    flags::HEADER,
    flags::USER_AGENT,
    valued(None, "data", "DATA", "send DATA with each, by POST; @FILE sends a file as it is"),
];

const WAY: &[Flag] = &[
    switch(None, "http1.1", "speak HTTP/1.1, and offer nothing newer"),
    switch(None, "http2", "speak HTTP/2 where an https server can, which is the default"),
    switch(None, "http2-prior-knowledge", "speak HTTP/2 without asking, with http too"),
    switch(None, "http3", "speak HTTP/3, by UDP, and nothing else"),
    switch(None, "http3-only", "the same: a load has one way"),
    flags::IPV4,
    flags::IPV6,
    flags::RESOLVE,
    valued(
        None,
        "connect-timeout",
        "SECONDS",
        "how long connecting may take, or an answer without a sign of it; 10",
    ),
];

const TELLING: &[Flag] = &[
    valued(None, "format", "text|json", "how to tell; json is one object"),
    switch(Some('s'), "silent", "do not show how far it is"),
];
