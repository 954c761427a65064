//! The table of `get`: curl's names wherever curl has one, for that is what people's fingers know.

use crate::{
    args::{Command, Flag, Section, switch, valued},
    session::{flags, tls},
};

/// The subcommand's table.
pub(crate) const COMMAND: Command = Command {
    name: "get",
    operands: "URL…",
    count: (1, usize::MAX),
    summary: "Fetches URLs: the body to standard output or a file, everything else to standard error.",
    sections: &[
        Section { heading: "Request", flags: REQUEST },
        Section { heading: "Content", flags: CONTENT },
        Section { heading: "Answer", flags: ANSWER },
        Section { heading: "Way", flags: WAY },
        Section { heading: "TLS", flags: tls::FLAGS },
        Section { heading: "Telling", flags: TELLING },
    ],
    notes: "Without a scheme, http is meant. Hosts and paths may be Korean.\n\
            Exit codes are curl's: 3 URL, 6 name, 7 connect, 16 HTTP/2, 18 cut short, 22 with -f, \
            23 writing, 28 time, 35 TLS, 47 redirects, 52 no answer, 56 receiving, 58 own \
            certificate, 60 the server's, 61 coding, 77 CA file, 90 pinned key, 92 a stream of \
            HTTP/2.\n",
};

const REQUEST: &[Flag] = &[
    valued(
        Some('X'),
        "request",
        "METHOD",
        "this method instead of GET, or of what -d, -T, -I imply",
    ),
    switch(Some('I'), "head", "ask for the head alone, and print it"),
    flags::HEADER,
    flags::USER_AGENT,
    valued(Some('e'), "referer", "URL", "send this Referer"),
    switch(None, "compressed", "ask for compressed content, and decompress it"),
    valued(Some('r'), "range", "RANGE", "ask for these octets: 0-499, 500-, -500"),
    flags::USER,
    flags::BASIC,
    flags::DIGEST,
    flags::ANYAUTH,
    flags::BEARER,
    flags::COOKIE,
    flags::COOKIE_JAR,
];

const CONTENT: &[Flag] = &[
    valued(
        Some('d'),
        "data",
        "DATA",
        "send DATA as a form does, with POST; @FILE sends a file without its line ends, @- standard \
         input. More than one are joined by &",
    ),
    valued(None, "data-raw", "DATA", "as --data, and @ has no meaning"),
    valued(None, "data-binary", "DATA", "as --data, and files stay as they are"),
    valued(
        None,
        "data-urlencode",
        "DATA",
        "as --data, percent-encoded: TEXT, =TEXT, NAME=TEXT, @FILE, NAME@FILE",
    ),
    valued(None, "json", "DATA", "send DATA as JSON, and ask for JSON"),
    switch(Some('G'), "get", "send the data in the URL's query, with GET"),
    valued(
        Some('F'),
        "form",
        "NAME=VALUE",
        "send multipart/form-data; @FILE sends a file, <FILE its text; `;type=` and `;filename=` may \
         follow",
    ),
    valued(None, "form-string", "NAME=VALUE", "as --form, and @, < and ; have no meaning"),
    valued(Some('T'), "upload-file", "FILE", "send a file with PUT; - is standard input"),
];

const ANSWER: &[Flag] = &[
    valued(Some('o'), "output", "FILE", "write the body to FILE; the n-th belongs to the n-th URL"),
    switch(Some('O'), "remote-name", "write the body to a file named as the URL's last part"),
    switch(Some('i'), "include", "print the head before the body"),
    valued(Some('D'), "dump-header", "FILE", "write the head to FILE; - is standard output"),
    valued(
        Some('C'),
        "continue-at",
        "OFFSET",
        "go on with a download at OFFSET; - looks at the file",
    ),
    flags::LOCATION,
    flags::MAX_REDIRS,
    switch(Some('f'), "fail", "exit with 22 and print no body where the status is 400 or more"),
    switch(None, "fail-with-body", "as --fail, and print the body"),
    valued(
        Some('w'),
        "write-out",
        "FORMAT",
        "print FORMAT at the end, with %{http_code}, %{http_version}, %{time_total} and more; @FILE \
         reads it",
    ),
];

const WAY: &[Flag] = &[
    switch(Some('0'), "http1.0", "speak HTTP/1.0"),
    switch(None, "http1.1", "speak HTTP/1.1, and offer nothing newer"),
    switch(None, "http2", "speak HTTP/2 where an https server can, which is the default"),
    switch(None, "http2-prior-knowledge", "speak HTTP/2 without asking, with http too"),
    switch(None, "http3", "try HTTP/3 with an https server; after 200 ms HTTP/2 and 1.1, too"),
    switch(None, "http3-only", "speak HTTP/3 and nothing else"),
    valued(
        None,
        "alt-svc",
        "FILE",
        "go where servers say that they speak HTTP/3 (Alt-Svc), and remember it in FILE",
    ),
    flags::IPV4,
    flags::IPV6,
    flags::RESOLVE,
    flags::UNIX_SOCKET,
    flags::PROXY,
    switch(Some('p'), "proxytunnel", "ask the proxy for a tunnel"),
    flags::NOPROXY,
    flags::CONNECT_TIMEOUT,
    valued(Some('m'), "max-time", "SECONDS", "how long each transfer may take in all"),
    switch(Some('Z'), "parallel", "fetch all URLs at once, over one connection where it is HTTP/2"),
    valued(None, "parallel-max", "N", "at most N at once with -Z: 1 to 300, else 50"),
    valued(
        None,
        "retry",
        "N",
        "try again up to N times where the failure looks like one that passes",
    ),
    valued(None, "retry-delay", "SECONDS", "wait this long between tries, instead of 1, 2, 4, …"),
];

const TELLING: &[Flag] = &[
    flags::VERBOSE,
    flags::TRACE,
    switch(Some('s'), "silent", "no progress, no error messages"),
    flags::SHOW_ERROR,
    valued(
        None,
        "format",
        "text|json",
        "how to tell: json is one object per line on standard error, the last one about the whole \
         transfer",
    ),
];
