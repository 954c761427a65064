//! The table of `ws`: what it shares with `get`, and what is its own.

use crate::{
    args::{Command, Flag, Section, switch, valued},
    session::{flags, tls},
};

/// The subcommand's table.
pub(crate) const COMMAND: Command = Command {
    name: "ws",
    operands: "URL",
    count: (1, 1),
    summary: "Opens a WebSocket: lines become text messages, and text that comes becomes lines.",
    sections: &[
        Section { heading: "Messages", flags: MESSAGES },
        Section { heading: "Handshake", flags: HANDSHAKE },
        Section { heading: "Way", flags: WAY },
        Section { heading: "TLS", flags: tls::FLAGS },
        Section { heading: "Telling", flags: TELLING },
    ],
    notes: "Without a scheme, ws is meant.\n\
            Standard output gets the text that comes, standard error everything else.\n\
            On a terminal, /help tells the commands; a text that begins with a slash is typed \
            with two.\n\
            In a pipe, each line is a message. When the input ends, a Close is sent, and what the \
            server sends until it answers that is still printed: `echo hi | wirebook ws URL` \
            prints the echo. Where answers take their time, use -1, --wait or -n.\n\
            Exit codes: 0 closed in good order, 22 the server would not switch, 56 the connection \
            broke or the server closed it with an error; others as in `get`.\n",
};

const MESSAGES: &[Flag] = &[
    switch(
        None,
        "binary",
        "binary messages instead of text: input is sent as it comes, and what comes is written \
         without line ends",
    ),
    valued(
        Some('o'),
        "output",
        "FILE",
        "write binary messages to FILE, one behind the other; - is standard output",
    ),
    switch(Some('1'), "one-message", "close behind the first message that comes"),
    valued(None, "wait", "SECONDS", "go on for so long when the input has ended; 0 unless you say"),
    switch(Some('n'), "no-close", "when the input has ended, go on until the server closes"),
    switch(None, "commands", "take /ping, /close and their like from a pipe as well"),
];

const HANDSHAKE: &[Flag] = &[
    valued(None, "protocol", "NAME", "ask for this subprotocol; may be given again"),
    valued(None, "origin", "ORIGIN", "send this Origin, as a browser would"),
    switch(None, "no-compression", "do not offer permessage-deflate"),
    flags::HEADER,
    flags::USER_AGENT,
    flags::USER,
    flags::BASIC,
    flags::DIGEST,
    flags::ANYAUTH,
    flags::BEARER,
    flags::COOKIE,
    flags::COOKIE_JAR,
    flags::LOCATION,
    flags::MAX_REDIRS,
];

const WAY: &[Flag] = &[
    switch(None, "http2", "on a stream of HTTP/2 (RFC 8441), where an https server speaks it"),
    switch(None, "http2-prior-knowledge", "the same without asking, with ws: too"),
    switch(None, "http3-only", "on a stream of HTTP/3 (RFC 9220), by UDP"),
    flags::IPV4,
    flags::IPV6,
    flags::RESOLVE,
    flags::UNIX_SOCKET,
    flags::PROXY,
    flags::NOPROXY,
    flags::CONNECT_TIMEOUT,
    valued(Some('m'), "max-time", "SECONDS", "how long it may take in all"),
    valued(
        None,
        "ping-interval",
        "SECONDS",
        "send a Ping after so much silence; 20 unless you say, 0 is never",
    ),
];

const TELLING: &[Flag] = &[
    switch(
        None,
        "frames",
        "show each frame, either way: when, what, its flags, mask, length and beginning",
    ),
    flags::VERBOSE,
    flags::TRACE,
    switch(Some('s'), "silent", "no notes, no error messages"),
    flags::SHOW_ERROR,
    valued(
        None,
        "format",
        "text|json",
        "how --frames, -v and --trace tell: json is one object per line",
    ),
];
