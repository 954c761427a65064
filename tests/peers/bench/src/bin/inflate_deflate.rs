//! Our DEFLATE against miniz_oxide's: megabytes of plain octets in a second, and how small it gets.
//!
//! ```text
//!   whole       one call over a corpus, into memory that is there
//!   messages    256 octets each, flushed, the window kept: what a WebSocket does
//! ```
//!
//! Every figure is the least of many turns, and the two take turns, so that a slow moment of the
//! machine falls on both. A ratio over 1 in speed and under 1 in size is in our favour.

use std::hint::black_box;
use std::path::Path;
use std::time::Instant;

use deflate::{Deflate, Flush, Inflate, Level, Status, WindowBits};
use miniz_oxide::deflate::core::{CompressorOxide, create_comp_flags_from_zip_params};
use miniz_oxide::inflate::{core as peer, stream::InflateState};
use miniz_oxide::{DataFormat, MZFlush};

const MESSAGE: usize = 256;

/// Everything under a folder that ends so, one behind the other.
fn files(folder: &Path, end: &str, out: &mut Vec<u8>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() && !path.ends_with("target") {
            files(&path, end, out);
        } else if path.to_string_lossy().ends_with(end) {
            out.extend(std::fs::read(&path).unwrap_or_default());
        }
    }
}

fn json(rows: usize) -> Vec<u8> {
    let mut state = 1_u64;
    let mut next = || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let mut text = String::new();
    for row in 0..rows {
        text.push_str(&format!(
            "{{\"id\":{row},\"symbol\":\"{}\",\"price\":{}.{:02},\"volume\":{},\"side\":\"{}\"}}\n",
            ["SEOUL", "BUSAN", "DAEGU", "JEJU"][next() as usize % 4],
            next() % 900,
            next() % 100,
            next() % 100_000,
            ["buy", "sell"][next() as usize % 2],
        ));
    }
    text.into_bytes()
}

fn corpora() -> Vec<(&'static str, Vec<u8>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../..");
    let mut sources = Vec::new();
    files(&root.join("crates"), ".rs", &mut sources);
    let mut prose = Vec::new();
    files(&root.join("docs"), ".md", &mut prose);
    let mut html = Vec::new();
    files(&root.join("docs"), ".html", &mut html);
    let program = std::env::current_exe().and_then(std::fs::read).unwrap_or_default();
    let mut noise = 1_u64;
    let noise = (0..1 << 20).map(|_| {
        noise = noise.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        noise.to_be_bytes()[1]
    });
    let mut all = vec![
        ("sources", sources),
        ("prose, en and ko", prose),
        ("json", json(12_000)),
        ("program", program),
        ("noise", noise.collect()),
    ];
    if html.len() > 100_000 {
        all.push(("html", html));
    }
    for (_, octets) in &mut all {
        octets.truncate(2 << 20);
    }
    all
}

/// Least seconds of `ours` and of `theirs`, in turn.
fn race(rounds: usize, mut ours: impl FnMut(), mut theirs: impl FnMut()) -> (f64, f64) {
    let time = |call: &mut dyn FnMut()| {
        let start = Instant::now();
        call();
        start.elapsed().as_secs_f64()
    };
    let (mut least, mut peer) = (f64::INFINITY, f64::INFINITY);
    for _ in 0..rounds {
        least = least.min(time(&mut ours));
        peer = peer.min(time(&mut theirs));
    }
    (least, peer)
}

fn speed(octets: usize, (ours, theirs): (f64, f64)) -> String {
    let rate = |seconds: f64| octets as f64 / seconds / 1e6;
    format!("{:.0} | {:.0} | **{:.2}**", rate(ours), rate(theirs), theirs / ours)
}

fn size(ours: usize, theirs: usize) -> String {
    format!("{ours} | {theirs} | {:.3}", ours as f64 / theirs as f64)
}

fn whole(name: &str, octets: &[u8], levels: &[u8], rounds: usize) {
    for &level in levels {
        let chosen = Level::new(level).unwrap_or_default();
        let mut deflate = Deflate::new(chosen, WindowBits::MAX);
        let mut out = Vec::with_capacity(octets.len() + 4096);
        let mut peer_size = 0;
        let times = race(
            rounds,
            || {
                out.clear();
                deflate.deflate(black_box(octets), &mut out, Flush::Finish);
            },
            || {
                let deflated = miniz_oxide::deflate::compress_to_vec(black_box(octets), level);
                peer_size = black_box(deflated).len();
            },
        );
        println!(
            "| deflate {level}, {name} | {} | {} |",
            speed(octets.len(), times),
            size(out.len(), peer_size)
        );
    }
    let deflated = miniz_oxide::deflate::compress_to_vec(octets, 6);
    let mut inflate = Inflate::new(WindowBits::MAX);
    let mut out = Vec::with_capacity(octets.len() + 4096);
    let mut theirs = vec![0; octets.len()];
    let mut state = Box::new(peer::DecompressorOxide::new());
    let times = race(
        rounds * 2,
        || {
            out.clear();
            inflate.reset();
            let status = inflate.inflate(&mut black_box(&deflated[..]), &mut out, usize::MAX);
            assert_eq!(status, Ok(Status::Ended));
        },
        || {
            state.init();
            let flags = peer::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
            let (_, _, written) =
                peer::decompress(&mut state, black_box(&deflated), &mut theirs, 0, flags);
            assert_eq!(written, octets.len());
        },
    );
    assert!(out == octets && theirs == octets);
    println!("| inflate, {name} | {} | | | |", speed(octets.len(), times));
}

/// Each message deflated behind the others.
fn deflated_messages(name: &str, octets: &[u8], levels: &[u8], rounds: usize) {
    for &level in levels {
        let mut sizes = (0, 0);
        let mut out = Vec::with_capacity(4096);
        let mut place = vec![0; 4096];
        let mut deflate = Deflate::new(Level::new(level).unwrap_or_default(), WindowBits::MAX);
        let flags = create_comp_flags_from_zip_params(level.into(), -15, 0);
        let mut peer = Box::new(CompressorOxide::new(flags));
        let times = race(
            rounds,
            || {
                sizes.0 = 0;
                deflate.reset();
                for message in octets.chunks(MESSAGE) {
                    out.clear();
                    deflate.deflate(black_box(message), &mut out, Flush::Sync);
                    sizes.0 += out.len();
                }
            },
            || {
                sizes.1 = 0;
                peer.reset();
                for message in octets.chunks(MESSAGE) {
                    let result = miniz_oxide::deflate::stream::deflate(
                        &mut peer,
                        black_box(message),
                        &mut place,
                        MZFlush::Sync,
                    );
                    sizes.1 += result.bytes_written;
                }
            },
        );
        println!(
            "| deflate {level}, messages of {name} | {} | {} |",
            speed(octets.len(), times),
            size(sizes.0, sizes.1)
        );
    }
}

/// The same messages inflated, as our last level made them.
fn inflated_messages(name: &str, octets: &[u8], levels: &[u8], rounds: usize) {
    let level = levels.last().and_then(|level| Level::new(*level)).unwrap_or_default();
    let mut deflate = Deflate::new(level, WindowBits::MAX);
    let flushed: Vec<Vec<u8>> = octets
        .chunks(MESSAGE)
        .map(|message| {
            let mut out = Vec::new();
            deflate.deflate(message, &mut out, Flush::Sync);
            out
        })
        .collect();
    let mut inflate = Inflate::new(WindowBits::MAX);
    let mut out = Vec::with_capacity(4096);
    let mut place = vec![0; 4096];
    let mut peer = InflateState::new_boxed(DataFormat::Raw);
    let times = race(
        rounds * 2,
        || {
            inflate.reset();
            for message in &flushed {
                out.clear();
                let _ = inflate.inflate(&mut black_box(&message[..]), &mut out, 65_536);
            }
        },
        || {
            peer.reset(DataFormat::Raw);
            for message in &flushed {
                let result = miniz_oxide::inflate::stream::inflate(
                    &mut peer,
                    black_box(message),
                    &mut place,
                    MZFlush::Sync,
                );
                assert!(result.bytes_written > 0);
            }
        },
    );
    println!("| inflate, messages of {name} | {} | | | |", speed(octets.len(), times));
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let quick = arguments.iter().any(|argument| argument == "--quick");
    let all = arguments.iter().any(|argument| argument == "--all-levels");
    let only = arguments.iter().find(|argument| !argument.starts_with("--"));
    let levels: &[u8] = if all { &[1, 2, 3, 4, 5, 6, 7, 8, 9] } else { &[1, 6] };
    let rounds = if quick { 3 } else { 15 };
    println!("| | ours, MB/s | miniz_oxide, MB/s | speed | ours, octets | miniz_oxide | size |");
    println!("|---|---|---|---|---|---|---|");
    for (name, octets) in corpora() {
        if only.is_none_or(|only| name.contains(only.as_str())) {
            whole(name, &octets, levels, rounds);
        }
    }
    for (name, octets) in [("json", json(12_000)), ("sources", corpora().swap_remove(0).1)] {
        if only.is_none_or(|only| name.contains(only.as_str())) {
            let octets = &octets[..octets.len().min(1 << 20)];
            deflated_messages(name, octets, levels, rounds);
            inflated_messages(name, octets, levels, rounds);
        }
    }
}
