//! What is typed: messages, and commands that begin with a slash.
//!
//! ```text
//! line    = "/" command / "//" text / text     ; "//" sends a text that begins with a slash
//! command = "help" / "ping" [ SP text ] / "pong" [ SP text ] / "binary" SP file
//!         / "close" [ SP code [ SP reason ] ]
//! ```

use client::websocket::CloseCode;

/// What there is, for `/help`.
pub(super) const HELP: &str = "\
what can be typed:
    /ping [TEXT]             send a Ping; the Pong that answers it is shown with its time
    /pong [TEXT]             send a Pong that nobody asked for
    /binary FILE             send FILE as a binary message
    /close [CODE [REASON]]   close, with 1000 unless you say; 3000 to 4999 are yours
    //TEXT                   send /TEXT
    anything else            is sent as a text message";

/// A line, understood.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Line<'a> {
    Text(&'a str),
    Ping(&'a str),
    Pong(&'a str),
    Binary(&'a str),
    Close(CloseCode, &'a str),
    Help,
}

/// Reads a line.
///
/// # Errors
/// What is wrong with it, in words.
pub(super) fn read(line: &str) -> Result<Line<'_>, String> {
    let Some(rest) = line.strip_prefix('/') else { return Ok(Line::Text(line)) };
    if rest.starts_with('/') {
        return Ok(Line::Text(rest));
    }
    let (name, argument) = rest.split_once(' ').unwrap_or((rest, ""));
    match name {
        "help" => Ok(Line::Help),
        "ping" => Ok(Line::Ping(argument)),
        "pong" => Ok(Line::Pong(argument)),
        "binary" if argument.trim().is_empty() => Err("/binary needs the name of a file".into()),
        "binary" => Ok(Line::Binary(argument.trim())),
        "close" => {
            let (code, reason) = argument.trim().split_once(' ').unwrap_or((argument.trim(), ""));
            let code = match code {
                "" => Ok(CloseCode::NORMAL),
                code => code.parse().map(CloseCode::new),
            };
            let code =
                code.map_err(|_| format!("{argument:?} does not begin with a close code"))?;
            Ok(Line::Close(code, reason))
        }
        _ => {
            Err(format!("there is no command /{name}; //{rest} sends it as text, /help tells more"))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_messages_or_commands() {
        for (line, expected) in [
            ("hello /ping", Line::Text("hello /ping")),
            ("", Line::Text("")),
            ("//etc/passwd", Line::Text("/etc/passwd")),
            ("/ping", Line::Ping("")),
            ("/ping a b", Line::Ping("a b")),
            ("/pong x", Line::Pong("x")),
            ("/binary my file ", Line::Binary("my file")),
            ("/close", Line::Close(CloseCode::NORMAL, "")),
            ("/close 4000", Line::Close(CloseCode::new(4000), "")),
            ("/close 4000 bye now", Line::Close(CloseCode::new(4000), "bye now")),
            ("/help", Line::Help),
        ] {
            assert_eq!(read(line), Ok(expected), "{line}");
        }
    }

    #[test]
    fn what_is_no_command_is_said() {
        for (line, expected) in [
            ("/pnig", "there is no command /pnig; //pnig sends it as text"),
            ("/binary", "needs the name of a file"),
            ("/close bye", "does not begin with a close code"),
            ("/close 70000", "does not begin with a close code"),
        ] {
            assert!(read(line).unwrap_err().contains(expected), "{line}");
        }
    }
}
