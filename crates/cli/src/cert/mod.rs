//! `wirebook cert`: makes an authority and certificates under it, and shows and verifies any.
//!
//! RFC 5280, RFC 9525
//!
//! ```text
//!   make      names ──► ca.pem ca-key.pem   cert.pem key.pem      and the commands that use them
//!   --show    FILE or HOST:PORT ──► what is said of whom
//!   --verify  the same, roots, a name ──► whether we would believe it
//! ```
//!
//! Exit codes: 0 done, 1 something could not be read, written or reached, 2 a wrong command line,
//! 60 not believed, 77 no roots.
//!
//! Invariant: no file is replaced unless `--force` says so, and a private key is for its owner's
//! eyes alone from the moment it has a name.

mod files;
mod issue;
mod made;
mod names;
mod show;
mod source;
mod verify;

use crate::{
    args::{Command, Parsed, Section, UsageError, switch, valued},
    exit::Failure,
    print,
};
use std::time::SystemTime;
use wire::UnixTime;

/// The subcommand's table.
pub(crate) const COMMAND: Command = Command {
    name: "cert",
    operands: "[NAME…]",
    count: (0, 100),
    summary: "Makes a certificate for NAMEs, and an authority that signs it; shows and verifies \
              certificates.",
    sections: &[
        Section {
            heading: "To make",
            flags: &[
                valued(Some('o'), "out", "DIR", "where to put the files; here unless you say"),
                valued(None, "days", "N", "for how many days it holds, 1 to 14; 13 unless you say"),
                switch(None, "long", "let --days be more; Chromium does not take such over QUIC"),
                valued(None, "key-type", "KIND", "p256 (unless you say), p384 or ed25519"),
                switch(None, "client", "a client's certificate: who asks, not who answers"),
                valued(
                    None,
                    "ca-cert",
                    "FILE",
                    "sign with this authority instead of a new one; with --verify, whom to believe",
                ),
                valued(None, "ca-key", "FILE", "its private key"),
                switch(None, "self-signed", "no authority: it vouches for itself"),
                switch(Some('f'), "force", "replace files that are there"),
            ],
        },
        Section {
            heading: "To look",
            flags: &[
                valued(None, "show", "WHAT", "print the certificates of a FILE or at HOST:PORT"),
                valued(
                    None,
                    "verify",
                    "WHAT",
                    "whether to believe those certificates for NAME (of HOST:PORT, HOST): by \
                     --ca-cert, or by the system's roots",
                ),
            ],
        },
        Section { heading: "Both", flags: &[valued(None, "format", "text|json", "how to tell")] },
    ],
    notes: "A NAME is a host, *.host or an address; without any: localhost, 127.0.0.1 and ::1.\n\
            Try: wirebook cert --out tls, and then the commands that it prints.\n",
};

/// Makes, shows or verifies.
///
/// # Errors
/// [`Failure`], as the exit codes above say.
pub(crate) fn run(parsed: &Parsed) -> Result<u8, Failure> {
    let json = match parsed.text("format")? {
        None | Some("text") => false,
        Some("json") => true,
        Some(other) => return Err(UsageError::value("format", other, "it is text or json").into()),
    };
    match (parsed.text("show")?, parsed.text("verify")?) {
        (Some(_), Some(_)) => {
            Err(UsageError::Conflict { first: "--show", second: "--verify" }.into())
        }
        (Some(what), None) => {
            if let Some(extra) = parsed.operands.first() {
                let operand = extra.to_string_lossy().into_owned();
                return Err(UsageError::ExtraOperand { operand }.into());
            }
            let chain = source::chain(what)?.certificates;
            print(&show::told(&chain, now(), json, None))
        }
        (None, Some(what)) => verify::run(parsed, what, json),
        (None, None) => print(&issue::run(parsed, json)?),
    }
}

/// The time on the wall.
fn now() -> UnixTime {
    SystemTime::now().into()
}
