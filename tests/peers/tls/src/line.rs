//! The octets between two ends: what a pair of sockets would carry, without sockets.
//!
//! Copying to and from a socket is the kernel's work and the same for everybody. So the line times
//! its own copies, and whoever measures an end takes them off.

use rustix::time::{ClockId, clock_gettime};
use std::io::{self, Read, Write};

/// Seconds of processor time that this thread has used.
pub fn processor_time() -> f64 {
    let time = clock_gettime(ClockId::ThreadCPUTime);
    time.tv_sec as f64 + time.tv_nsec as f64 * 1e-9
}

/// Octets under way, in one direction at a time.
#[derive(Debug, Default)]
pub struct Line {
    octets: Vec<u8>,
    taken: usize,
    /// Seconds of processor time that copying took.
    copying: f64,
}

impl Line {
    /// Octets under way.
    pub fn len(&self) -> usize {
        self.octets.len() - self.taken
    }

    /// Whether all octets were taken.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Processor time that `work` uses beside copying to and from the line, in seconds.
    pub fn time(&mut self, work: impl FnOnce(&mut Self)) -> f64 {
        self.copying = 0.0;
        let begin = processor_time();
        work(self);
        processor_time() - begin - self.copying
    }

    /// Times the copy of that many octets, unless asking for the time would take longer.
    fn copied(&mut self, octets: usize, copy: impl FnOnce(&mut Self)) {
        const WORTH_IT: usize = 8 * 1024;
        if octets < WORTH_IT {
            return copy(self);
        }
        let begin = processor_time();
        copy(self);
        self.copying += processor_time() - begin;
    }
}

impl Write for Line {
    fn write(&mut self, octets: &[u8]) -> io::Result<usize> {
        self.copied(octets.len(), |line| {
            if line.is_empty() {
                line.octets.clear();
                line.taken = 0;
            }
            // In pieces: one long copy is slow where the two are a few octets out of step.
            for piece in octets.chunks(2048) {
                line.octets.extend_from_slice(piece);
            }
        });
        Ok(octets.len())
    }

    fn write_vectored(&mut self, slices: &[io::IoSlice<'_>]) -> io::Result<usize> {
        slices.iter().map(|slice| self.write(slice)).sum()
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Read for Line {
    fn read(&mut self, out: &mut [u8]) -> io::Result<usize> {
        let count = out.len().min(self.len());
        self.copied(count, |line| {
            let from = line.octets.get(line.taken..line.taken + count).unwrap_or_default();
            for (to, from) in out.chunks_mut(2048).zip(from.chunks(2048)) {
                if let Some(to) = to.get_mut(..from.len()) {
                    to.copy_from_slice(from);
                }
            }
            line.taken += count;
        });
        Ok(count)
    }
}
