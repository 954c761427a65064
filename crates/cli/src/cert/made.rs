//! What was made, and the commands that use it.

use super::show;
use std::path::{Path, PathBuf};
use view::json;
use x509::{Certificate, GeneralName, SigningKey, der::DateTime, issue::Authority};

/// A certificate that was made.
pub(super) struct Made {
    /// As its owner shows it.
    pub(super) chain: Vec<Certificate>,
    pub(super) key: SigningKey,
    /// Who signed it, if not itself.
    pub(super) authority: Option<Authority>,
    /// Where the authority's certificate was, if it was there before.
    pub(super) ca: Option<PathBuf>,
    pub(super) folder: PathBuf,
    pub(super) client: bool,
}

impl Made {
    /// Where the certificate is.
    pub(super) fn path(&self) -> PathBuf {
        self.folder.join(if self.client { "client.pem" } else { "cert.pem" })
    }

    /// Where its key is.
    pub(super) fn key_path(&self) -> PathBuf {
        self.folder.join(if self.client { "client-key.pem" } else { "key.pem" })
    }

    /// What others must have to believe it.
    fn root(&self) -> PathBuf {
        match (&self.authority, &self.ca) {
            (None, _) => self.path(),
            (Some(_), Some(given)) => given.clone(),
            (Some(_), None) => self.folder.join("ca.pem"),
        }
    }

    /// The host of an example: the first name that is one.
    fn host(&self) -> String {
        let names = self.chain.first().map(Certificate::names).unwrap_or_default();
        let host = names.iter().find_map(|name| match name {
            GeneralName::Dns(name) => Some(name.replacen("*.", "www.", 1)),
            GeneralName::Ip(address) if address.is_ipv6() => Some(format!("[{address}]")),
            GeneralName::Ip(address) => Some(address.to_string()),
            _ => None,
        });
        host.unwrap_or_else(|| "localhost".into())
    }

    /// What each command is for, and the command.
    fn commands(&self) -> Vec<(&'static str, String)> {
        let (certificate, key) = (quoted(&self.path()), quoted(&self.key_path()));
        let root = quoted(&self.root());
        if self.client {
            let show = format!("--cert {certificate} --key {key} https://localhost:8443/");
            return vec![("curl", format!("curl {show}")), ("get", format!("wirebook get {show}"))];
        }
        let url = format!("https://{}:8443/", self.host());
        let hash = self.key.public_key().spki_sha256();
        vec![
            ("serve", format!("wirebook serve --https 8443 --cert {certificate} --key {key}")),
            ("curl", format!("curl --cacert {root} {url}")),
            ("get", format!("wirebook get --cacert {root} {url}")),
            (
                // Without a folder of its own, Chromium passes over the list.
                "chromium",
                format!(
                    "chromium --user-data-dir=\"$(mktemp -d)\" \
                     --ignore-certificate-errors-spki-list={hash} {url}"
                ),
            ),
        ]
    }
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let text = path.display().to_string();
    let plain = |letter: char| letter.is_ascii_alphanumeric() || "/._-+,@%".contains(letter);
    if !text.is_empty() && text.chars().all(plain) && !text.starts_with('-') {
        return text;
    }
    let text = if text.starts_with('-') { format!("./{text}") } else { text };
    format!("'{}'", text.replace('\'', "'\\''"))
}

/// Lines for people.
pub(super) fn text(made: &Made) -> String {
    let mut out = String::new();
    let mut line = |name: &str, value: &str| out.push_str(&format!("{name:<14}{value}\n"));
    if made.authority.is_some() && made.ca.is_none() {
        let path = made.root();
        line("authority", &path.display().to_string());
        line("  its key", &path.with_file_name("ca-key.pem").display().to_string());
    }
    line("certificate", &made.path().display().to_string());
    line("  its key", &made.key_path().display().to_string());
    if let Some(own) = made.chain.first() {
        line("  names", &show::names(own));
        line("  valid until", &DateTime::of(own.validity().not_after).to_string());
        line("  SPKI hash", &own.spki_sha256());
    }
    for (what, command) in made.commands() {
        let intent = match what {
            "serve" => "Serve with it:",
            "curl" if made.client => "Show it to a server that asks:",
            "curl" => "Ask for it:",
            "chromium" => "Or in a browser that is told to believe this key alone:",
            _ => "",
        };
        if !intent.is_empty() {
            out.push_str(&format!("\n{intent}\n"));
        }
        out.push_str(&format!("  {command}\n"));
    }
    out
}

/// One object.
pub(super) fn json(made: &Made) -> String {
    let mut object = json::Object::default();
    let path = |path: PathBuf| path.display().to_string();
    if made.authority.is_some() {
        object.text("authority", &path(made.root()));
        if made.ca.is_none() {
            object.text("authority_key", &path(made.root().with_file_name("ca-key.pem")));
        }
    }
    object.text("certificate", &path(made.path())).text("key", &path(made.key_path()));
    object.array("chain", |array| {
        for certificate in &made.chain {
            array.object(|object| show::object(certificate, object));
        }
    });
    object.object("commands", |object| {
        for (what, command) in made.commands() {
            object.text(what, &command);
        }
    });
    object.finish() + "\n"
}
