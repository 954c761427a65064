//! Where else an origin is served: Alt-Svc, heard, remembered and written down.
//!
//! RFC 7838 §2, §3; RFC 9114 §3.1.1
//!
//! ```text
//! Alt-Svc: h3=":443"; ma=86400, h3-29=":443"          and: Alt-Svc: clear
//!          │    │        └ seconds that it holds
//!          │    └ another port, perhaps another host; whose certificate must still be the origin's
//!          └ what is spoken there, as ALPN names it
//!
//! a file's line, as curl has it:
//! h2 example.com 443 h3 example.com 443 "20271123 15:04:05" 0 0
//! ```
//!
//! A place that did not answer is marked: it is still looked at, but nobody waits for it. In a file
//! the mark is a comment, which curl passes over.
//!
//! Invariant: at most [`MOST`] origins are remembered, each with one place; only what came over a
//! connection that was believed is learnt.
//!
//! Users: `driver::alternatives`, `get --alt-svc`.

use http::{
    date::Civil,
    header::list::{self, quoted_string},
};
use std::{collections::BTreeMap, fmt::Write as _};
use wire::UnixTime;

/// Origins that are remembered.
pub const MOST: usize = 1000;

/// How long a place holds where nothing else is said, in seconds: a day (RFC 7838 §3.1).
const DAY: i64 = 24 * 3600;

/// What is looked for.
const H3: &[u8] = b"h3";

/// Another place of an origin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alternative {
    /// The host, which need not be the origin's.
    pub host: String,
    /// The port.
    pub port: u16,
    /// Until when it holds.
    pub until: UnixTime,
    /// Whether it still holds in another network.
    pub persist: bool,
    /// Whether it did not answer when it was last tried.
    pub broken: bool,
}

/// What one Alt-Svc field says of HTTP/3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Said {
    /// Everything that was said before is to be forgotten.
    Clear,
    /// It is here.
    Here(Alternative),
    /// Nothing that is understood.
    Nothing,
}

// ANCHOR: parse
/// Reads a field's value; `host` is the origin's.
pub fn parse(value: &[u8], host: &str, now: UnixTime) -> Said {
    if value.trim_ascii() == b"clear" {
        return Said::Clear;
    }
    list::elements(value)
        .find_map(|element| read(element, host, now))
        .map_or(Said::Nothing, Said::Here)
}

fn read(element: &[u8], host: &str, now: UnixTime) -> Option<Alternative> {
    let rest = element.strip_prefix(H3)?.strip_prefix(b"=")?;
    let (authority, rest) = quoted_string(rest)?;
    let authority = std::str::from_utf8(&authority).ok()?;
    let (named, port) = authority.rsplit_once(':')?;
    let port: u16 = port.parse().ok().filter(|port| *port > 0)?;
    let named = named.strip_prefix('[').and_then(|name| name.strip_suffix(']')).unwrap_or(named);
    let host = if named.is_empty() { host } else { named };
    let (mut age, mut persist) = (DAY, false);
    for parameter in rest.split(|octet| *octet == b';') {
        let parameter = parameter.trim_ascii();
        if let Some(seconds) = parameter.strip_prefix(b"ma=") {
            age = std::str::from_utf8(seconds).ok()?.trim_matches('"').parse().ok()?;
        }
        persist |= parameter == b"persist=1";
    }
    let until = now.plus_seconds(age);
    let host = host.to_ascii_lowercase();
    Some(Alternative { host, port, until, persist, broken: false })
}
// ANCHOR_END: parse

/// What is remembered of all origins.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Alternatives {
    known: BTreeMap<(String, u16), Alternative>,
}

impl Alternatives {
    /// An answer of `host` has come with this Alt-Svc field. Answers whether a place is new.
    pub fn learn(&mut self, host: &str, port: u16, value: &[u8], now: UnixTime) -> bool {
        let origin = (host.to_ascii_lowercase(), port);
        match parse(value, &origin.0, now) {
            Said::Nothing => false,
            Said::Clear => {
                self.known.remove(&origin);
                false
            }
            Said::Here(found) if found.until <= now => {
                self.known.remove(&origin);
                false
            }
            Said::Here(mut found) => {
                let before = self.known.get(&origin);
                let same = before
                    .is_some_and(|before| (&before.host, before.port) == (&found.host, found.port));
                found.broken = same && before.is_some_and(|before| before.broken);
                if before.is_none() && self.known.len() >= MOST {
                    // The one that would be forgotten first.
                    let oldest = self.known.iter().min_by_key(|(_, known)| known.until);
                    if let Some(oldest) = oldest.map(|(origin, _)| origin.clone()) {
                        self.known.remove(&oldest);
                    }
                }
                self.known.insert(origin, found);
                !same
            }
        }
    }

    /// Where else this origin is, if that is known and still holds.
    pub fn get(&mut self, host: &str, port: u16, now: UnixTime) -> Option<Alternative> {
        let origin = (host.to_ascii_lowercase(), port);
        if self.known.get(&origin)?.until <= now {
            self.known.remove(&origin);
        }
        self.known.get(&origin).cloned()
    }

    /// An origin's other place was tried: it answered in time, or not.
    pub fn tried(&mut self, host: &str, port: u16, answered: bool) {
        if let Some(known) = self.known.get_mut(&(host.to_ascii_lowercase(), port)) {
            known.broken = !answered;
        }
    }

    /// The network is another one: what was not meant to last is forgotten (RFC 7838 §2.2), and
    /// what did not answer there may answer here.
    pub fn move_network(&mut self) {
        self.known.retain(|_, known| known.persist);
        self.known.values_mut().for_each(|known| known.broken = false);
    }

    /// Reads a file; lines that are none, or are of other protocols, are passed over.
    pub fn read(text: &str, now: UnixTime) -> Self {
        let mut read = Self::default();
        for line in text.lines() {
            if let Some(rest) = line.strip_prefix("# broken: ") {
                if let Some((host, port)) = rest.trim().rsplit_once(' ')
                    && let Ok(port) = port.parse()
                {
                    read.tried(host, port, false);
                }
            } else if let Some((origin, known)) = read_line(line, now)
                && read.known.len() < MOST
            {
                read.known.insert(origin, known);
            }
        }
        read
    }

    /// What a file is to hold.
    pub fn write(&self) -> String {
        let mut text = String::from(
            "# Where else origins are served (Alt-Svc, RFC 7838), in curl's format.\n",
        );
        for ((host, port), known) in &self.known {
            let Civil { year, month, day, hour, minute, second } = Civil::from_unix(known.until);
            // A `String` takes whatever is written.
            let _ = writeln!(
                text,
                "h2 {host} {port} h3 {} {} \"{year:04}{month:02}{day:02} \
                 {hour:02}:{minute:02}:{second:02}\" {} 0",
                known.host,
                known.port,
                u8::from(known.persist)
            );
            if known.broken {
                let _ = writeln!(text, "# broken: {host} {port}");
            }
        }
        text
    }
}

fn read_line(line: &str, now: UnixTime) -> Option<((String, u16), Alternative)> {
    let mut parts = line.split_ascii_whitespace();
    let mut next = || parts.next();
    let _spoken = next().filter(|spoken| !spoken.starts_with('#'))?;
    let (host, port) = (next()?, next()?.parse().ok()?);
    let spoken = next()?;
    let (other, other_port) = (next()?, next()?.parse().ok()?);
    let (date, time) = (next()?.strip_prefix('"')?, next()?.strip_suffix('"')?);
    let persist = next() == Some("1");
    let part = |text: &str, range: std::ops::Range<usize>| text.get(range)?.parse::<u32>().ok();
    let until = Civil {
        year: part(date, 0..4)?.into(),
        month: part(date, 4..6)?,
        day: part(date, 6..8)?,
        hour: part(time, 0..2)?,
        minute: part(time, 3..5)?,
        second: part(time, 6..8)?,
    };
    let until = until.checked()?.to_unix();
    let bare = |host: &str| host.trim_matches(['[', ']']).to_ascii_lowercase();
    let known = Alternative { host: bare(other), port: other_port, until, persist, broken: false };
    (spoken == "h3" && until > now).then(|| ((bare(host), port), known))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that panics has failed")]

    use super::{Alternatives, MOST, Said, parse};
    use wire::UnixTime;

    const NOW: UnixTime = UnixTime(1_700_000_000);

    #[test]
    fn rfc7838_3_the_first_place_of_h3_is_taken() {
        let Said::Here(found) = parse(b"h2=\":8000\", h3=\"Alt.example:443\"; ma=60", "a", NOW)
        else {
            panic!("nothing was found")
        };
        assert_eq!((found.host.as_str(), found.port), ("alt.example", 443));
        assert_eq!(found.until, NOW.plus_seconds(60));
        let Said::Here(found) = parse(b"h3=\":443\"", "a.example", NOW) else { panic!() };
        assert_eq!((found.host.as_str(), found.until), ("a.example", NOW.plus_seconds(86_400)));
        let Said::Here(found) = parse(b"h3=\"[::1]:443\";persist=1", "a", NOW) else { panic!() };
        assert_eq!((found.host.as_str(), found.persist), ("::1", true));
        assert_eq!(parse(b" clear ", "a", NOW), Said::Clear);
        for wrong in
            ["h3=:443", "h3=\":\"", "h3=\":0\"", "h3=\":70000\"", "h3-29=\":443\"", "", "h3"]
        {
            assert_eq!(parse(wrong.as_bytes(), "a", NOW), Said::Nothing, "{wrong}");
        }
    }

    #[test]
    fn what_is_learnt_holds_for_its_time_and_is_forgotten_when_told() {
        let mut known = Alternatives::default();
        assert!(known.learn("A.example", 443, b"h3=\":443\"; ma=10", NOW));
        assert!(!known.learn("a.example", 443, b"h3=\":443\"; ma=20", NOW), "the same place");
        assert!(known.get("a.example", 443, NOW.plus_seconds(19)).is_some());
        assert!(known.get("a.example", 444, NOW).is_none(), "another origin");
        assert!(known.get("a.example", 443, NOW.plus_seconds(20)).is_none());
        known.learn("a.example", 443, b"h3=\":443\"", NOW);
        known.learn("a.example", 443, b"clear", NOW);
        assert!(known.get("a.example", 443, NOW).is_none());
    }

    #[test]
    fn what_is_written_is_read_with_its_mark() {
        let mut known = Alternatives::default();
        known.learn("a.example", 443, b"h3=\":8443\"; persist=1", NOW);
        known.learn("::1", 443, b"h3=\"b.example:1\"", NOW);
        known.tried("a.example", 443, false);
        let text = known.write();
        assert_eq!(Alternatives::read(&text, NOW), known, "{text}");
        let curls = "h2 c.example 443 h3 c.example 443 \"20331123 15:04:05\" 0 0\nnonsense\n";
        let mut read = Alternatives::read(curls, NOW);
        assert_eq!(read.get("c.example", 443, NOW).unwrap().port, 443);
        assert_eq!(Alternatives::read(curls, UnixTime(2_100_000_000)), Alternatives::default());
    }

    #[test]
    fn no_more_origins_than_a_bound_are_remembered() {
        let mut known = Alternatives::default();
        for at in 0..MOST + 10 {
            known.learn(&format!("h{at}"), 443, b"h3=\":1\"", NOW.plus_seconds(at as i64));
        }
        assert_eq!(known.known.len(), MOST);
        assert!(known.get("h0", 443, NOW).is_none(), "the oldest went first");
    }
}
