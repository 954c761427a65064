//! Connections under numbers that are never confused: a place is used again, a number is not.
//!
//! ```text
//!  63          32 31           0
//!  ├─────────────┼─────────────┤
//!  │    uses     │    place    │      a timer, a letter or an event for the place's last tenant
//!  └─────────────┴─────────────┘      has another `uses`, and finds nobody
//! ```
//!
//! Descriptors would not do as numbers: the kernel gives the lowest free one, so that a worker's
//! late answer would reach whoever connected next.
//!
//! Used by: the event loop.

/// A number: the place in the low half, how often the place was used before in the high half.
pub(super) type Number = u64;

/// A list with holes that are filled again.
pub(super) struct Slab<T> {
    places: Vec<Place<T>>,
    free: Vec<u32>,
    used: usize,
}

struct Place<T> {
    uses: u32,
    content: Option<T>,
}

impl<T> Slab<T> {
    pub(super) const fn new() -> Self {
        Self { places: Vec::new(), free: Vec::new(), used: 0 }
    }

    pub(super) fn len(&self) -> usize {
        self.used
    }

    /// Puts in what `make` makes of its number.
    pub(super) fn insert(&mut self, make: impl FnOnce(Number) -> T) -> Number {
        let index = self.free.pop().unwrap_or_else(|| {
            self.places.push(Place { uses: 0, content: None });
            // Places are bounded by the descriptors of a process, far below 2^32.
            u32::try_from(self.places.len() - 1).unwrap_or(u32::MAX)
        });
        let Some(place) = self.places.get_mut(index as usize) else { return Number::MAX };
        let number = u64::from(place.uses) << 32 | u64::from(index);
        place.content = Some(make(number));
        self.used += 1;
        number
    }

    /// What has this number now.
    pub(super) fn get_mut(&mut self, number: Number) -> Option<&mut T> {
        let place = self.places.get_mut(index_of(number))?;
        if u64::from(place.uses) == number >> 32 { place.content.as_mut() } else { None }
    }

    /// Takes it out; the number is void from now on.
    pub(super) fn remove(&mut self, number: Number) -> Option<T> {
        let place = self.places.get_mut(index_of(number))?;
        if u64::from(place.uses) != number >> 32 {
            return None;
        }
        let content = place.content.take()?;
        place.uses = place.uses.wrapping_add(1);
        self.used -= 1;
        self.free.push(u32::try_from(index_of(number)).unwrap_or(u32::MAX));
        Some(content)
    }

    /// The numbers in use.
    pub(super) fn numbers(&self) -> Vec<Number> {
        let used = |(index, place): (usize, &Place<T>)| {
            place.content.as_ref().map(|_| u64::from(place.uses) << 32 | index as u64)
        };
        self.places.iter().enumerate().filter_map(used).collect()
    }
}

fn index_of(number: Number) -> usize {
    usize::try_from(number & u64::from(u32::MAX)).unwrap_or(usize::MAX)
}

#[cfg(test)]
mod tests {
    use super::Slab;

    #[test]
    fn an_old_number_does_not_reach_a_new_connection() {
        let mut slab = Slab::new();
        let old = slab.insert(|_| "old");
        assert_eq!(slab.remove(old), Some("old"));
        let new = slab.insert(|_| "new");
        assert_eq!(slab.get_mut(old), None);
        assert_eq!(slab.remove(old), None);
        assert_eq!(slab.get_mut(new), Some(&mut "new"));
        assert_eq!((slab.len(), slab.numbers()), (1, vec![new]));
    }
}
