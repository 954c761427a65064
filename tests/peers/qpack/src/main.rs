//! Nanoseconds of processor time for one field, ours and the peers' in turn; medians of rounds.
//!
//! `qpack_fields [--rounds 15] [--nghttp3 PROGRAM]`

use qpack_peers::{
    lists::{self, Record, Work},
    ours, theirs,
};
use rustix::time::{clock_gettime, ClockId};
use std::{error::Error, fs, io, path::Path, process::Command};

/// Passes over all lists in one sample.
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

fn sample(fields: usize, decode: impl Fn() -> usize, encode: impl Fn() -> usize) -> Sample {
    let mut sample = Sample::default();
    for _ in 0..PASSES {
        let start = now();
        assert_eq!(decode(), fields);
        let middle = now();
        sample.octets = encode();
        sample.decode += middle - start;
        sample.encode += now() - middle;
    }
    let all = (fields * PASSES) as f64;
    Sample { decode: sample.decode / all, encode: sample.encode / all, ..sample }
}

/// The program answers the three figures in one line.
fn sample_nghttp3(program: &str, file: &Path, capacity: usize) -> Result<Sample, Box<dyn Error>> {
    let output = Command::new(program)
        .arg(file)
        .args([PASSES, capacity].map(|number| number.to_string()))
        .output()?;
    let line = String::from_utf8(output.stdout)?;
    let words: Vec<&str> = line.split_whitespace().collect();
    let [decode, encode, octets] = words[..] else {
        return Err(format!("{program}: {} {line}", output.status).into());
    };
    Ok(Sample { decode: decode.parse()?, encode: encode.parse()?, octets: octets.parse()? })
}

/// The work as the C program reads it: numbers of 32 bits, little endian, and octets.
fn write(work: &Work, file: &Path) -> io::Result<()> {
    let mut out = Vec::new();
    let number = |out: &mut Vec<u8>, number: usize| out.extend((number as u32).to_le_bytes());
    number(&mut out, work.lists.len());
    for list in &work.lists {
        number(&mut out, list.len());
        for (name, value) in list {
            number(&mut out, name.len());
            number(&mut out, value.len());
            out.extend(name);
            out.extend(value);
        }
    }
    number(&mut out, work.records.len());
    for record in &work.records {
        number(&mut out, record.stream as usize);
        number(&mut out, record.octets.len());
        out.extend(&record.octets);
    }
    fs::write(file, out)
}

fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

/// Measures and prints one table.
fn compare(
    title: &str,
    work: &Work,
    rounds: usize,
    program: &Option<String>,
) -> Result<(), Box<dyn Error>> {
    let fields = work.fields();
    let file = std::env::temp_dir().join(format!("wirebook-lists-{}", std::process::id()));
    write(work, &file)?;
    let h3 = (work.capacity == 0).then(|| theirs::lists(work));
    let mut names = vec!["ours"];
    names.extend(h3.is_some().then_some("h3"));
    names.extend(program.is_some().then_some("nghttp3"));
    let mut samples = vec![Vec::new(); names.len()];
    for round in 0..rounds {
        for turn in 0..names.len() {
            let which = (round + turn) % names.len();
            samples[which].push(match (names[which], &h3, program) {
                ("h3", Some(lists), _) => {
                    sample(fields, || theirs::decode(work), || theirs::encode(lists, |_, _| ()))
                }
                ("nghttp3", _, Some(program)) => sample_nghttp3(program, &file, work.capacity)?,
                _ => sample(fields, || ours::decode(work), || ours::encode(work, |_, _| ())),
            });
        }
    }
    fs::remove_file(&file)?;

    println!("{title}; {fields} fields, medians of {rounds} rounds\n");
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
    println!();
    Ok(())
}

fn main() -> Result<(), Box<dyn Error>> {
    let (mut rounds, mut program) = (15, None);
    let mut arguments = std::env::args().skip(1);
    while let Some(flag) = arguments.next() {
        let value = arguments.next();
        match (flag.as_str(), value) {
            ("--rounds", Some(value)) => rounds = value.parse()?,
            ("--nghttp3", Some(value)) => program = Some(value),
            // The other parts' options are passed to this one too.
            _ => {}
        }
    }
    for name in ["fb-req-hq", "fb-resp-hq"] {
        let work = lists::read(name)?;
        compare(&format!("{name}, a table of 4,096 octets"), &work, rounds, &program)?;
        let mut plain = Work { capacity: 0, records: Vec::new(), ..work };
        let mut records = Vec::new();
        ours::encode(&plain, |stream, octets| {
            records.push(Record { stream, octets: octets.to_vec() });
        });
        plain.records = records;
        compare(&format!("{name}, without a table"), &plain, rounds, &program)?;
    }
    Ok(())
}
