//! h3 keeps its QPACK to itself, so its module is built here once more, from where Cargo put it.
//!
//! Nothing is copied: the generated file says where the module's own files are.

use std::{env, error::Error, fs, path::Path, process::Command};

fn main() -> Result<(), Box<dyn Error>> {
    let cargo = env::var("CARGO")?;
    let folder = env::var("CARGO_MANIFEST_DIR")?;
    let output = Command::new(cargo)
        .args(["metadata", "--format-version", "1", "--offline", "--filter-platform"])
        .arg(env::var("TARGET")?)
        .current_dir(folder)
        .output()?;
    let metadata = String::from_utf8(output.stdout)?;
    let manifest = metadata
        .split("\"manifest_path\":\"")
        .filter_map(|rest| rest.split('"').next())
        .find(|path| path.contains("/h3-0.0."))
        .ok_or("h3's source is not there")?;
    let source = Path::new(manifest).with_file_name("src");
    let module = |name: &str, file: &str| {
        format!("#[path = \"{}\"]\npub mod {name};\n", source.join(file).display())
    };
    let out = env::var("OUT_DIR")?;
    fs::write(Path::new(&out).join("qpack.rs"), module("qpack", "qpack/mod.rs"))?;
    let proto = module("coding", "proto/coding.rs") + &module("varint", "proto/varint.rs");
    fs::write(Path::new(&out).join("proto.rs"), proto)?;
    println!("cargo::rerun-if-changed={manifest}");
    println!("cargo::rerun-if-changed=build.rs");
    Ok(())
}
