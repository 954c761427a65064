//! The help, printed from the tables.
//!
//! ```text
//! Usage: wirebook get [FLAGS] URL…
//! <summary>
//! Heading:
//!   -o, --output FILE     help, wrapped under itself
//! ```

use super::{Command, Flag, HELP};
use crate::terminal;

/// Where the help of a flag begins, when its names leave room.
const COLUMN: usize = 30;

/// The help of the program.
pub(crate) fn program_help(commands: &[&Command], columns: usize) -> String {
    let mut text = String::from(
        "Wirebook: a network stack to read, and a program that shows it at work.\n\n\
         Usage: wirebook COMMAND [FLAGS] …\n\nCommands:\n",
    );
    for command in commands {
        row(
            &mut text,
            &format!("  {} {}", command.name, command.operands),
            command.summary,
            columns,
        );
    }
    text.push_str("\nFlags:\n");
    row(&mut text, "  -h, --help", HELP.help, columns);
    row(&mut text, "  -V, --version", "print the version", columns);
    text.push_str("\n`wirebook COMMAND --help` tells more about each.\n");
    text
}

/// The help of a command.
pub(crate) fn command_help(command: &Command, columns: usize) -> String {
    let Command { name, operands, summary, .. } = command;
    let flags = if command.sections.is_empty() { "" } else { " [FLAGS]" };
    let usage = format!("Usage: wirebook {name}{flags} {operands}");
    let mut text = format!("{}\n\n", usage.trim_end());
    wrap(&mut text, 0, summary, columns);
    for section in command.sections {
        text.push_str(&format!("\n{}:\n", section.heading));
        for flag in section.flags {
            row(&mut text, &names(flag), flag.help, columns);
        }
    }
    text.push('\n');
    row(&mut text, &names(&HELP), HELP.help, columns);
    if !command.notes.is_empty() {
        text.push('\n');
        for note in command.notes.lines() {
            wrap(&mut text, 0, note, columns);
        }
    }
    text
}

fn names(flag: &Flag) -> String {
    let short = flag.short.map_or("    ".to_owned(), |short| format!("-{short}, "));
    let value = flag.value.map(|value| format!(" {value}")).unwrap_or_default();
    format!("  {short}--{}{value}", flag.long)
}

/// The name, and the help beside it, or below where the name is long.
fn row(text: &mut String, name: &str, help: &str, columns: usize) {
    text.push_str(name.trim_end());
    let width = name.trim_end().chars().count();
    if width + 2 > COLUMN {
        text.push('\n');
        text.push_str(&" ".repeat(COLUMN));
    } else {
        text.push_str(&" ".repeat(COLUMN - width));
    }
    wrap(text, COLUMN, help, columns);
}

/// Appends `words` from column `indent` on, in lines of at most `columns`, and ends the line.
fn wrap(text: &mut String, indent: usize, words: &str, columns: usize) {
    let columns = columns.clamp(indent + 30, terminal::WIDEST);
    let mut at = indent;
    for word in words.split(' ') {
        let width = word.chars().count();
        if at > indent && at + 1 + width > columns {
            text.push('\n');
            text.push_str(&" ".repeat(indent));
            at = indent;
        } else if at > indent {
            text.push(' ');
            at += 1;
        }
        text.push_str(word);
        at += width;
    }
    text.push('\n');
}
