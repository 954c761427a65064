//! What can be wrong with a command line, in one line each.

/// The command line is not one that the program understands; exit code 2, as curl has it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum UsageError {
    /// Not a subcommand.
    #[error("there is no command {command:?}{}", suggested(.suggestion))]
    UnknownCommand { command: String, suggestion: Option<String> },
    /// Not an experiment.
    #[error("there is no experiment {name:?}{}", suggested(.suggestion))]
    UnknownExperiment { name: String, suggestion: Option<String> },
    /// Not in the table.
    #[error("there is no flag {flag}{}", suggested(.suggestion))]
    UnknownFlag { flag: String, suggestion: Option<String> },
    /// The arguments ended where a value should stand.
    #[error("{flag} needs a value: {value}")]
    MissingValue { flag: String, value: &'static str },
    /// `--include=yes`.
    #[error("{flag} takes no value")]
    NeedlessValue { flag: String },
    /// Too few operands.
    #[error("what is missing is {operand}")]
    MissingOperand { operand: &'static str },
    /// Too many operands.
    #[error("{operand:?} is one argument too many")]
    ExtraOperand { operand: String },
    /// Octets that are not UTF-8, where text is needed.
    #[error("the value of --{flag} is not UTF-8")]
    NotText { flag: &'static str },
    /// A value that the flag cannot use.
    #[error("--{flag} {value:?}: {reason}")]
    BadValue { flag: &'static str, value: String, reason: String },
    /// Two flags of which only one can hold.
    #[error("{first} and {second} exclude each other")]
    Conflict { first: &'static str, second: &'static str },
}

fn suggested(suggestion: &Option<String>) -> String {
    match suggestion {
        Some(near) => format!("; did you mean {near}?"),
        None => String::new(),
    }
}

impl UsageError {
    /// A value that the flag cannot use.
    pub(crate) fn value(flag: &'static str, value: &str, reason: impl ToString) -> Self {
        Self::BadValue { flag, value: value.to_owned(), reason: reason.to_string() }
    }
}
