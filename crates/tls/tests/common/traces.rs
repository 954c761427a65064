//! RFC 8448 as data: its handshakes, step by step, every value with its name.
//!
//! ```text
//!   {server}                                      who
//!   derive secret "tls13 c hs traffic":           what
//!     PRK (32 octets):  1d c8 26 …                values
//!     hash (32 octets): 86 0c 06 …
//! ```

use std::fs;

/// One step of one end.
#[derive(Debug, Clone)]
pub(crate) struct Step {
    pub(crate) who: String,
    pub(crate) what: String,
    /// The values' names, without their lengths, and their octets.
    pub(crate) values: Vec<(String, Vec<u8>)>,
}

impl Step {
    fn is(&self, who: &str, what: &str) -> bool {
        self.who == who && self.what.starts_with(what)
    }

    pub(crate) fn value(&self, name: &str) -> &[u8] {
        let found = self.values.iter().find(|(known, _)| known == name);
        &found.unwrap_or_else(|| panic!("{}: no {name}", self.what)).1
    }
}

/// One of the RFC's handshakes.
#[derive(Debug)]
pub(crate) struct Trace(pub(crate) Vec<Step>);

impl Trace {
    /// The first step of `who` whose text begins with `what`.
    pub(crate) fn step(&self, who: &str, what: &str) -> &Step {
        let mut steps = self.0.iter().filter(|step| step.is(who, what));
        steps.next().unwrap_or_else(|| panic!("{who}: no {what}"))
    }

    pub(crate) fn steps<'a>(
        &'a self,
        who: &'a str,
        what: &'a str,
    ) -> impl Iterator<Item = &'a Step> {
        self.0.iter().filter(move |step| step.is(who, what))
    }

    /// A value of the first such step.
    pub(crate) fn value(&self, who: &str, what: &str, name: &str) -> &[u8] {
        self.step(who, what).value(name)
    }
}

/// The handshake of the section with that anchor; `None`, said aloud, where the RFC is not there.
pub(crate) fn trace(anchor: &str) -> Option<Trace> {
    let Some(path) = testkit::data("../rfc/rfc8448.xml") else {
        testkit::skip("no rfc8448.xml");
        return None;
    };
    let text = fs::read_to_string(path).unwrap();
    let start = text.find(&format!("anchor=\"{anchor}\"")).unwrap();
    let section = &text[start..start + text[start..].find("</section>").unwrap()];
    let mut steps: Vec<Step> = Vec::new();
    for part in section.split("<t hangText='").skip(1) {
        let (name, rest) = part.split_once("'>").unwrap();
        let body = rest.split('<').next().unwrap().trim();
        if let Some(who) = name.strip_prefix('{') {
            let who = who.trim_end_matches('}').to_owned();
            let what =
                body.split_whitespace().collect::<Vec<_>>().join(" ").replace("&quot;", "\"");
            steps.push(Step { who, what, values: Vec::new() });
        } else if let Some(step) = steps.last_mut() {
            let name = name.trim_end_matches(':').split(" (").next().unwrap().to_owned();
            step.values.push((name, octets(body)));
        }
    }
    Some(Trace(steps))
}

/// The octets that a text spells, or none where it is words.
fn octets(text: &str) -> Vec<u8> {
    let pairs: Option<Vec<u8>> =
        text.split_whitespace().map(|pair| u8::from_str_radix(pair, 16).ok()).collect();
    pairs.filter(|_| !text.is_empty() && text != "0").unwrap_or_default()
}
