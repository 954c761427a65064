//! `text/event-stream`: events as lines of text in an answer that does not end.
//!
//! WHATWG HTML, §9.2.5 and §9.2.6
//!
//! ```text
//! stream = [ BOM ] *event
//! event  = *( comment / field ) LF                  an empty line sends it off
//! field  = name [ ":" [ SP ] value ] LF             data, id, event, retry
//! ```
//!
//! Line ends are LF, CR LF or CR; our server writes LF, and here LF and CR LF are read. How it
//! writes is in `server::Event`.
//!
//! Invariant: what one event says in several `data` lines comes out with LF between them.

use std::io::{self, BufRead};

/// The most that one line may be long; a stream without line ends is no stream of events.
const LINE: u64 = 1 << 20;

/// Reads events from the content of an answer.
pub(super) struct Events<R>(pub(super) R);

impl<R: BufRead> Events<R> {
    /// The next event's data; `None` at the stream's end. An event that the end cuts off is none.
    ///
    /// # Errors
    /// What the content fails with; `InvalidData` for a line that is too long or not UTF-8.
    pub(super) fn next(&mut self) -> io::Result<Option<String>> {
        let mut data: Option<String> = None;
        loop {
            let mut line = String::new();
            io::Read::take(&mut self.0, LINE).read_line(&mut line)?;
            let Some(line) = line.strip_suffix('\n') else {
                return if line.is_empty() {
                    Ok(None)
                } else {
                    Err(io::ErrorKind::InvalidData.into())
                };
            };
            let line = line.strip_suffix('\r').unwrap_or(line);
            if line.is_empty() {
                if data.is_some() {
                    return Ok(data);
                }
                continue;
            }
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            if name == "data" {
                let value = value.strip_prefix(' ').unwrap_or(value);
                match &mut data {
                    Some(data) => data.extend(["\n", value]),
                    None => data = Some(value.to_owned()),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(stream: &str) -> Vec<String> {
        let mut events = Events(stream.as_bytes());
        std::iter::from_fn(|| events.next().ok().flatten()).collect()
    }

    #[test]
    fn what_is_written_is_read() {
        let event = |id, data| server::Event { id: Some(id), ..server::Event::data(data) }.encode();
        let stream = [event("0", "a: b"), event("1", " c\nd")].concat();
        assert_eq!(read(&stream), ["a: b", " c\nd"]);
    }

    #[test]
    fn comments_names_and_empty_blocks_are_no_events() {
        assert_eq!(read(": still here\n\nid: 3\n\ndata\n\nevent: x\ndata:y\r\n\r\n"), ["", "y"]);
    }

    #[test]
    fn data_of_several_lines_is_one_event() {
        assert_eq!(read("data: one\ndata: two\n\n"), ["one\ntwo"]);
    }

    #[test]
    fn an_event_that_is_cut_off_is_none() {
        assert_eq!(read("data: one\n\ndata: tw"), ["one"]);
        assert_eq!(read("data: one\n\ndata: two\n"), ["one"]);
    }
}
