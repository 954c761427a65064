//! HTTP/0.9 over QUIC by quinn, as the QUIC interop runner speaks it: a server and a client.
//!
//! ```text
//!   quinn-hq serve FOLDER --certificate PEM --key PEM [--host IP] [--port N] [--retry]
//!            [--preferred IP:PORT]
//!   quinn-hq get FOLDER URL… [--chacha20] [--update-keys] [--resume] [--early] [--rebind]
//! ```
//!
//! A request is `GET /path` on a stream of its own, an answer the file's octets and the stream's
//! end. The server says its port on the first line; the client writes the files into FOLDER and
//! ends with one line of JSON that says what happened.

mod client;
mod server;

/// Failures end the program with their text.
type Failure = Box<dyn std::error::Error + Send + Sync>;

/// Options that stand behind the role, in any order.
struct Arguments {
    plain: Vec<String>,
    options: Vec<String>,
    values: Vec<(String, String)>,
}

impl Arguments {
    fn read(words: impl Iterator<Item = String>) -> Self {
        let mut read = Self { plain: Vec::new(), options: Vec::new(), values: Vec::new() };
        let mut words = words.peekable();
        while let Some(word) = words.next() {
            match word.as_str() {
                "--certificate" | "--key" | "--host" | "--port" | "--preferred" => {
                    read.values.push((word, words.next().unwrap_or_default()));
                }
                option if option.starts_with("--") => read.options.push(word),
                _ => read.plain.push(word),
            }
        }
        read
    }

    fn has(&self, option: &str) -> bool {
        self.options.iter().any(|given| given == option)
    }

    fn value(&self, option: &str) -> Option<&str> {
        let found = self.values.iter().find(|(name, _)| name == option);
        found.map(|(_, value)| value.as_str())
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Failure> {
    let mut words = std::env::args().skip(1);
    let role = words.next().unwrap_or_default();
    let arguments = Arguments::read(words);
    match role.as_str() {
        "serve" => server::run(&arguments).await,
        "get" => client::run(&arguments).await,
        _ => Err("the first word is `serve` or `get`".into()),
    }
}
