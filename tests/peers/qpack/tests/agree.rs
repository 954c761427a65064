//! Every public list without a table: what we write, h3 reads, and what h3 writes, we read.
//!
//! RFC 9204 §4.5

use qpack_peers::{
    h3_module::qpack as h3,
    lists::{self, Field, List, Work},
    ours, theirs,
};

fn each_list(check: impl Fn(&Work)) {
    for name in ["fb-req-hq", "fb-resp-hq", "netbsd-hq"] {
        match lists::read(name) {
            Ok(work) => check(&Work { capacity: 0, ..work }),
            Err(error) if std::env::var_os("CI").is_none() => {
                eprintln!("skipped: the list {name}: {error}");
            }
            Err(error) => panic!("{name}: {error}"),
        }
    }
}

#[test]
fn what_we_write_h3_reads() {
    each_list(|work| {
        let mut found = Vec::new();
        ours::encode(work, |_, mut section| {
            let decoded = h3::decode_stateless(&mut section, u64::MAX).unwrap();
            let fields = decoded.fields.into_iter();
            let list: List =
                fields.map(|field| (field.name.into_owned(), field.value.into_owned())).collect();
            found.push(list);
        });
        assert!(found == work.lists);
    });
}

#[test]
fn what_h3_writes_we_read() {
    each_list(|work| {
        let mut found: Vec<List> = Vec::new();
        theirs::encode(&theirs::lists(work), |stream, section| {
            let mut list: Vec<Field> = Vec::new();
            let limits =
                qpack::Limits { list_size: 1 << 20, fields: 1 << 16, ..Default::default() };
            let status = qpack::Decoder::new(&limits).decode(stream, section, |field| {
                list.push((field.name.to_vec(), field.value.to_vec()));
            });
            assert_eq!(status, Ok(qpack::Status::Done));
            found.push(list);
        });
        assert!(found == work.lists);
    });
}
