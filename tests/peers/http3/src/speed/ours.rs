//! Our client, without the threads that a `Session` has: what one loop can ask.

use std::collections::HashMap;
use std::time::{Duration, Instant};

use client::quic::{Config, QuicClient};
use client::tls::{Options, Trust};
use ours_http::{Method, Request, Target, Version};
use ours_http3::{ClientOptions, Connection, Event, Limits, Outgoing, StreamId};
use ours_quic::stream::Direction;
use x509::ServerName;

use crate::{Failure, Task};

pub(crate) fn ask(task: Task) -> Result<(), Failure> {
    let options = Options { trust: Trust::Anybody, ..Options::default() };
    let config = Config::new(options).speak(b"h3", "localhost")?;
    let mut client = QuicClient::new(task.address, true)?;
    let name = ServerName::parse("localhost")?;
    let handle = client.connect(&config, name, task.address, Vec::new())?;
    let mut http3 =
        Connection::client(&Limits::default(), ClientOptions::default(), Instant::now());
    let mut run = Run { task, asked: 0, answered: 0, octets: HashMap::new() };
    while run.answered < task.requests {
        let now = Instant::now();
        let quic = client.connection(handle).ok_or("the connection is gone")?;
        while let Some(event) = quic.poll_event() {
            if let Some(ours_quic::Event::Closed(closed)) =
                port::http3::take(event, &mut http3, quic, now)
            {
                return Err(format!("{closed:?}").into());
            }
        }
        while let Some(event) = http3.poll_event() {
            run.hear(event, &mut http3, quic, now)?;
        }
        if quic.is_connected() {
            run.ask(&mut http3, quic)?;
        }
        port::http3::give(&mut http3, quic, now);
        if run.answered < task.requests {
            client.turn(Duration::from_millis(100))?;
        }
    }
    let quic = client.connection(handle).ok_or("the connection is gone")?;
    quic.close(ours_http3::ErrorCode::H3_NO_ERROR.0, b"");
    client.send();
    Ok(())
}

struct Run {
    task: Task,
    asked: usize,
    answered: usize,
    /// What has come on each stream.
    octets: HashMap<StreamId, usize>,
}

impl Run {
    fn ask(
        &mut self,
        http3: &mut Connection,
        quic: &mut ours_quic::Connection,
    ) -> Result<(), Failure> {
        while self.asked < self.task.requests && self.asked - self.answered < self.task.at_once {
            let Some(stream) = quic.open(Direction::Bidirectional) else { return Ok(()) };
            let mut request = Request::new(Method::Get, Target::Origin(self.task.path.into()));
            request.version = Version::Http3;
            request.headers.try_append("Host", &self.task.address.to_string())?;
            http3.send_request(port::http3::http3_id(stream), &request, Outgoing::None)?;
            self.asked += 1;
        }
        Ok(())
    }

    fn hear(
        &mut self,
        event: Event,
        http3: &mut Connection,
        quic: &mut ours_quic::Connection,
        now: Instant,
    ) -> Result<(), Failure> {
        match event {
            Event::Data { stream, octets, end } => {
                http3.release(stream, octets.len());
                let so_far = self.octets.entry(stream).or_default();
                *so_far += octets.len();
                if end {
                    let octets = self.octets.remove(&stream);
                    if octets != Some(self.task.octets) {
                        return Err(format!("{octets:?} octets").into());
                    }
                    self.answered += 1;
                }
            }
            Event::Readable(stream) => {
                port::http3::resume(port::http3::quic_id(stream), http3, quic, now);
            }
            Event::Violation(error) => return Err(error.into()),
            _ => {}
        }
        Ok(())
    }
}
