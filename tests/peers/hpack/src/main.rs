//! Nanoseconds of processor time for one field, ours and the peers' in turn; medians of rounds.
//!
//! `fields [--rounds 15] [--nghttp2 PROGRAM]`

use bytes::BytesMut;
use hpack_peers::{ours, stories, theirs};
use rustix::time::{clock_gettime, ClockId};
use std::{error::Error, fs, io, path::Path, process::Command};

/// Passes over all stories in one sample.
const PASSES: usize = 10;

/// One round of one codec, in nanoseconds for a field, and what all lists become.
#[derive(Clone, Copy, Default)]
struct Sample {
    decode: f64,
    encode: f64,
    octets: usize,
}

fn now() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 * 1e9 + time.tv_nsec as f64
}

fn sample_ours(stories: &[stories::Story], fields: usize) -> Sample {
    let mut sample = Sample::default();
    let mut out = Vec::new();
    for _ in 0..PASSES {
        let start = now();
        assert_eq!(ours::decode(stories), fields);
        let middle = now();
        sample.octets = ours::encode(stories, &mut out);
        sample.decode += middle - start;
        sample.encode += now() - middle;
    }
    sample.per((fields * PASSES) as f64)
}

fn sample_h2(stories: &[stories::Story], fields: usize) -> Sample {
    let mut sample = Sample::default();
    let mut out = BytesMut::new();
    for _ in 0..PASSES {
        let mut blocks = theirs::blocks(stories);
        let lists = theirs::lists(stories);
        let start = now();
        assert_eq!(theirs::decode(&mut blocks), fields);
        let middle = now();
        sample.octets = theirs::encode(lists, &mut out);
        sample.decode += middle - start;
        sample.encode += now() - middle;
    }
    sample.per((fields * PASSES) as f64)
}

/// The program answers the three figures in one line.
fn sample_nghttp2(program: &str, file: &Path) -> Result<Sample, Box<dyn Error>> {
    let output = Command::new(program).arg(file).arg(PASSES.to_string()).output()?;
    let line = String::from_utf8(output.stdout)?;
    let words: Vec<&str> = line.split_whitespace().collect();
    let [decode, encode, octets] = words[..] else {
        return Err(format!("{program}: {line}").into());
    };
    Ok(Sample { decode: decode.parse()?, encode: encode.parse()?, octets: octets.parse()? })
}

/// The stories as the C program reads them: numbers of 32 bits, little endian, and octets.
fn write(stories: &[stories::Story], file: &Path) -> io::Result<()> {
    let mut out = Vec::new();
    let number = |out: &mut Vec<u8>, number: usize| out.extend((number as u32).to_le_bytes());
    number(&mut out, stories.len());
    for story in stories {
        number(&mut out, story.len());
        for case in story {
            number(&mut out, case.block.len());
            out.extend(&case.block);
            number(&mut out, case.list.len());
            for (name, value) in &case.list {
                number(&mut out, name.len());
                number(&mut out, value.len());
                out.extend(name);
                out.extend(value);
            }
        }
    }
    fs::write(file, out)
}

impl Sample {
    fn per(self, fields: f64) -> Self {
        Self { decode: self.decode / fields, encode: self.encode / fields, ..self }
    }
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

fn main() -> Result<(), Box<dyn Error>> {
    let (mut rounds, mut program) = (15, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(flag) = arguments.next() {
        let value = arguments.next();
        match (flag.as_str(), value) {
            ("--rounds", Some(value)) => rounds = value.parse()?,
            ("--nghttp2", Some(value)) => program = Some(value),
            // The other parts' options are passed to this one too.
            _ => {}
        }
    }
    let stories = stories::read("nghttp2")?;
    let fields = stories::fields(&stories);
    let file = std::env::temp_dir().join(format!("wirebook-stories-{}", std::process::id()));
    write(&stories, &file)?;

    let names: Vec<&str> =
        ["ours", "h2"].into_iter().chain(program.as_ref().map(|_| "nghttp2")).collect();
    let mut samples = vec![Vec::new(); names.len()];
    for round in 0..rounds {
        for turn in 0..names.len() {
            let which = (round + turn) % names.len();
            let sample = match (which, &program) {
                (0, _) => sample_ours(&stories, fields),
                (1, _) => sample_h2(&stories, fields),
                (_, Some(program)) => sample_nghttp2(program, &file)?,
                _ => continue,
            };
            samples[which].push(sample);
        }
    }
    fs::remove_file(&file)?;

    println!(
        "{fields} fields of the stories, a new table for each story; medians of {rounds} rounds\n"
    );
    println!("| | decode, ns a field | ours / it | encode, ns a field | ours / it | octets |");
    println!("|---|---|---|---|---|---|");
    let of = |which: usize, of: fn(&Sample) -> f64| median(samples[which].iter().map(of).collect());
    let ratio = |which: usize, of: fn(&Sample) -> f64| {
        median(samples[0].iter().zip(&samples[which]).map(|(a, b)| of(a) / of(b)).collect())
    };
    for (which, name) in names.iter().enumerate() {
        let octets = samples[which].first().map_or(0, |sample| sample.octets);
        println!(
            "| {name} | {:.1} | {:.2} | {:.1} | {:.2} | {octets} |",
            of(which, |sample| sample.decode),
            ratio(which, |sample| sample.decode),
            of(which, |sample| sample.encode),
            ratio(which, |sample| sample.encode),
        );
    }
    Ok(())
}
