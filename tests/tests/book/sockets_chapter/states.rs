//! A connection's whole life as `ss` shows it: one row for each socket the kernel still has.

use crate::{figure::figure, ports::Ports, programs};
use std::{
    fmt::Write as _,
    net::{Shutdown, SocketAddr, TcpListener, TcpStream},
};

#[test]
fn a_connection_from_listen_to_time_wait() {
    if programs::system("ss").is_none() {
        return;
    }
    let mut text = String::new();
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let mut ports = Ports::new(address);
    let mut show = |title: &str, ports: &Ports, states: &[&str]| {
        writeln!(text, "# {title}\n{}", snapshot(address, ports, states)).unwrap();
    };

    show("server: socket, bind, listen", &ports, &["LISTEN"]);
    let client = TcpStream::connect(address).unwrap();
    ports.client(client.local_addr().unwrap());
    show("client: connect", &ports, &["LISTEN", "ESTAB", "ESTAB"]);
    let (server, _) = listener.accept().unwrap();
    show("server: accept", &ports, &["LISTEN", "ESTAB", "ESTAB"]);
    server.shutdown(Shutdown::Write).unwrap();
    show("server: shutdown(Write)", &ports, &["LISTEN", "FIN-WAIT-2", "CLOSE-WAIT"]);
    drop(client);
    show("client: close", &ports, &["LISTEN", "TIME-WAIT"]);
    drop(server);
    drop(listener);
    show("server: close, both sockets", &ports, &["TIME-WAIT"]);
    figure("states", &format!("{}\n", text.trim_end()));
}

/// What `ss` lists for our port, as soon as the states are `states`: the kernel's two ends talk to
/// each other without us, and what they do is not done when the call returns.
fn snapshot(address: SocketAddr, ports: &Ports, states: &[&str]) -> String {
    let mut rows = Vec::new();
    for _ in 0..1000 {
        rows = list(address);
        // Another test's connection may have had our port before us and be in TIME-WAIT still.
        rows.retain(|row| row[3..].iter().all(|end| ports.knows(end)));
        let mut found: Vec<&str> = rows.iter().map(|row| row[0].as_str()).collect();
        let mut wanted = states.to_vec();
        found.sort_unstable();
        wanted.sort_unstable();
        if found == wanted {
            return print(&mut rows, ports);
        }
        std::thread::yield_now();
    }
    panic!("wanted {states:?}, ss has {rows:?}");
}

/// State, Recv-Q, Send-Q, local and peer of each socket of this port.
fn list(address: SocketAddr) -> Vec<Vec<String>> {
    let port = address.port();
    let mut command = programs::system("ss").unwrap();
    let filter = format!("( sport = :{port} or dport = :{port} )");
    let output = command.args(["-t", "-a", "-n", "-H", &filter]).output().unwrap();
    assert!(output.status.success());
    let text = String::from_utf8(output.stdout).unwrap();
    text.lines().map(|line| line.split_whitespace().take(5).map(str::to_owned).collect()).collect()
}

/// The server's sockets first, whatever the order in the kernel's table.
fn print(rows: &mut [Vec<String>], ports: &Ports) -> String {
    let mut text = String::new();
    for row in rows.iter_mut() {
        for cell in row.iter_mut() {
            *cell = ports.mask(cell);
        }
    }
    rows.sort_by_key(|row| (row[0] != "LISTEN", !row[3].ends_with(":8080")));
    for row in rows {
        let [state, received, sent, local, peer] = &row[..] else { panic!("{row:?}") };
        writeln!(text, "{state:<12}{received:<4}{sent:<5}{local:<18}{peer}").unwrap();
    }
    text
}
