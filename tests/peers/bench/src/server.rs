//! A server under measurement: a command that is started on a free port and ended when dropped.

use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How to start a server; `{port}` and `{folder}` in the command are filled in.
#[derive(Clone, Debug)]
pub struct Recipe {
    /// Its column in the table.
    pub name: String,
    /// The program and its arguments, split at spaces.
    pub command: String,
}

impl Recipe {
    /// A program that was built beside this one.
    ///
    /// # Errors
    /// The operating system does not say where this one is.
    pub fn beside(name: &str, command: &str) -> io::Result<Self> {
        let program = std::env::current_exe()?.with_file_name(command);
        Ok(Self { name: name.into(), command: program.display().to_string() })
    }
}

/// A server that runs; dropping it asks it to stop and waits until it did.
pub struct Running {
    child: Child,
    /// Where it listens.
    pub address: SocketAddr,
    folder: PathBuf,
}

impl Running {
    /// Starts the server and waits until it accepts connections.
    pub fn start(recipe: &Recipe) -> io::Result<Self> {
        Self::start_in(recipe, |folder, address| {
            if recipe.name == "nginx" {
                std::fs::write(folder.join("nginx.conf"), nginx_conf(folder, address))?;
            }
            Ok(())
        })
    }

    /// As [`start`](Self::start), when `furnish` has put what the command needs into its folder.
    pub fn start_in(
        recipe: &Recipe,
        furnish: impl FnOnce(&Path, SocketAddr) -> io::Result<()>,
    ) -> io::Result<Self> {
        let address = free_address()?;
        let folder = std::env::temp_dir().join(format!("wirebook-bench-{}", address.port()));
        std::fs::create_dir_all(&folder)?;
        furnish(&folder, address)?;
        let filled = recipe
            .command
            .replace("{port}", &address.port().to_string())
            .replace("{folder}", &folder.display().to_string());
        let mut words = filled.split_whitespace();
        let program = words.next().ok_or_else(|| io::Error::other("an empty command"))?;
        let child = Command::new(program)
            .args(words)
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()
            .map_err(|error| io::Error::new(error.kind(), format!("{program}: {error}")))?;
        let mut running = Self { child, address, folder };
        running.wait_until_it_listens(&recipe.name)?;
        Ok(running)
    }

    /// The process that was started; its children belong to it.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    fn wait_until_it_listens(&mut self, name: &str) -> io::Result<()> {
        let deadline = Instant::now() + Duration::from_secs(10);
        while TcpStream::connect(self.address).is_err() {
            if let Some(status) = self.child.try_wait()? {
                return Err(io::Error::other(format!("{name} ended at once: {status}")));
            }
            if Instant::now() > deadline {
                return Err(io::Error::other(format!("{name} does not listen")));
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        Ok(())
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // A kill would leave nginx's worker behind; std knows no other signal.
        let pid = self.child.id().to_string();
        let _ = Command::new("kill").args(["-TERM", &pid]).status();
        let deadline = Instant::now() + Duration::from_secs(5);
        while Instant::now() < deadline && matches!(self.child.try_wait(), Ok(None)) {
            std::thread::sleep(Duration::from_millis(2));
        }
        let _ = self.child.kill();
        let _ = self.child.wait();
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

/// A port that was free a moment ago.
fn free_address() -> io::Result<SocketAddr> {
    TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()
}

/// One worker, nothing logged, no connection closed for having served many requests.
fn nginx_conf(folder: &Path, address: SocketAddr) -> String {
    let server = format!(
        "listen {address} backlog=1024;\n\
         location / {{ default_type text/plain; return 200 \"Hello, world!\"; }}\n"
    );
    nginx_around(folder, &server)
}

/// The same around other lines of its `server`.
pub fn nginx_around(folder: &Path, server: &str) -> String {
    let folder = folder.display();
    format!(
        "daemon off;\nuser root;\nworker_processes 1;\nworker_rlimit_nofile 20000;\n\
         pid {folder}/pid;\nerror_log {folder}/error.log crit;\n\
         events {{ worker_connections 16384; }}\n\
         http {{\n\
         access_log off;\nserver_tokens off;\nkeepalive_timeout 600s;\n\
         keepalive_requests 1000000000;\n\
         client_body_temp_path {folder}/body;\nproxy_temp_path {folder}/proxy;\n\
         fastcgi_temp_path {folder}/fastcgi;\nuwsgi_temp_path {folder}/uwsgi;\n\
         scgi_temp_path {folder}/scgi;\n\
         server {{\n{server}}}\n}}\n"
    )
}
