//! qlog files: one connection of QUIC, two files in the folder that `QLOGDIR` names.
//!
//! ```text
//!   8394c8f03e515708_client.sqlog    the drafts' form, whole after each event
//!   8394c8f03e515708_client.qlog     the older one, which qvis draws; whole at the end
//! ```
//!
//! They are named by the destination of the client's first packet, so that both ends' files of a
//! connection stand together.
//!
//! Invariant: at most [`OPEN`] connections have open files; further ones have none.
//!
//! Used by: the teller; a server gives its connections to a [`Folder`] of its own.

use std::{
    collections::{HashMap, VecDeque},
    fmt,
    fs::File,
    io::{self, BufWriter},
    path::PathBuf,
    sync::{Mutex, PoisonError},
};
use view::qlog::{Kind, Writer};
use wire::{
    hex,
    trace::{Event, Layer, Sink, Value},
};

/// Connections whose files are open at once.
const OPEN: usize = 256;

/// Connections that are over stay open for their last words until so many others are over too.
const OVER: usize = 16;

type Files = [Writer<BufWriter<File>>; 2];

/// Where the files go.
pub(crate) struct Folder {
    folder: PathBuf,
    open: Mutex<Open>,
}

#[derive(Default)]
struct Open {
    files: HashMap<u64, Files>,
    over: VecDeque<u64>,
    /// Whether it was said that a file cannot be made.
    complained: bool,
}

impl Folder {
    /// Files go to `folder`, which is made with the first of them.
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder, open: Mutex::default() }
    }

    /// The folder that `QLOGDIR` names, if it names one.
    pub(crate) fn from_environment() -> Option<Self> {
        let folder = std::env::var_os("QLOGDIR").filter(|folder| !folder.is_empty())?;
        Some(Self::new(folder.into()))
    }

    /// Makes the files of a connection.
    fn begin(&self, event: &Event<'_>) -> io::Result<Files> {
        let field = |name: &str| {
            let field = event.fields.iter().find(|field| field.name == name);
            field.map(|field| field.value)
        };
        let original = match field("original") {
            Some(Value::Octets(octets)) => octets,
            _ => &[],
        };
        let role = match field("role") {
            Some(Value::Text(role)) => role,
            _ => "unknown",
        };
        std::fs::create_dir_all(&self.folder)?;
        let file = |kind: Kind| {
            let name = format!("{}_{role}{}", hex::encode(original), kind.extension());
            let file = BufWriter::new(File::create(self.folder.join(name))?);
            io::Result::Ok(Writer::new(kind, file, original))
        };
        Ok([file(Kind::Sequential)?, file(Kind::Version03)?])
    }
}

impl Sink for Folder {
    fn event(&self, event: &Event<'_>) {
        if event.layer != Layer::Quic {
            return;
        }
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if event.name == "started" && open.files.len() < OPEN {
            match self.begin(event) {
                Ok(files) => {
                    open.files.insert(event.connection, files);
                }
                Err(error) if !open.complained => {
                    open.complained = true;
                    super::print(&format!("wirebook: {}: {error}\n", self.folder.display()));
                }
                Err(_) => {}
            }
        }
        if let Some(files) = open.files.get(&event.connection) {
            files.iter().for_each(|file| file.event(event));
            if event.name == "closed" {
                open.over.push_back(event.connection);
            }
        }
        if open.over.len() > OVER
            && let Some(oldest) = open.over.pop_front()
        {
            open.files.remove(&oldest);
        }
    }
}

impl fmt::Debug for Folder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Folder({})", self.folder.display())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, time::Instant};
    use testkit::TempDir;
    use wire::trace::{Direction, Field};

    fn tell(folder: &Folder, connection: u64, name: &'static str) {
        let id = connection.to_be_bytes();
        let fields = [
            Field { name: "role", value: Value::Text("client") },
            Field { name: "original", value: Value::Octets(&id) },
        ];
        let (time, layer, direction) = (Instant::now(), Layer::Quic, Direction::Local);
        let fields = if name == "started" { &fields[..] } else { &[] };
        folder.event(&Event { time, layer, direction, connection, stream: None, name, fields });
    }

    #[test]
    fn each_connection_has_its_files_and_they_are_whole() {
        let there = TempDir::new("qlog");
        let folder = Folder::new(there.path().join("new"));
        tell(&folder, 9, "state");
        for connection in 0..600 {
            tell(&folder, connection, "started");
            tell(&folder, connection, "closed");
            assert!(folder.open.lock().unwrap().files.len() <= OVER + 1);
        }
        tell(&folder, 599, "datagram");
        drop(folder);
        let names: Vec<_> = fs::read_dir(there.path().join("new")).unwrap().collect();
        assert_eq!(names.len(), 1200);
        let file = there.path().join("new/0000000000000257_client.qlog");
        let file: serde_json::Value = serde_json::from_slice(&fs::read(file).unwrap()).unwrap();
        assert_eq!(file["traces"][0]["events"].as_array().unwrap().len(), 3);
    }

    #[test]
    fn connections_that_never_end_have_a_limit() {
        let there = TempDir::new("qlog-limit");
        let folder = Folder::new(there.path().to_owned());
        (0..300).for_each(|connection| tell(&folder, connection, "started"));
        assert_eq!(folder.open.lock().unwrap().files.len(), OPEN);
    }
}
