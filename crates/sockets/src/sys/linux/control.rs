//! Control messages: what a datagram carries beside its octets.
//!
//! cmsg(3), `struct cmsghdr`; RFC 3542 §20.2
//!
//! ```text
//!   | length (size_t) | level (int) | kind (int) | data … | padding to size_t | next one …
//!   '────────── length counts from here to the end of data ──────────'
//! ```
//!
//! Invariant: written and read as octets, with every length checked, so that nothing here is
//! `unsafe` and nothing that the kernel says is trusted.
//!
//! Used by: [`message`](super::message), and `udp`, which knows what each one means.

use std::ffi::c_int;

/// Room for all that we ask the kernel for: 144 octets on a dual-stack socket, and some to spare.
const ROOM: usize = 192;
/// Octets in front of the data.
const HEAD: usize = size_of::<usize>() + 2 * size_of::<c_int>();

/// A list of control messages, aligned as the kernel asks for.
#[derive(Debug, Clone, Copy)]
#[repr(C, align(8))]
pub(crate) struct Control {
    octets: [u8; ROOM],
    length: usize,
}

/// One control message: its level, its kind, its data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Item<'a> {
    pub(crate) level: c_int,
    pub(crate) kind: c_int,
    pub(crate) data: &'a [u8],
}

impl Control {
    /// No message.
    pub(crate) const EMPTY: Self = Self { octets: [0; ROOM], length: 0 };

    /// A list that somebody else wrote; what is beyond the room is left out.
    pub(crate) fn of(octets: &[u8]) -> Self {
        let mut control = Self::EMPTY;
        for (place, octet) in control.octets.iter_mut().zip(octets) {
            *place = *octet;
        }
        control.wrote(octets.len());
        control
    }

    /// The whole list, as the kernel reads it.
    pub(crate) fn octets(&self) -> &[u8] {
        self.octets.get(..self.length).unwrap_or_default()
    }

    /// Appends a message. What does not fit is left out; the callers' all fit together.
    pub(crate) fn push(&mut self, level: c_int, kind: c_int, data: &[u8]) {
        let start = self.length;
        let end = start + padded(HEAD + data.len());
        let Some(place) = self.octets.get_mut(start..end) else { return };
        let head = (HEAD + data.len()).to_ne_bytes().into_iter();
        let head = head.chain(level.to_ne_bytes()).chain(kind.to_ne_bytes());
        let padding = std::iter::repeat(0);
        for (octet, value) in place.iter_mut().zip(head.chain(data.iter().copied()).chain(padding))
        {
            *octet = value;
        }
        self.length = end;
    }

    /// The messages, as far as they are whole.
    pub(crate) fn items(&self) -> impl Iterator<Item = Item<'_>> {
        let mut rest = self.octets();
        std::iter::from_fn(move || {
            let (length, after) = rest.split_first_chunk()?;
            let (level, after) = after.split_first_chunk()?;
            let (kind, _) = after.split_first_chunk()?;
            let length = usize::from_ne_bytes(*length);
            let data = rest.get(HEAD..length)?;
            rest = rest.get(padded(length)..).unwrap_or_default();
            let (level, kind) = (c_int::from_ne_bytes(*level), c_int::from_ne_bytes(*kind));
            Some(Item { level, kind, data })
        })
    }

    /// Where the kernel may write and how much.
    pub(super) fn room(&mut self) -> (*mut u8, usize) {
        (self.octets.as_mut_ptr(), ROOM)
    }

    /// The kernel wrote so many octets.
    pub(super) fn wrote(&mut self, length: usize) {
        self.length = length.min(ROOM);
    }
}

impl Item<'_> {
    /// The data as an int, whether the kernel said it in one octet or in four.
    pub(crate) fn number(&self) -> Option<c_int> {
        match self.data {
            [octet] => Some(c_int::from(*octet)),
            data => data.first_chunk().copied().map(c_int::from_ne_bytes),
        }
    }
}

const fn padded(length: usize) -> usize {
    length.saturating_add(size_of::<usize>() - 1) & !(size_of::<usize>() - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_pushed_is_there_in_order() {
        let mut control = Control::EMPTY;
        control.push(17, 103, &1200_u16.to_ne_bytes());
        control.push(41, 67, &2_i32.to_ne_bytes());
        control.push(0, 1, &[3]);
        let found: Vec<_> = control.items().map(|item| (item.level, item.kind)).collect();
        assert_eq!(found, [(17, 103), (41, 67), (0, 1)]);
        let numbers: Vec<_> = control.items().map(|item| item.number()).collect();
        assert_eq!(numbers, [None, Some(2), Some(3)]);
        assert_eq!(control.octets().len() % size_of::<usize>(), 0);
    }

    #[test]
    fn what_does_not_fit_is_left_out() {
        let mut control = Control::EMPTY;
        control.push(1, 1, &[0; ROOM]);
        assert_eq!(control.items().count(), 0);
        control.push(1, 1, &[0; ROOM - HEAD]);
        control.push(1, 2, &[]);
        assert_eq!(control.items().count(), 1);
    }

    #[test]
    fn a_length_that_lies_ends_the_list() {
        for length in [0_usize, 1, HEAD - 1, ROOM + 1, usize::MAX] {
            let mut control = Control::EMPTY;
            control.push(1, 1, &[]);
            control.octets[..size_of::<usize>()].copy_from_slice(&length.to_ne_bytes());
            assert_eq!(control.items().count(), 0, "{length}");
        }
        let mut control = Control::EMPTY;
        control.push(1, 1, &[1, 2, 3, 4]);
        for cut in 0..HEAD + 4 {
            control.wrote(cut);
            assert_eq!(control.items().count(), 0, "cut at {cut}");
        }
    }
}
