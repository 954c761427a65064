//! How the program ends: one line and a number.
//!
//! | code | what                                                     |
//! |------|----------------------------------------------------------|
//! | 0    | done                                                     |
//! | 1    | `serve` could not serve; in `get`, a scheme unknown here |
//! | 2    | a command line that is not understood                    |
//! | …    | what curl says, from [`client::Error::curl_exit_code`]   |

use crate::args::UsageError;

/// Why the program ends without having done what it was asked.
#[derive(Debug)]
pub(crate) struct Failure {
    /// The exit code.
    pub(crate) code: u8,
    /// One line for standard error; empty where there is nobody to tell.
    pub(crate) line: String,
    /// The line is about the command line: the help is worth a mention.
    pub(crate) usage: bool,
}

impl Failure {
    /// An end with a code and a line.
    pub(crate) fn new(code: u8, line: impl Into<String>) -> Self {
        Self { code, line: line.into(), usage: false }
    }
}

impl From<UsageError> for Failure {
    fn from(error: UsageError) -> Self {
        Self { code: 2, line: error.to_string(), usage: true }
    }
}
