//! Ten requests to one page, and what the tables are afterwards.

use super::{HOST, Pair, asked, block, decoder, text};
use crate::figure::figure;
use dissect::Dissection;
use hpack::{Encoder, Field, Limits, integer};
use std::fmt::Write as _;
use wire::{Notes, Reader};

const AGENT: &str = "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) \
                     Chrome/139.0.0.0 Safari/537.36";
const PAGE: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8";
const PICTURE: &str = "image/avif,image/webp,image/apng,image/svg+xml,*/*;q=0.8";

/// A page, its style, its program and seven pictures, as a browser asks for them.
fn visit() -> Vec<(String, Vec<(&'static str, &'static str)>)> {
    let of = |path: String| {
        let accept = match path.as_str() {
            "/" => PAGE,
            "/style.css" => "text/css,*/*;q=0.1",
            "/app.js" => "*/*",
            _ => PICTURE,
        };
        let mut fields = vec![
            ("user-agent", AGENT),
            ("accept", accept),
            ("accept-encoding", "gzip, deflate, br, zstd"),
            ("accept-language", "ko-KR,ko;q=0.9,en;q=0.8"),
            ("cookie", "session=5f1d3c9a7be04286a1c3e5d7f9b80246"),
        ];
        if path != "/" {
            fields.push(("referer", "https://wirebook.example/"));
        }
        (path, fields)
    };
    let pictures = (1..=7).map(|number| format!("/tile/{number}.png"));
    ["/", "/style.css", "/app.js"].map(String::from).into_iter().chain(pictures).map(of).collect()
}

fn list<'a>(path: &'a str, fields: &[(&'a str, &'a str)]) -> Vec<Field<'a>> {
    let pseudo = [(":method", "GET"), (":scheme", "https"), (":authority", HOST), (":path", path)];
    let all = pseudo.iter().chain(fields);
    all.map(|(name, value)| Field::new(name.as_bytes(), value.as_bytes())).collect()
}

/// Binary and no more: each string behind its length, nothing numbered, nothing coded.
fn plain(fields: &[Field<'_>]) -> Vec<u8> {
    let mut out = Vec::new();
    for field in fields {
        out.push(0);
        for string in [field.name, field.value] {
            integer::encode(0, 7, string.len() as u64, &mut out);
            out.extend_from_slice(string);
        }
    }
    let mut fields = fields.iter();
    let sink = |field: Field<'_>| assert_eq!(Some(field.name), fields.next().map(|own| own.name));
    decoder().decode(&out, sink).unwrap();
    out
}

#[test]
fn ten_requests_to_one_page() {
    let names = ["text", "lengths", "static", "dynamic"];
    let [a, b, c, d] = names;
    let mut table = format!("{:<14}{a:>9}{b:>9}{c:>9}{d:>9}\n", "path");
    let mut pair = Pair::new();
    let mut sums = [0; 4];
    for (path, fields) in visit() {
        let list = list(&path, &fields);
        // An encoder that may remember nothing; the order to do so is one octet, told once.
        let mut fresh = Encoder::new(&Limits { table_size: 0, ..Limits::default() });
        block(&mut fresh, &[]);
        let frame = asked(&mut pair, &path, &fields);
        let row = [
            text(&path, &fields).len(),
            9 + plain(&list).len(),
            9 + block(&mut fresh, &list).len(),
            frame.len(),
        ];
        for (sum, octets) in sums.iter_mut().zip(row) {
            *sum += octets;
        }
        let [a, b, c, d] = row;
        writeln!(table, "{path:<14}{a:>9}{b:>9}{c:>9}{d:>9}").unwrap();
    }
    let [a, b, c, d] = sums;
    writeln!(table, "{:<14}{a:>9}{b:>9}{c:>9}{d:>9}", "all ten").unwrap();
    figure("h2-ten", &table);
}

/// An encoder's table, newest first.
fn state(encoder: &Encoder) -> String {
    let table = encoder.table();
    let mut out = format!("{} of {} octets\n", table.size(), table.max_size());
    for (age, index) in (0..table.len()).zip(62..) {
        let (name, value) = table.get(age).unwrap();
        let field = Field::new(name, value);
        let mut shown = field.to_string();
        if shown.len() > 56 {
            shown.truncate(54);
            shown.push('…');
        }
        writeln!(out, "  {index}  {:>4} octets  {shown}", field.size()).unwrap();
    }
    out
}

#[test]
fn the_dynamic_table_after_one_and_after_five_requests() {
    let mut encoder = Encoder::new(&Limits::default());
    let mut story = String::new();
    for (number, (path, fields)) in (1..).zip(visit().iter().take(5)) {
        block(&mut encoder, &list(path, fields));
        if [1, 5].contains(&number) {
            let last = if number == 1 { "" } else { "\n" };
            write!(story, "{last}# behind request {number}, {path}: {}", state(&encoder)).unwrap();
        }
    }
    figure("h2-table", &story);
}

#[test]
fn a_table_that_shrinks() {
    let mut encoder = Encoder::new(&Limits::default());
    let fields = [Field::new(b"x-first", b"one"), Field::new(b"x-second", b"two")];
    block(&mut encoder, &fields);
    let mut story = format!("# before: {}", state(&encoder));
    // Half the room, then all of it, between two blocks: both are told.
    encoder.set_max_table_size(50);
    encoder.set_max_table_size(4096);
    let octets = block(&mut encoder, &fields);
    let mut reader = decoder();
    let mut first = Encoder::new(&Limits::default());
    reader.decode(&block(&mut first, &fields), |_| ()).unwrap();
    let notes = Notes::default();
    reader.read(&mut Reader::observed(&octets, &notes), |_| ()).unwrap();
    let read = octets.len();
    story += "\n# 50 octets were allowed, then 4096 again; the next block\n";
    story += &dissect::text(&Dissection { notes: notes.take(), read, error: None });
    write!(story, "\n# behind it: {}", state(&encoder)).unwrap();
    assert_eq!(reader.table().size(), encoder.table().size());
    figure("h2-resize", &story);
}
