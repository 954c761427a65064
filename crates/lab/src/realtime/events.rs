//! What happens on the server: texts of a given size, at moments that look like chance.
//!
//! ```text
//!   {"event":17,"room":"sockets","from":"mina","text":"the peer closed before the last octet"}
//!   ├── 0 ──┼── 1 ──┼── 2 ──┤      one event in each interval, somewhere in it
//!      ▲          ▲  ▲
//! ```
//!
//! Invariant: the same numbers in, the same texts and moments out, on each machine.

use std::time::Duration;

/// Words of a chat among people who read about sockets.
const WORDS: [&str; 32] = [
    "the", "socket", "is", "open", "and", "nobody", "waits", "for", "an", "answer", "that", "came",
    "already", "who", "closed", "it", "before", "last", "octet", "we", "saw", "a", "frame", "with",
    "mask", "of", "four", "then", "ping", "went", "by", "again",
];
const NAMES: [&str; 5] = ["mina", "jun", "seo", "hana", "dan"];

/// A small generator, so that no run differs from another: a linear congruence (Knuth's MMIX).
pub(super) struct Chance(u64);

impl Chance {
    pub(super) fn new() -> Self {
        Self(0x6455)
    }

    /// The upper half of the next state: below 2³².
    fn next(&mut self) -> u64 {
        self.0 =
            self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        self.0 >> 32
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        let place = usize::try_from(self.next()).unwrap_or(0) % from.len().max(1);
        from.get(place).copied().unwrap_or("")
    }
}

/// `count` texts of `size` octets each, or of what the empty message takes where that is more.
pub(super) fn texts(count: u32, size: usize) -> Vec<String> {
    let mut chance = Chance::new();
    (0..count).map(|number| text(number, size, &mut chance)).collect()
}

fn text(number: u32, size: usize, chance: &mut Chance) -> String {
    let from = chance.pick(&NAMES);
    let mut text =
        format!("{{\"event\":{number},\"room\":\"sockets\",\"from\":\"{from}\",\"text\":\"");
    let end = "\"}";
    let most = size.saturating_sub(end.len());
    while text.len() < most {
        let word = chance.pick(&WORDS);
        let room = most - text.len();
        text.extend(word.chars().chain([' ']).take(room));
    }
    text + end
}

/// When each event is born, counted from the start.
pub(super) fn moments(count: u32, interval: Duration) -> Vec<Duration> {
    let mut chance = Chance::new();
    (0..count)
        .map(|number| {
            let part = u32::try_from(chance.next() >> 12).unwrap_or(0);
            interval * number + interval * part / (1 << 20)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_have_the_size_asked_for_and_no_line_end() {
        for size in [0, 64, 120, 4096] {
            for text in texts(50, size) {
                assert!(text.len() == size || size < 64, "{size}: {text}");
                assert!(!text.contains(['\n', '\r']) && text.ends_with("\"}"), "{text}");
            }
        }
    }

    #[test]
    fn one_moment_lies_in_each_interval() {
        let interval = Duration::from_millis(10);
        for (number, moment) in (0..).zip(moments(1000, interval)) {
            assert!(moment >= interval * number && moment < interval * (number + 1));
        }
    }
}
