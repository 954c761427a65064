//! The system's random octets, a page at a time.
//!
//! RFC 8446 §C.1; RFC 6455 §5.3: a masking key comes from a strong source of entropy, and the one
//! of the next frame cannot be told from those before it.
//!
//! A masking key has four octets, and a call to the kernel costs more than to mask a kilobyte: so
//! octets are drawn for a thousand keys at once. A TLS handshake needs no more than a few.
//!
//! Invariant: no octet is handed out twice.
//!
//! Users: [`super::handshake`], [`crate::websocket`].

use crate::Error;
use ring::{
    digest,
    rand::{SecureRandom, SystemRandom},
};
use wire::Random;

/// Octets drawn at once.
const PAGE: usize = 4096;
/// Octets drawn at once where few are needed: a hello's random and session id are 64.
const FEW: usize = 128;

/// A source that nobody can foresee.
pub(crate) struct SystemOctets {
    source: SystemRandom,
    page: Vec<u8>,
    /// Octets of `page` that were handed out.
    used: usize,
}

impl SystemOctets {
    /// Draws the first page.
    ///
    /// # Errors
    /// [`Error::Request`] where the system has none.
    pub(crate) fn new() -> Result<Self, Error> {
        Self::with_page(PAGE)
    }

    /// As [`new`](Self::new), for who needs little.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub(crate) fn few() -> Result<Self, Error> {
        Self::with_page(FEW)
    }

    fn with_page(octets: usize) -> Result<Self, Error> {
        let (source, mut page) = (SystemRandom::new(), vec![0; octets]);
        let failed = |_| Error::Request("the system has no random octets".into());
        source.fill(&mut page).map_err(failed)?;
        Ok(Self { source, page, used: 0 })
    }

    /// A new page. A system that gave one gives more; if it ever does not, the old page goes on as
    /// the seed of a hash, whose octets are as hard to foresee.
    fn draw(&mut self) {
        self.used = 0;
        if self.source.fill(&mut self.page).is_ok() {
            return;
        }
        let seed = digest::digest(&digest::SHA256, &self.page);
        for (number, chunk) in self.page.chunks_mut(digest::SHA256_OUTPUT_LEN).enumerate() {
            let mut context = digest::Context::new(&digest::SHA256);
            context.update(seed.as_ref());
            context.update(&number.to_be_bytes());
            let made = context.finish();
            chunk.iter_mut().zip(made.as_ref()).for_each(|(octet, made)| *octet = *made);
        }
    }
}

impl Random for SystemOctets {
    fn fill(&mut self, octets: &mut [u8]) {
        for octet in octets {
            if self.used == self.page.len() {
                self.draw();
            }
            *octet = self.page.get(self.used).copied().unwrap_or_default();
            self.used += 1;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_page_is_handed_out_twice() {
        let mut random = SystemOctets::new().unwrap();
        let (mut first, mut second) = ([0; PAGE], [0; PAGE]);
        random.fill(&mut first);
        random.fill(&mut second);
        assert_ne!(first, second);
        let mut key = [0; 4];
        random.fill(&mut key);
        assert_eq!(random.used, 4);
    }
}
