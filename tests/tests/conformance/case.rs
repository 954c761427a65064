//! A situation by its section, and what may come of it.

use crate::raw::Peer;
use crate::want::Want;

/// A situation by its section, and what may come of it.
#[derive(Clone, Copy)]
pub(crate) struct Case {
    pub(crate) section: &'static str,
    pub(crate) name: &'static str,
    /// Whether the two have greeted each other before.
    pub(crate) greeted: bool,
    pub(crate) act: fn(&mut Peer),
    pub(crate) want: Want,
}

/// A situation behind both prefaces.
pub(crate) const fn case(
    section: &'static str,
    name: &'static str,
    act: fn(&mut Peer),
    want: Want,
) -> Case {
    Case { section, name, greeted: true, act, want }
}

impl Case {
    /// A situation without any greeting.
    pub(crate) const fn bare(
        section: &'static str,
        name: &'static str,
        act: fn(&mut Peer),
        want: Want,
    ) -> Self {
        Self { section, name, greeted: false, act, want }
    }
}
