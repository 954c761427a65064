//! Chapter 1's server: a thread for each connection, std alone, sixty lines.
//!
//! `cargo run -p server --example threads -- FOLDER` and then `curl http://127.0.0.1:8080/`
//!
//! It speaks just enough HTTP/1.0 to be understood: one request, one answer, and the end of the
//! connection is the end of the content. What it lacks is what the next chapters are about.

use std::{
    env, fs,
    io::{self, BufRead, BufReader, Read, Write},
    net::{TcpListener, TcpStream},
    path::{Component, Path, PathBuf},
    thread,
    time::Duration,
};

// ANCHOR: main
fn main() -> io::Result<()> {
    let root = PathBuf::from(env::args().nth(1).unwrap_or_else(|| ".".into()));
    // socket, bind, listen: from here on the kernel answers whoever knocks at this port.
    let listener = TcpListener::bind("127.0.0.1:8080")?;
    println!("http://{}/", listener.local_addr()?);
    for stream in listener.incoming() {
        let (stream, root) = (stream?, root.clone());
        // The peer may take all the time in the world: only this thread waits.
        thread::spawn(move || {
            if let Err(error) = serve(&stream, &root) {
                eprintln!("{:?}: {error}", stream.peer_addr());
            }
        });
    }
    Ok(())
}
// ANCHOR_END: main

// ANCHOR: serve
fn serve(mut stream: &TcpStream, root: &Path) -> io::Result<()> {
    stream.set_read_timeout(Some(Duration::from_secs(10)))?;
    // At most 8 KiB of head, whatever the peer sends.
    let mut lines = BufReader::new(stream.take(8192)).lines();
    let request = lines.next().transpose()?.unwrap_or_default();
    while lines.next().transpose()?.is_some_and(|field| !field.is_empty()) {}
    match answer(&request, root) {
        Ok(content) => stream.write_all(b"HTTP/1.0 200 OK\r\n\r\n").and(stream.write_all(&content)),
        Err(status) => stream.write_all(format!("HTTP/1.0 {status}\r\n\r\n{status}\n").as_bytes()),
    }
}
// ANCHOR_END: serve

fn answer(request: &str, root: &Path) -> Result<Vec<u8>, &'static str> {
    let mut words = request.split(' ');
    let (Some("GET"), Some(target)) = (words.next(), words.next()) else {
        return Err("501 Not Implemented");
    };
    let path = Path::new(target.trim_start_matches('/'));
    if path.components().any(|part| !matches!(part, Component::Normal(_))) {
        return Err("400 Bad Request");
    }
    fs::read(root.join(path)).map_err(|_| "404 Not Found")
}
