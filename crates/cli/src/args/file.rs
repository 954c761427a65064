//! Values that are files: `@FILE`, and `@-` for standard input.

use super::UsageError;
use std::{
    ffi::OsStr,
    fs,
    io::{self, Read},
    path::Path,
};

/// All of a file, or for `-` of standard input.
///
/// # Errors
/// [`UsageError::BadValue`] where it cannot be read.
pub(crate) fn read_file(flag: &'static str, file: &OsStr) -> Result<Vec<u8>, UsageError> {
    let octets = if file == "-" {
        let mut octets = Vec::new();
        io::stdin().lock().read_to_end(&mut octets).map(|_| octets)
    } else {
        fs::read(Path::new(file))
    };
    octets.map_err(|error| UsageError::value(flag, &file.to_string_lossy(), error))
}
