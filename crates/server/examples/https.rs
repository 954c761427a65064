//! A server that speaks TLS: one certificate, two routes, and what a handler sees of it all.
//!
//! `cargo run -p server --example https -- 127.0.0.1:8443 [CERTIFICATE KEY]`
//!
//! Without a certificate it makes one, which nobody has a reason to believe: try
//! `curl -k https://127.0.0.1:8443/`.

use http::StatusCode;
use server::{
    Certificates, Reply, Request, Router, Server, Tls, early, identity::Identity, inline,
};
use std::{error::Error, path::Path, time::SystemTime};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let address = arguments.next().unwrap_or_else(|| "127.0.0.1:8443".into());
    // ANCHOR: identity
    let identity = match (arguments.next(), arguments.next()) {
        (Some(certificate), Some(key)) => Identity::read(Path::new(&certificate), Path::new(&key))?,
        _ => Identity::generate(SystemTime::now().into())?,
    };
    println!("for {}", identity.names().join(", "));
    let certificates = Certificates::of([identity])?;
    // `certificates.replace` shows others from the next handshake on, while the server runs.
    let mut config = Tls::config_for(certificates);
    config.early_data = 4096;
    let tls = Tls::with(config);
    // ANCHOR_END: identity

    let router = Router::new()
        // Whoever asks again, or is made to ask again, gets the same: early data may ask for it.
        .get("/", early(inline(|_, reply| reply.text(StatusCode::OK, "Hello, world!"))))
        .get("/about", inline(about));
    let server = Server::new(router).listen_tls(address.parse()?, &tls)?.start()?;
    println!("https://{}/", server.tls_addresses().first().ok_or("no address")?);
    Ok(server.wait()?)
}

/// Tells a client what its connection is like.
fn about(request: Request, reply: Reply) {
    let Some(tls) = request.tls() else {
        return reply.text(StatusCode::OK, "in the clear\n");
    };
    let name = tls.server_name.as_deref().map_or("nobody".into(), String::from_utf8_lossy);
    let text = format!(
        "you asked for {name}\nsuite {:?}, group {:?}, {}\n",
        tls.suite,
        tls.group,
        if tls.resumed { "resumed" } else { "a full handshake" },
    );
    reply.text(StatusCode::OK, text);
}
