//! Every list of the public stories: what we write, h2 reads, and what h2 writes, we read.
//!
//! RFC 7541 §6
//!
//! Invariant: one encoder and one decoder a story, so the tables are in step or a list differs.

use bytes::BytesMut;
use hpack_peers::{
    h2_module::hpack as h2,
    stories::{self, Case, Field},
    theirs,
};
use std::{io::Cursor, ops::ControlFlow};

/// Folders of the stories whose lists differ from each other.
const FOLDERS: [&str; 3] = ["nghttp2", "nghttp2-16384-4096", "nghttp2-change-table-size"];

fn each_story(check: impl Fn(&[Case])) {
    for folder in FOLDERS {
        let stories = match stories::read(folder) {
            Ok(stories) => stories,
            Err(error) if std::env::var_os("CI").is_none() => {
                eprintln!("skipped: the stories of {folder}: {error}");
                continue;
            }
            Err(error) => panic!("{folder}: {error}"),
        };
        assert!(stories.len() > 10);
        stories.iter().for_each(|story| check(story));
    }
}

#[test]
fn what_we_write_h2_reads() {
    each_story(|story| {
        let mut encoder = hpack::Encoder::new(&hpack::Limits::default());
        let mut decoder = h2::Decoder::new(4096);
        for case in story {
            let mut block = Vec::new();
            let fields = case.list.iter().map(|(name, value)| hpack::Field::new(name, value));
            encoder.encode(fields, &mut block);
            let mut found: Vec<Field> = Vec::new();
            let mut block = BytesMut::from(block.as_slice());
            let verdict = decoder.decode(&mut Cursor::new(&mut block), |field| {
                found.push((field.name().as_slice().to_vec(), field.value_slice().to_vec()));
                ControlFlow::Continue(())
            });
            assert!(verdict.is_ok(), "{verdict:?}");
            assert_eq!(found, case.list);
        }
    });
}

#[test]
fn what_h2_writes_we_read() {
    each_story(|story| {
        let mut encoder = h2::Encoder::new(4096, 0);
        let limits = hpack::Limits { list_size: 1 << 20, fields: 1 << 16, ..Default::default() };
        let mut decoder = hpack::Decoder::new(limits);
        for case in story {
            let one = Case { block: Vec::new(), list: case.list.clone() };
            let list = theirs::lists(&[vec![one]]).into_iter().flatten().flatten();
            let mut block = BytesMut::new();
            encoder.encode(list, &mut block);
            let mut found: Vec<Field> = Vec::new();
            let verdict = decoder.decode(&block, |field| {
                found.push((field.name.to_vec(), field.value.to_vec()));
            });
            assert_eq!(verdict, Ok(()));
            assert_eq!(found, case.list);
        }
    });
}
