//! The public stories: what other encoders wrote, we read; what we write, is no larger.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

mod common;

use common::{List, decode, encode, hex, wide};
use hpack::{Decoder, Encoder, Limits};
use serde_json::Value;
use std::path::PathBuf;

/// The stories of a folder, by name; `None` where they are not there.
fn stories(folder: &str) -> Option<Vec<(PathBuf, Value)>> {
    let Some(path) = testkit::data(format!("hpack/{folder}")) else {
        testkit::skip("the stories of hpack are not there");
        return None;
    };
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "json"));
    files.sort();
    let read = |file: PathBuf| {
        let story = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
        (file, story)
    };
    Some(files.into_iter().map(read).collect())
}

fn cases(story: &Value) -> &[Value] {
    story["cases"].as_array().unwrap()
}

fn headers(case: &Value) -> List {
    let mut list = List::new();
    for field in case["headers"].as_array().unwrap() {
        for (name, value) in field.as_object().unwrap() {
            list.push((name.as_bytes().into(), value.as_str().unwrap().as_bytes().into(), false));
        }
    }
    list
}

/// Decodes every story of a folder; answers how many fields there were.
fn decode_folder(folder: &str) -> usize {
    let mut fields = 0;
    for (file, story) in stories(folder).unwrap_or_default() {
        let mut decoder = Decoder::new(wide());
        for (number, case) in cases(&story).iter().enumerate() {
            if let Some(size) = case["header_table_size"].as_u64() {
                decoder.set_max_table_size(usize::try_from(size).unwrap());
            }
            let block = hex(case["wire"].as_str().unwrap());
            let mut found = decode(&mut decoder, &block)
                .unwrap_or_else(|error| panic!("{}: case {number}: {error}", file.display()));
            found.iter_mut().for_each(|field| field.2 = false);
            assert_eq!(found, headers(case), "{}: case {number}", file.display());
            fields += found.len();
        }
    }
    fields
}

#[test]
fn every_story_decodes() {
    let Some(root) = testkit::data("hpack") else {
        return testkit::skip("the stories of hpack are not there");
    };
    let mut folders: Vec<String> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    folders.sort();
    assert!(folders.len() >= 10, "{folders:?}");
    for folder in folders {
        assert!(decode_folder(&folder) > 100, "{folder}");
    }
}

/// Decodes what we make of a story, and answers how many octets it has.
fn encode_story(story: &Value) -> usize {
    let mut encoder = Encoder::new(&Limits::default());
    let mut decoder = Decoder::new(wide());
    let mut octets = 0;
    for case in cases(story) {
        let list = headers(case);
        let block = encode(&mut encoder, &list);
        octets += block.len();
        let mut found = decode(&mut decoder, &block).unwrap();
        found.iter_mut().for_each(|field| field.2 = false);
        assert_eq!(found, list);
    }
    octets
}

#[test]
fn our_blocks_of_the_stories_are_no_larger_than_those_of_nghttp2() {
    // Octets of the blocks that nghttp2 1.52 makes, a new table for each story, as
    // `tests/peers/run hpack` measures them.
    for (folder, nghttp2) in
        [("nghttp2", 24_264), ("nghttp2-16384-4096", 48_410), ("nghttp2-change-table-size", 74_049)]
    {
        let Some(stories) = stories(folder) else { return };
        let ours: usize = stories.iter().map(|(_, story)| encode_story(story)).sum();

        assert!(ours <= nghttp2, "{folder}: {ours} octets, nghttp2 has {nghttp2}");
        // And no larger than what stands in the stories, where nghttp2 wrote them the same way.
        if folder == "nghttp2" {
            let wire = |case: &Value| case["wire"].as_str().unwrap().len() / 2;
            let said = stories.iter().flat_map(|(_, story)| cases(story)).map(wire).sum();
            assert!(ours <= said, "{folder}: {ours} octets, the stories have {said}");
        }
    }
}
