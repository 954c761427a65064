//! Arguments in GNU's manner, read by a table: what a flag is called and whether it takes a value
//! is data, and the help is printed from the same data.
//!
//! ```text
//! argument    = "--"                          ; all that follows are operands
//!             / "--" name [ "=" value ]       ; or the value is the next argument
//!             / "-" 1*letter [ value ]        ; -sS, -oFILE, -o FILE
//!             / operand                       ; "-" alone is one
//! ```
//!
//! Invariant: what [`Parsed`] holds was in the table, in the order in which it was given.
//!
//! Invariant: an argument that is not UTF-8 is kept as it is; only a flag that needs text refuses
//! it.
//!
//! Used by: `main`, which finds the subcommand, and each subcommand, which asks for its flags.

mod error;
mod file;
mod help;
mod numbers;
mod suggest;

pub(crate) use error::UsageError;
pub(crate) use file::read_file;
pub(crate) use help::{command_help, program_help};
pub(crate) use suggest::nearest;

use std::ffi::{OsStr, OsString};

/// A flag: one row of a table.
#[derive(Debug)]
pub(crate) struct Flag {
    /// Behind `--`.
    pub(crate) long: &'static str,
    /// Behind `-`, if there is a short form.
    pub(crate) short: Option<char>,
    /// What its value is called in the help; `None` for a switch.
    pub(crate) value: Option<&'static str>,
    /// One sentence.
    pub(crate) help: &'static str,
}

/// Flags that belong together in the help.
#[derive(Debug)]
pub(crate) struct Section {
    /// What they are about.
    pub(crate) heading: &'static str,
    /// In the order of the help.
    pub(crate) flags: &'static [Flag],
}

/// A subcommand.
#[derive(Debug)]
pub(crate) struct Command {
    /// What is typed.
    pub(crate) name: &'static str,
    /// How its operands are written in the help: `URL…`.
    pub(crate) operands: &'static str,
    /// How many operands there must be at least and may be at most.
    pub(crate) count: (usize, usize),
    /// A line for the list of subcommands.
    pub(crate) summary: &'static str,
    /// Its flags.
    pub(crate) sections: &'static [Section],
    /// What stands below the flags in the help; each line is a paragraph.
    pub(crate) notes: &'static str,
}

/// A row for a flag that is on or off.
pub(crate) const fn switch(short: Option<char>, long: &'static str, help: &'static str) -> Flag {
    Flag { long, short, value: None, help }
}

/// A row for a flag with a value.
pub(crate) const fn valued(
    short: Option<char>,
    long: &'static str,
    value: &'static str,
    help: &'static str,
) -> Flag {
    Flag { long, short, value: Some(value), help }
}

/// `--help`, which every command has.
pub(crate) const HELP: Flag = switch(Some('h'), "help", "print this text");

/// What was given, known to be in the table.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Parsed {
    flags: Vec<(&'static str, OsString)>,
    /// What is no flag, in order.
    pub(crate) operands: Vec<OsString>,
}

impl Command {
    /// Reads the arguments behind the subcommand's name.
    ///
    /// # Errors
    /// [`UsageError`]: a flag that is not in the table, a value that is missing or too much. How
    /// many operands there are is not looked at, since `--help` is right without any: that is
    /// [`check_count`](Self::check_count).
    pub(crate) fn parse(
        &self,
        arguments: impl IntoIterator<Item = OsString>,
    ) -> Result<Parsed, UsageError> {
        let mut parsed = Parsed::default();
        let mut arguments = arguments.into_iter();
        while let Some(argument) = arguments.next() {
            let octets = argument.as_encoded_bytes();
            if octets == b"--" {
                parsed.operands.extend(arguments);
                break;
            } else if octets.starts_with(b"--") {
                self.long(&argument, &mut arguments, &mut parsed)?;
            } else if octets.len() > 1 && octets.starts_with(b"-") {
                self.shorts(&argument, &mut arguments, &mut parsed)?;
            } else {
                parsed.operands.push(argument);
            }
        }
        Ok(parsed)
    }

    /// Whether there are as many operands as the command wants.
    ///
    /// # Errors
    /// [`UsageError::MissingOperand`], [`UsageError::ExtraOperand`].
    pub(crate) fn check_count(&self, parsed: &Parsed) -> Result<(), UsageError> {
        let (least, most) = self.count;
        if parsed.operands.len() < least {
            return Err(UsageError::MissingOperand { operand: self.operands });
        }
        match parsed.operands.get(most) {
            Some(extra) => Err(UsageError::ExtraOperand { operand: lossy(extra) }),
            None => Ok(()),
        }
    }

    fn flags(&self) -> impl Iterator<Item = &'static Flag> {
        self.sections.iter().flat_map(|section| section.flags).chain(std::iter::once(&HELP))
    }

    // ANCHOR: long
    /// `--name`, `--name=value`, `--name value`.
    fn long(
        &self,
        argument: &OsStr,
        rest: &mut impl Iterator<Item = OsString>,
        parsed: &mut Parsed,
    ) -> Result<(), UsageError> {
        let text = argument.to_str().map_or_else(|| lossy(argument), str::to_owned);
        let name = text.trim_start_matches("--").split('=').next().unwrap_or_default();
        let Some(flag) = self.flags().find(|flag| flag.long == name) else {
            let known = self.flags().map(|flag| flag.long);
            let suggestion = nearest(name, known).map(|near| format!("--{near}"));
            return Err(UsageError::UnknownFlag { flag: format!("--{name}"), suggestion });
        };
        let value = match (flag.value, behind(argument, "--=".len() + name.len())) {
            (None, None) => OsString::new(),
            (None, Some(_)) => return Err(UsageError::NeedlessValue { flag: shown(flag) }),
            (Some(_), Some(value)) => value,
            (Some(value), None) => {
                rest.next().ok_or_else(|| UsageError::MissingValue { flag: shown(flag), value })?
            }
        };
        parsed.flags.push((flag.long, value));
        Ok(())
    }
    // ANCHOR_END: long

    /// `-abc`, `-oFILE`, `-o FILE`.
    fn shorts(
        &self,
        argument: &OsStr,
        rest: &mut impl Iterator<Item = OsString>,
        parsed: &mut Parsed,
    ) -> Result<(), UsageError> {
        let text = lossy(argument);
        let mut at = 1;
        for letter in text.chars().skip(1) {
            at += letter.len_utf8();
            let Some(flag) = self.flags().find(|flag| flag.short == Some(letter)) else {
                return Err(UsageError::UnknownFlag {
                    flag: format!("-{letter}"),
                    suggestion: self.meant(text.trim_start_matches('-')),
                });
            };
            let Some(value) = flag.value else {
                parsed.flags.push((flag.long, OsString::new()));
                continue;
            };
            let given = behind(argument, at).filter(|value| !value.is_empty());
            let given = given
                .or_else(|| rest.next())
                .ok_or_else(|| UsageError::MissingValue { flag: shown(flag), value })?;
            parsed.flags.push((flag.long, given));
            return Ok(());
        }
        Ok(())
    }

    /// The long flag that somebody wrote with one dash.
    fn meant(&self, word: &str) -> Option<String> {
        let flag = self.flags().find(|flag| word.len() > 1 && flag.long == word)?;
        Some(format!("--{}", flag.long))
    }
}

/// What stands from octet `at` on, if that is a place inside or at the end of `argument`.
fn behind(argument: &OsStr, at: usize) -> Option<OsString> {
    use std::os::unix::ffi::{OsStrExt, OsStringExt};
    argument.as_bytes().get(at..).map(|rest| OsString::from_vec(rest.to_vec()))
}

/// The flag as a message names it.
fn shown(flag: &Flag) -> String {
    match flag.short {
        Some(short) => format!("-{short}, --{}", flag.long),
        None => format!("--{}", flag.long),
    }
}

fn lossy(text: &OsStr) -> String {
    text.to_string_lossy().into_owned()
}

impl Parsed {
    /// Whether the flag was given.
    pub(crate) fn is(&self, long: &str) -> bool {
        self.count(long) > 0
    }

    /// How often it was given: `-vv` says more than `-v`.
    pub(crate) fn count(&self, long: &str) -> usize {
        self.iter().filter(|(name, _)| *name == long).count()
    }

    /// All flags in the order in which they were given, with their values.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&'static str, &OsStr)> {
        self.flags.iter().map(|(name, value)| (*name, value.as_os_str()))
    }

    /// The value as it was given; the last one counts.
    pub(crate) fn raw(&self, long: &str) -> Option<&OsStr> {
        self.iter().filter(|(name, _)| *name == long).last().map(|(_, value)| value)
    }

    /// The value as text.
    ///
    /// # Errors
    /// [`UsageError::NotText`].
    pub(crate) fn text(&self, long: &'static str) -> Result<Option<&str>, UsageError> {
        self.raw(long).map(|value| as_text(long, value)).transpose()
    }

    /// All values as text, in order.
    ///
    /// # Errors
    /// [`UsageError::NotText`].
    pub(crate) fn texts(&self, long: &'static str) -> Result<Vec<&str>, UsageError> {
        let values = self.iter().filter(|(name, _)| *name == long);
        values.map(|(_, value)| as_text(long, value)).collect()
    }
}

/// A value that must be text.
///
/// # Errors
/// [`UsageError::NotText`].
pub(crate) fn as_text<'a>(flag: &'static str, value: &'a OsStr) -> Result<&'a str, UsageError> {
    value.to_str().ok_or(UsageError::NotText { flag })
}

#[cfg(test)]
mod tests;
