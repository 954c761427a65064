//! URIs as people write them: hosts in Hangul, paths in UTF-8.
//!
//! RFC 3987 §3.1, RFC 5890, RFC 3492
//!
//! ```text
//! http://한국.kr/길?말=글        what a person writes
//!        |       |  |
//!        |       +--+-- each octet of the UTF-8 that is not ASCII: %XX
//!        +------------- each label that is not ASCII: lower case, Hangul composed, "xn--" Punycode
//! ```
//!
//! This is not the whole of UTS 46: there is no table of characters that are mapped or forbidden.
//! Lower-casing, the composition of Hangul (names copied from a Mac come in separate letters) and
//! the wide full stop are done; invisible and control characters are refused.
//!
//! ASCII that people type and browsers encode behind the host (`"<>[\]^{|}` and the backtick) is
//! encoded. Spaces and control characters are refused: they are mistakes, and guessing what was
//! meant is how two programs come to disagree.
//!
//! Invariant: text that is a URI stays that URI.

use super::{Host, InvalidUri, Uri, check_scheme, percent, punycode};

impl Uri {
    /// An absolute URI as a person writes it.
    ///
    /// # Errors
    /// [`InvalidUri`]; offsets count octets of `text`.
    pub fn from_text(text: &str) -> Result<Self, InvalidUri> {
        let ascii = Ascii::from_text(text)?;
        Self::parse(&ascii.text).map_err(|error| ascii.place(error))
    }

    /// As [`resolve`](Self::resolve), for a reference as a person or a careless server writes it: a
    /// Location may hold UTF-8 (RFC 9110 §10.2.2 does not allow it; browsers take it).
    ///
    /// # Errors
    /// [`InvalidUri`]; offsets count octets of `reference`.
    pub fn resolve_text(&self, reference: &str) -> Result<Self, InvalidUri> {
        let ascii = Ascii::from_text(reference)?;
        self.resolve(&ascii.text).map_err(|error| ascii.place(error))
    }

    /// As a person reads it: labels decoded, and sequences of UTF-8 that are letters shown as such.
    /// For display alone; [`from_text`](Self::from_text) leads back.
    pub fn to_text(&self) -> String {
        let host = self.host().map(Host::to_text).unwrap_or_default();
        let authority = self.authority().map(|authority| {
            let user = authority.userinfo().map(|user| format!("{user}@")).unwrap_or_default();
            let port = authority.port().map(|port| format!(":{port}")).unwrap_or_default();
            format!("//{user}{host}{port}")
        });
        let query = self.query().map(|query| format!("?{}", readable(query)));
        let fragment = self.fragment().map(|fragment| format!("#{}", readable(fragment)));
        [
            Some(format!("{}:", self.scheme())),
            authority,
            Some(readable(self.path())),
            query,
            fragment,
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

impl Host {
    /// As a person reads it: each `xn--` label decoded, where it is a proper one.
    pub fn to_text(&self) -> String {
        let name = match self {
            // What would not lead back is shown as it is, here and below.
            Self::Name(name) if !is_too_long(name) => name,
            _ => return self.to_string(),
        };
        let label = |label: &str| {
            let decoded = label.strip_prefix("xn--").and_then(punycode::decode);
            decoded
                .filter(|text| ascii_label(text, 0).is_ok_and(|back| back == label))
                .unwrap_or_else(|| label.to_owned())
        };
        name.split('.').map(label).collect::<Vec<_>>().join(".")
    }
}

/// Whether the name system has no room for `name`: 255 octets on the wire are 253 characters and
/// perhaps a dot at the end (RFC 1035 §2.3.4).
fn is_too_long(name: &str) -> bool {
    name.trim_end_matches('.').len() > 253
}

/// Text made ASCII, and where each of its octets comes from.
#[derive(Default)]
struct Ascii {
    text: String,
    from: Vec<usize>,
}

impl Ascii {
    fn from_text(text: &str) -> Result<Self, InvalidUri> {
        let mut ascii = Self::default();
        // The authority stands behind the first `//` that is not part of a path, query or fragment.
        let slashes = text.find("//").filter(|at| {
            let before = text.get(..*at).unwrap_or_default();
            before.is_empty()
                || before.strip_suffix(':').is_some_and(|scheme| check_scheme(scheme).is_ok())
        });
        let Some(start) = slashes.map(|at| at + 2) else {
            ascii.encode(text, 0, true);
            return Ok(ascii);
        };
        let (before, rest) = text.split_at_checked(start).unwrap_or((text, ""));
        let end = start + rest.find(['/', '?', '#']).unwrap_or(rest.len());
        let authority = text.get(start..end).unwrap_or_default();
        let host = start + authority.rfind('@').map_or(0, |at| at + 1);
        let name_and_port = text.get(host..end).unwrap_or_default();
        let port = host + name_and_port.rfind(':').unwrap_or(name_and_port.len());
        let part = |from: usize, to: usize| text.get(from..to).unwrap_or_default();
        ascii.encode(before, 0, false);
        ascii.encode(part(start, host), start, false);
        ascii.name(part(host, port), host)?;
        ascii.keep(part(port, end), port);
        ascii.encode(part(end, text.len()), end, true);
        Ok(ascii)
    }

    /// Appends `text` as it is.
    fn keep(&mut self, text: &str, from: usize) {
        self.text.push_str(text);
        self.from.extend(from..from + text.len());
    }

    /// Appends a host's name as the name system knows it.
    fn name(&mut self, name: &str, from: usize) -> Result<(), InvalidUri> {
        const STOPS: [char; 4] = ['.', '\u{3002}', '\u{ff0e}', '\u{ff61}'];
        if name.is_ascii() {
            self.keep(name, from);
            return Ok(());
        }
        let (start, mut at) = (self.text.len(), from);
        // Full stops as East Asian keyboards write them part labels too (RFC 3490 §3.1).
        for label in name.split_inclusive(STOPS) {
            let bare = label.trim_end_matches(STOPS);
            if bare.is_ascii() {
                self.keep(bare, at);
            } else {
                let encoded = ascii_label(bare, at)?;
                self.text.push_str(&encoded);
                self.from.extend(std::iter::repeat_n(at, encoded.len()));
            }
            if bare.len() < label.len() {
                self.text.push('.');
                self.from.push(at + bare.len());
            }
            at += label.len();
        }
        if self.text.get(start..).is_some_and(is_too_long) {
            return Err(InvalidUri::Label { offset: from });
        }
        Ok(())
    }

    /// Appends `text`, every character encoded that has no place in a URI but is no mistake either.
    /// Behind the host that goes for some ASCII too; before it `\` and its like are refused, since
    /// programs differ over which host they leave.
    fn encode(&mut self, text: &str, from: usize, behind_host: bool) {
        for (at, character) in text.char_indices() {
            let typed = behind_host
                && matches!(
                    character,
                    '"' | '<' | '>' | '[' | '\\' | ']' | '^' | '`' | '{' | '|' | '}'
                );
            if typed || !character.is_ascii() && !character.is_control() {
                for octet in character.encode_utf8(&mut [0; 4]).bytes() {
                    percent::push(&mut self.text, octet);
                    self.from.extend([from + at; 3]);
                }
            } else {
                self.text.push(character);
                self.from.extend(std::iter::repeat_n(from + at, character.len_utf8()));
            }
        }
    }

    /// `error` with its offset in the text that was given.
    fn place(&self, error: InvalidUri) -> InvalidUri {
        let end = self.from.last().map_or(0, |last| last + 1);
        error.at(self.from.get(error.offset()).copied().unwrap_or(end))
    }
}

/// One label; `offset` is where it stands, for the error.
fn ascii_label(label: &str, offset: usize) -> Result<String, InvalidUri> {
    if label.is_ascii() {
        return Ok(label.to_owned());
    }
    if let Some((at, _)) = label.char_indices().find(|(_, character)| !may_name(*character)) {
        return Err(InvalidUri::Label { offset: offset + at });
    }
    let lower: String = label.chars().flat_map(char::to_lowercase).collect();
    if lower.is_ascii() {
        // The Kelvin sign is a `k`; Punycode of ASCII would name another host.
        return Ok(lower);
    }
    let encoded = punycode::encode(&compose_hangul(&lower));
    encoded
        .map(|encoded| format!("xn--{encoded}"))
        .filter(|encoded| encoded.len() <= punycode::LABEL_MAX)
        .ok_or(InvalidUri::Label { offset })
}

/// Whether a character may stand in a label that is not ASCII: no control, space, full stop or
/// invisible mark, and of ASCII only letters, digits and `-`.
fn may_name(character: char) -> bool {
    if character.is_ascii() {
        return character.is_ascii_alphanumeric() || character == '-';
    }
    let invisible = matches!(character,
        '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{fff0}'..='\u{ffff}' | '\u{e0000}'..);
    // Fillers of Hangul are letters by name and nothing to the eye.
    let filler = matches!(character, '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}');
    let stop = matches!(character, '\u{3002}' | '\u{ff0e}' | '\u{ff61}');
    !invisible && !filler && !stop && !character.is_control() && !character.is_whitespace()
}

/// Letters of Hangul joined to syllables by the arithmetic of the Unicode Standard, §3.12: the only
/// part of normalisation that needs no table.
fn compose_hangul(text: &str) -> String {
    const S: u32 = 0xac00;
    const VOWELS: u32 = 21;
    const TAILS: u32 = 28;
    let mut out: Vec<char> = Vec::with_capacity(text.len());
    for character in text.chars() {
        let joined = out.last().and_then(|last| {
            let (last, next) = (u32::from(*last), u32::from(character));
            let code = match (last, next) {
                (0x1100..=0x1112, 0x1161..=0x1175) => {
                    S + ((last - 0x1100) * VOWELS + (next - 0x1161)) * TAILS
                }
                (S..=0xd7a3, 0x11a8..=0x11c2) if (last - S).is_multiple_of(TAILS) => {
                    last + (next - 0x11a7)
                }
                _ => return None,
            };
            char::from_u32(code)
        });
        match (joined, out.last_mut()) {
            (Some(joined), Some(last)) => *last = joined,
            _ => out.push(character),
        }
    }
    out.into_iter().collect()
}

/// Triplets that together are letters outside ASCII, shown as letters; all else as it is.
fn readable(text: &str) -> String {
    let Ok(octets) = percent::decode(text.as_bytes()) else { return text.to_owned() };
    let Ok(plain) = std::str::from_utf8(&octets) else { return text.to_owned() };
    let show = |character: char| !character.is_ascii() && character.is_alphanumeric();
    let shown: String = plain
        .chars()
        .map(|character| match character {
            letter if show(letter) => letter.to_string(),
            // `%2F` and its like must stay apart from `/`: the reader counts on it.
            other => percent::encode(other.encode_utf8(&mut [0; 4]).as_bytes(), percent::is_query),
        })
        .collect();
    // Where an ASCII octet was encoded without need, the plain text would lead elsewhere.
    if percent::encode_more(&shown, percent::is_query) == text { shown } else { text.to_owned() }
}
