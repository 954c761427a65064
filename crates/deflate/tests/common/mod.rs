//! Octets of several kinds, made here so that no file has to be read.
#![allow(dead_code, unreachable_pub, reason = "each test uses some of it")]
#![allow(clippy::indexing_slicing, reason = "a test that panics has failed")]

use deflate::{Error, Inflate, Status, WindowBits};

/// A generator that gives the same numbers on every machine.
pub struct Numbers(pub u64);

impl Numbers {
    pub fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub fn below(&mut self, bound: usize) -> usize {
        (self.next() >> 16) as usize % bound
    }
}

/// Prose, markup, noise, runs and edges.
pub fn corpora() -> Vec<(&'static str, Vec<u8>)> {
    let mut numbers = Numbers(88_172_645_463_325_252);
    let words = "the octets of a stream come in any pieces and a window of them is kept so that \
        what stood before can be named by its length and its distance rather than be said again";
    let words: Vec<&str> = words.split(' ').collect();
    let mut prose = String::new();
    while prose.len() < 150_000 {
        // Some words come often, as words do.
        let index = numbers.below(words.len()).min(numbers.below(words.len()));
        prose.push_str(words[index]);
        prose.push_str(if numbers.below(9) == 0 { ".\n" } else { " " });
    }
    let mut markup = String::new();
    for row in 0..1500 {
        let name = words[numbers.below(words.len())];
        markup.push_str(&format!("<li class=\"row\"><a href=\"/{name}/{row}\">{name}</a></li>\n"));
    }
    let noise: Vec<u8> = (0..70_000).map(|_| numbers.next().to_le_bytes()[3]).collect();
    let mut mixed = noise[..20_000].to_vec();
    mixed.extend_from_slice(&prose.as_bytes()[..30_000]);
    mixed.extend_from_slice(&noise[..20_000]);
    let records: Vec<u8> = (0..12_000_u32)
        .flat_map(|n| [n.to_be_bytes(), (n * n % 97).to_le_bytes()])
        .flatten()
        .collect();
    vec![
        ("nothing", Vec::new()),
        ("one octet", vec![b'x']),
        ("three octets", b"aaa".to_vec()),
        ("Hello", b"Hello".to_vec()),
        ("zeros", vec![0; 140_000]),
        ("every octet", (0..=255).collect()),
        ("prose", prose.into_bytes()),
        ("markup", markup.into_bytes()),
        ("noise", noise),
        ("mixed", mixed),
        ("records", records),
    ]
}

/// Inflates a whole stream.
pub fn inflate_all(mut input: &[u8], window: WindowBits) -> Result<Vec<u8>, Option<Error>> {
    let mut out = Vec::new();
    match Inflate::new(window).inflate(&mut input, &mut out, usize::MAX) {
        Ok(Status::Ended) if input.is_empty() => Ok(out),
        Ok(_) => Err(None),
        Err(error) => Err(Some(error)),
    }
}
