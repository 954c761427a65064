//! `MUSTS.md` says the truth: each test that it names is there.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

#[test]
fn each_named_test_is_there() {
    let code: String = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/tests"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "rs"))
        .map(|path| std::fs::read_to_string(path).unwrap())
        .collect();
    let table = include_str!("MUSTS.md");
    let rows: Vec<&str> = table.lines().filter(|line| line.starts_with("| §")).collect();
    assert!(rows.len() >= 35, "{}: a rule is missing", rows.len());
    let mut places: Vec<&str> = rows.iter().filter_map(|row| row.split('|').nth(1)).collect();
    places.sort_unstable();
    places.dedup();
    assert_eq!(places.len(), rows.len(), "two rows have one place");
    for row in rows {
        let cell = row.split('|').nth(3).unwrap().trim();
        // Names of tests are of many words; names of crates are of one.
        let named: Vec<&str> =
            cell.split('`').skip(1).step_by(2).filter(|name| name.contains('_')).collect();
        assert!(!named.is_empty() || cell.starts_with("not "), "{row}");
        for name in named {
            assert!(code.contains(&format!("fn {name}(")), "no test {name} for {row}");
        }
    }
}
