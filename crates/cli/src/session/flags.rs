//! Flags of every command that asks a server, with curl's names: rows for their tables.

use crate::args::{Flag, switch, valued};

/// `-H`
pub(crate) const HEADER: Flag = valued(
    Some('H'),
    "header",
    "FIELD",
    "send this field, as `Name: value`; `Name:` leaves one out, `Name;` sends it empty, @FILE reads \
     lines",
);
/// `-A`
pub(crate) const USER_AGENT: Flag =
    valued(Some('A'), "user-agent", "TEXT", "send this User-Agent; an empty one sends none");
/// `-u`
pub(crate) const USER: Flag =
    valued(Some('u'), "user", "NAME:PASSWORD", "say who asks, by Basic unless you say otherwise");
/// `--basic`
pub(crate) const BASIC: Flag =
    switch(None, "basic", "for -u: send name and password as they are, with the first request");
/// `--digest`
pub(crate) const DIGEST: Flag =
    switch(None, "digest", "for -u: wait for a Digest challenge and answer it");
/// `--anyauth`
pub(crate) const ANYAUTH: Flag =
    switch(None, "anyauth", "for -u: wait for a challenge and answer its best offer");
/// `--oauth2-bearer`
pub(crate) const BEARER: Flag = valued(None, "oauth2-bearer", "TOKEN", "send this token");
/// `-b`
pub(crate) const COOKIE: Flag = valued(
    Some('b'),
    "cookie",
    "DATA|FILE",
    "send these cookies, as `a=1; b=2`, or those of a cookie file",
);
/// `-c`
pub(crate) const COOKIE_JAR: Flag =
    valued(Some('c'), "cookie-jar", "FILE", "write all cookies to FILE at the end");
/// `-L`
pub(crate) const LOCATION: Flag = switch(Some('L'), "location", "follow redirects");
/// `--max-redirs`
pub(crate) const MAX_REDIRS: Flag =
    valued(None, "max-redirs", "N", "follow at most N; 50 unless you say, -1 is without end");
/// `-4`
pub(crate) const IPV4: Flag = switch(Some('4'), "ipv4", "use IPv4 addresses alone");
/// `-6`
pub(crate) const IPV6: Flag = switch(Some('6'), "ipv6", "use IPv6 addresses alone");
/// `--resolve`
pub(crate) const RESOLVE: Flag =
    valued(None, "resolve", "HOST:PORT:ADDR", "use these addresses for HOST, separated by commas");
/// `--unix-socket`
pub(crate) const UNIX_SOCKET: Flag =
    valued(None, "unix-socket", "PATH", "connect to this Unix-domain socket");
/// `-x`
pub(crate) const PROXY: Flag =
    valued(Some('x'), "proxy", "URL", "go through this HTTP proxy; an empty one goes straight");
/// `--noproxy`
pub(crate) const NOPROXY: Flag =
    valued(None, "noproxy", "LIST", "hosts to reach without a proxy; * is all of them");
/// `--connect-timeout`
pub(crate) const CONNECT_TIMEOUT: Flag =
    valued(None, "connect-timeout", "SECONDS", "how long connecting may take");
/// `-v`
pub(crate) const VERBOSE: Flag = switch(
    Some('v'),
    "verbose",
    "tell what goes over the wire: -v the heads, -vv times, connections, pieces, frames and TLS's \
     messages as well, -vvv every octet and key",
);
/// `--trace`
pub(crate) const TRACE: Flag = switch(
    None,
    "trace",
    "tell the walk from `get` down to the socket, with the Python name beside each floor",
);
/// `-S`
pub(crate) const SHOW_ERROR: Flag =
    switch(Some('S'), "show-error", "error messages in spite of -s");
