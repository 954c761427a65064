//! Every fuzz target is declared, has seeds, and is replayed on stable by `cargo test`.
//!
//! ```text
//!   fuzz/Cargo.toml                 [[bin]] name = "uri"
//!   fuzz/fuzz_targets/uri.rs        one line
//!   fuzz/seeds/uri/*                one file for each state worth starting from
//!   tests/tests/fuzz_seeds.rs       ("uri", …)
//! ```

use std::collections::BTreeSet;

use crate::{assert_none, tree};

fn file_stems(paths: &[String], folder: &str, ending: &str) -> BTreeSet<String> {
    paths
        .iter()
        .filter_map(|path| path.strip_prefix(folder)?.strip_suffix(ending))
        .filter(|stem| !stem.contains('/'))
        .map(str::to_owned)
        .collect()
}

fn faults(paths: &[String], manifest: &str, replay: &str) -> Vec<String> {
    let targets = file_stems(paths, "fuzz/fuzz_targets/", ".rs");
    let mut faults = Vec::new();
    for target in &targets {
        let seeds = format!("fuzz/seeds/{target}/");
        if !paths.iter().any(|path| path.starts_with(&seeds)) {
            faults.push(format!("{target}: no seeds in {seeds}"));
        }
        if !manifest.contains(&format!("name = \"{target}\"")) {
            faults.push(format!("{target}: no [[bin]] in fuzz/Cargo.toml"));
        }
        if !replay.contains(&format!("(\"{target}\",")) {
            faults.push(format!("{target}: not replayed by tests/tests/fuzz_seeds.rs"));
        }
    }
    let seeded =
        paths.iter().filter_map(|path| path.strip_prefix("fuzz/seeds/")?.split('/').next());
    for folder in seeded.collect::<BTreeSet<_>>() {
        if !targets.contains(folder) {
            faults.push(format!("{folder}: seeds without a target"));
        }
    }
    faults
}

#[test]
fn every_target_is_declared_seeded_and_replayed() {
    // Seeds need not be text, so their names are asked of the file system.
    let mut paths: Vec<String> = tree::files(&[".rs"]).into_iter().map(|file| file.path).collect();
    let folders = std::fs::read_dir(tree::root().join("fuzz/seeds")).into_iter().flatten();
    for folder in folders.map(Result::unwrap) {
        let target = folder.file_name().into_string().unwrap();
        for seed in std::fs::read_dir(folder.path()).unwrap().map(Result::unwrap) {
            paths.push(format!("fuzz/seeds/{target}/{}", seed.file_name().to_string_lossy()));
        }
    }
    let manifest = tree::read("fuzz/Cargo.toml").expect("fuzz is a workspace of its own");
    let replay = tree::read("tests/tests/fuzz_seeds.rs").expect("the replay is a test");
    assert!(paths.iter().any(|path| path.starts_with("fuzz/fuzz_targets/")), "there are targets");
    assert_none("fuzz targets", &faults(&paths, &manifest, &replay));
}

#[test]
fn each_gap_is_a_fault() {
    let paths = |names: &[&str]| -> Vec<String> { names.iter().map(|n| (*n).to_owned()).collect() };
    let both = paths(&["fuzz/fuzz_targets/uri.rs", "fuzz/seeds/uri/plain"]);
    let manifest = "[[bin]]\nname = \"uri\"\n";
    let replay = "[(\"uri\", check)]";
    assert_eq!(faults(&both, manifest, replay), Vec::<String>::new());
    assert_eq!(faults(&both[..1], manifest, replay), ["uri: no seeds in fuzz/seeds/uri/"]);
    assert_eq!(faults(&both[1..], manifest, replay), ["uri: seeds without a target"]);
    assert_eq!(faults(&both, "", replay), ["uri: no [[bin]] in fuzz/Cargo.toml"]);
    assert_eq!(faults(&both, manifest, "")[0], "uri: not replayed by tests/tests/fuzz_seeds.rs");
}
