//! Certificates for a test: an authority, a server's and a client's, in a folder that goes away.
//!
//! ```text
//!   ca.pem ca-key.pem ──signs──► cert.pem key.pem             localhost, 127.0.0.1, ::1
//!                     └─signs──► client.pem client-key.pem    who asks
//! ```
//!
//! Those of [`Papers::ours`] are what `wirebook cert` makes, those of [`Papers::openssls`] what
//! OpenSSL does, with a key of any kind.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use testkit::TempDir;

use super::talk::openssl;
use crate::peers;
use crate::program::wirebook;

/// What a leaf says of itself, as OpenSSL reads it.
const LEAF: &str = "basicConstraints=critical,CA:FALSE\nkeyUsage=critical,digitalSignature\n\
                    extendedKeyUsage=serverAuth,clientAuth\n\
                    subjectAltName=DNS:localhost,IP:127.0.0.1,IP:::1\n\
                    authorityKeyIdentifier=keyid\nsubjectKeyIdentifier=hash\n";

/// The files.
pub(crate) struct Papers {
    folder: TempDir,
}

impl Papers {
    /// A P-256 key for each, made here.
    pub(crate) fn ours() -> Self {
        let folder = TempDir::new("papers");
        let out = folder.path().to_str().unwrap();
        let (ca, key) = (folder.path().join("ca.pem"), folder.path().join("ca-key.pem"));
        let (ca, key) = (ca.to_str().unwrap(), key.to_str().unwrap());
        well(&program(&["cert", "--out", out]));
        well(&program(&["cert", "--client", "--out", out, "--ca-cert", ca, "--ca-key", key]));
        Self { folder }
    }

    /// Keys that OpenSSL makes by these arguments of `genpkey`, certificates whose signatures have
    /// this digest.
    #[track_caller]
    pub(crate) fn openssls(key: &str, digest: &str) -> Option<Self> {
        let papers = Self { folder: TempDir::new("papers") };
        fs::write(papers.path("leaf.txt"), LEAF).unwrap();
        let run = |arguments: &str| {
            let mut command = openssl(arguments)?;
            well(&peers::run(command.current_dir(papers.folder.path()), b""));
            Some(())
        };
        run(&format!("genpkey {key} -out ca-key.pem"))?;
        run("req -x509 -key ca-key.pem -subj /CN=Elsewhere -days 20 -out ca.pem")?;
        for (name, secret) in [("cert", "key"), ("client", "client-key")] {
            run(&format!("genpkey {key} -out {secret}.pem"))?;
            run(&format!("req -new -key {secret}.pem -subj /CN={name} -out {name}.csr"))?;
            run(&format!(
                "x509 -req -in {name}.csr -CA ca.pem -CAkey ca-key.pem -CAcreateserial -days 10 \
                 -extfile leaf.txt {digest} -out {name}.pem"
            ))?;
        }
        Some(papers)
    }

    pub(crate) fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// The path of a file as an argument.
    pub(crate) fn path(&self, name: &str) -> String {
        self.file(name).to_str().unwrap().to_owned()
    }

    /// Where the files are.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// `-cert … -key …` for `s_server`.
    pub(crate) fn server(&self) -> String {
        format!("-cert {} -key {}", self.path("cert.pem"), self.path("key.pem"))
    }
}

/// `wirebook`, run to its end.
pub(crate) fn program(arguments: &[&str]) -> Output {
    peers::run(&mut ours(arguments), b"")
}

/// `wirebook` about to run, without what the environment says of proxies, roots and logs.
pub(crate) fn ours(arguments: &[&str]) -> Command {
    let mut command = Command::new(wirebook());
    for variable in ["http_proxy", "https_proxy", "all_proxy", "no_proxy", "ALL_PROXY", "NO_PROXY"]
    {
        command.env_remove(variable);
    }
    command.env_remove("SSLKEYLOGFILE").env_remove("SSL_CERT_FILE").args(arguments);
    command
}

/// What it printed, if it ended well.
#[track_caller]
pub(crate) fn well(output: &Output) -> String {
    let errors = String::from_utf8_lossy(&output.stderr);
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}: {errors}\n{text}", output.status);
    text
}
