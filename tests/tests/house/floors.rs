//! A floor imports only lower floors.
//!
//! ```text
//!  cli                       the program
//!  lab   dissect             experiments, captures and octets explained
//!  client   server           sockets and threads around the sans-IO crates
//!  port                      QUIC on a socket, HTTP/3 on QUIC, for both of them
//!  http1  http2  http3  websocket
//!          hpack ← qpack   deflate
//!  tls → x509   quic → tls
//!  http                      semantics
//!  wire   sockets   sim   view
//! ```
//!
//! Every crate may use `wire`, except the two that must be readable with nothing else open.

use crate::{assert_none, tree};

/// Who may import whom, beside `wire`. `*` is every crate but `testkit`, which is for tests alone.
const FLOORS: [(&str, &[&str]); 22] = [
    ("wire", &[]),
    ("sockets", &[]),
    ("sim", &[]),
    ("view", &[]),
    ("http", &[]),
    ("deflate", &[]),
    ("hpack", &[]),
    ("x509", &[]),
    ("tls", &["x509"]),
    ("quic", &["tls"]),
    ("port", &["sockets", "quic", "tls", "http", "http3"]),
    ("qpack", &["hpack"]),
    ("http1", &["http"]),
    ("http2", &["http", "hpack"]),
    ("http3", &["http", "qpack"]),
    ("websocket", &["http", "deflate"]),
    ("client", DRIVERS),
    ("server", DRIVERS),
    ("dissect", &["*"]),
    ("lab", &["*"]),
    ("wirebook", &["*"]),
    ("testkit", &[]),
];

/// `client` and `server` see every floor below them, but neither the simulator nor each other.
const DRIVERS: &[&str] = &[
    "sockets",
    "view",
    "http",
    "deflate",
    "hpack",
    "x509",
    "tls",
    "quic",
    "port",
    "qpack",
    "http1",
    "http2",
    "http3",
    "websocket",
];

/// Crates that import nothing of ours at all, not even `wire`.
const ALONE: [&str; 2] = ["testkit", "wire"];

/// The names under `[section]` of a manifest, as `name = …` or `name.workspace = true`.
pub(crate) fn section(manifest: &str, section: &str) -> Vec<String> {
    let header = format!("[{section}]");
    manifest
        .lines()
        .map(str::trim)
        .skip_while(|line| *line != header)
        .skip(1)
        .take_while(|line| !line.starts_with('['))
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .filter_map(|line| line.split(['.', '=', ' ']).next())
        .map(|name| name.trim_matches('"').to_owned())
        .collect()
}

fn package_name(manifest: &str) -> Option<String> {
    let line = manifest.lines().find(|line| line.starts_with("name = "))?;
    Some(line.split('"').nth(1)?.to_owned())
}

/// What is wrong with one crate's manifest.
fn faults(folder: &str, manifest: &str, ours: &[String]) -> Vec<String> {
    let Some(name) = package_name(manifest) else {
        return vec![format!("{folder}: no package name")];
    };
    let mut faults = Vec::new();
    if folder != name && (folder, name.as_str()) != ("cli", "wirebook") {
        faults.push(format!("{folder}: the package is named '{name}', not as its folder"));
    }
    let Some((_, allowed)) = FLOORS.iter().find(|(floor, _)| *floor == name) else {
        faults.push(format!("{name}: stands on no floor of the table"));
        return faults;
    };
    for import in section(manifest, "dependencies") {
        let is_ours = ours.contains(&import);
        let may = (allowed.contains(&"*") && import != "testkit")
            || allowed.contains(&import.as_str())
            || (import == "wire" && !ALONE.contains(&name.as_str()));
        if is_ours && !may {
            faults.push(format!("{name}: may not import '{import}', which is no lower floor"));
        }
        if !is_ours && import != "ring" && import != "thiserror" {
            faults.push(format!("{name}: '{import}' is neither ours nor ring nor thiserror"));
        }
    }
    if manifest.contains("[build-dependencies]") {
        faults.push(format!("{name}: no crate has a build script"));
    }
    if manifest.contains("[target.") {
        faults.push(format!("{name}: a dependency for one system alone escapes this table"));
    }
    let lints = manifest.split_once("[lints]").map(|(_, rest)| rest.trim_start());
    if !lints.is_some_and(|rest| rest.starts_with("workspace = true")) {
        faults.push(format!("{name}: `[lints] workspace = true` is missing"));
    }
    faults
}

/// Folder and manifest of every crate under `crates/`.
pub(crate) fn manifests() -> Vec<(String, String)> {
    tree::files(&["/Cargo.toml"])
        .into_iter()
        .filter_map(|file| {
            let folder = file.path.strip_prefix("crates/")?.strip_suffix("/Cargo.toml")?;
            (!folder.contains('/')).then(|| (folder.to_owned(), file.text.clone()))
        })
        .collect()
}

/// The names of our packages that there will be, whether they are there yet or not.
pub(crate) fn reserved() -> impl Iterator<Item = &'static str> {
    FLOORS.iter().map(|(name, _)| *name)
}

/// The names of our packages that there are.
pub(crate) fn names() -> Vec<String> {
    manifests().iter().filter_map(|(_, manifest)| package_name(manifest)).collect()
}

#[test]
fn every_crate_imports_only_lower_floors() {
    let ours = names();
    let faults: Vec<String> =
        manifests().iter().flat_map(|(folder, manifest)| faults(folder, manifest, &ours)).collect();
    assert!(ours.len() > 5, "the crates were found");
    assert_none("floors", &faults);
}

#[test]
fn the_table_has_no_way_round() {
    // Following the table from any library crate never comes back to it.
    fn reaches(from: &str, to: &str, depth: usize) -> bool {
        let lower = FLOORS.iter().find(|(name, _)| *name == from).map_or(&[][..], |(_, l)| l);
        assert!(depth < FLOORS.len(), "the floors go round");
        lower.iter().any(|next| *next == to || reaches(next, to, depth + 1))
    }
    for (name, _) in FLOORS.iter().filter(|(_, lower)| !lower.contains(&"*")) {
        assert!(!reaches(name, name, 0), "{name} stands above itself");
    }
}

#[cfg(test)]
const GOOD: &str = "[package]\nname = \"http1\"\n\n[dependencies]\nhttp.workspace = true\n\
                    thiserror.workspace = true\nwire = { path = \"../wire\" }\n\n\
                    [dev-dependencies]\nproptest = \"1\"\n\n[lints]\nworkspace = true\n";

#[test]
fn a_manifest_is_read_by_section() {
    assert_eq!(section(GOOD, "dependencies"), ["http", "thiserror", "wire"]);
    assert_eq!(section(GOOD, "dev-dependencies"), ["proptest"]);
    assert_eq!(package_name(GOOD).unwrap(), "http1");
}

#[test]
fn each_wrong_manifest_is_a_fault() {
    let ours: Vec<String> = FLOORS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(faults("http1", GOOD, &ours), Vec::<String>::new());
    let wrong: [(&str, &str, &str); 7] = [
        ("http.workspace", "server.workspace", "may not import 'server'"),
        ("http.workspace", "sockets.workspace", "may not import 'sockets'"),
        ("thiserror.workspace", "libc.workspace", "'libc' is neither ours"),
        ("workspace = true\n", "\n", "is missing"),
        ("[dev-dependencies]", "[build-dependencies]", "no crate has a build script"),
        ("[dev-dependencies]", "[target.'cfg(unix)'.dependencies]", "for one system alone"),
        ("\"http1\"", "\"http9\"", "stands on no floor"),
    ];
    for (from, to, expected) in wrong {
        // The lint line is the last of its kind, hence the reversed replacement for it.
        let manifest = match from {
            "workspace = true\n" => GOOD.trim_end_matches(from).to_owned() + to,
            _ => GOOD.replacen(from, to, 1),
        };
        let found = faults("http1", &manifest, &ours);
        assert!(found.iter().any(|fault| fault.contains(expected)), "{expected}: {found:?}");
    }
    assert!(faults("h", GOOD, &ours)[0].contains("not as its folder"));
}
