//! The stories of `data/hpack`, read.

use std::{env, fs, io, path::Path};

/// One field: its name and its value.
pub type Field = (Vec<u8>, Vec<u8>);

/// A block, and the list that it says.
pub struct Case {
    /// The octets of the block.
    pub block: Vec<u8>,
    /// The fields in their order.
    pub list: Vec<Field>,
}

/// The cases of one connection's direction, in their order.
pub type Story = Vec<Case>;

/// The stories of a folder of `data/hpack`.
///
/// # Errors
/// Where the folder or a file is not there, or is no story.
pub fn read(folder: &str) -> io::Result<Vec<Story>> {
    let beside = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../../shared/data");
    let root = env::var_os("WIREBOOK_DATA").map_or(beside, Into::into);
    let mut files = Vec::new();
    for entry in fs::read_dir(root.join("hpack").join(folder))? {
        files.push(entry?.path());
    }
    files.sort();
    files
        .iter()
        .map(|file| story(&fs::read(file)?).ok_or_else(|| io::Error::other("no story")))
        .collect()
}

fn story(text: &[u8]) -> Option<Story> {
    let story: serde_json::Value = serde_json::from_slice(text).ok()?;
    story["cases"].as_array()?.iter().map(case).collect()
}

fn case(case: &serde_json::Value) -> Option<Case> {
    let wire = case["wire"].as_str()?;
    let octet = |at: usize| u8::from_str_radix(wire.get(at..at + 2)?, 16).ok();
    let block = (0..wire.len()).step_by(2).map(octet).collect::<Option<_>>()?;
    let fields = case["headers"].as_array()?.iter().flat_map(|field| field.as_object());
    let field = |(name, value): (&String, &serde_json::Value)| {
        Some((name.as_bytes().to_vec(), value.as_str()?.as_bytes().to_vec()))
    };
    let list = fields.flatten().map(field).collect::<Option<_>>()?;
    Some(Case { block, list })
}

/// How many fields there are in all.
pub fn fields(stories: &[Story]) -> usize {
    stories.iter().flatten().map(|case| case.list.len()).sum()
}
