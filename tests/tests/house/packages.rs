//! Two packages come from outside, `ring` and `thiserror`; all else that runs is ours.
//!
//! Their own dependencies come with them. Tests may use more, as long as nothing of it bears a name
//! of ours in the root lock file: `cargo test -p http` would no longer say which one it means.

use std::collections::BTreeSet;
use std::process::Command;

use crate::{assert_none, floors, tree};

/// Names of the packages in `cargo tree`'s answer, one at the start of each line.
fn packages(tree: &str) -> BTreeSet<String> {
    tree.lines().filter_map(|line| line.split_whitespace().next()).map(str::to_owned).collect()
}

fn cargo_tree(arguments: &[&str]) -> BTreeSet<String> {
    let output = Command::new(env!("CARGO"))
        .args(["tree", "--edges", "normal", "--prefix", "none", "--offline"])
        .args(arguments)
        .current_dir(tree::root())
        .output()
        .expect("cargo runs");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "cargo tree {arguments:?}: {errors}");
    packages(&String::from_utf8(output.stdout).expect("package names are UTF-8"))
}

fn strangers(
    all: &BTreeSet<String>,
    ours: &BTreeSet<String>,
    allowed: &BTreeSet<String>,
) -> Vec<String> {
    all.difference(allowed).filter(|name| !ours.contains(*name)).cloned().collect()
}

/// Packages of the lock file that come from a registry, and bear a name of ours.
fn homonyms(lock: &str, ours: &[&str]) -> Vec<String> {
    lock.split("[[package]]")
        .filter(|entry| entry.lines().any(|line| line.starts_with("source = ")))
        .filter_map(|entry| {
            let line = entry.lines().find(|line| line.starts_with("name = "))?;
            let name = line.split('"').nth(1)?;
            ours.contains(&name).then(|| name.to_owned())
        })
        .collect()
}

#[test]
fn normal_dependencies_are_ring_and_thiserror() {
    let mut ours: BTreeSet<String> = floors::names().into_iter().collect();
    ours.insert("wirebook-tests".to_owned());
    let all = cargo_tree(&["--workspace"]);
    let mut allowed = BTreeSet::new();
    for name in ["ring", "thiserror"] {
        if all.contains(name) {
            allowed.extend(cargo_tree(&["-p", name]));
        }
    }
    assert!(all.contains("wirebook"), "cargo tree named the program: {all:?}");
    assert_none("packages from outside", &strangers(&all, &ours, &allowed));
}

#[test]
fn no_package_from_outside_bears_a_name_of_ours() {
    let lock = tree::read("Cargo.lock").expect("Cargo.lock is tracked");
    let ours: Vec<&str> = floors::reserved().collect();
    assert_none("ambiguous names in Cargo.lock", &homonyms(&lock, &ours));
}

#[test]
fn a_stranger_is_a_fault() {
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    let all = packages("wire v0.1.0 (path)\nring v0.17.14\nlibc v0.2.1\nhyper v1.0.0\n");
    let found = strangers(&all, &set(&["wire"]), &set(&["ring", "libc"]));
    assert_eq!(found, ["hyper"]);
}

#[test]
fn a_homonym_is_a_fault() {
    let lock = "version = 4\n\n[[package]]\nname = \"http\"\nversion = \"0.1.0\"\n\n\
                [[package]]\nname = \"http\"\nversion = \"1.3.1\"\nsource = \"registry\"\n\n\
                [[package]]\nname = \"ring\"\nversion = \"0.17.14\"\nsource = \"registry\"\n";
    assert_eq!(homonyms(lock, &["http", "wire"]), ["http"]);
    assert_eq!(homonyms(lock, &["wire"]), Vec::<String>::new());
}
