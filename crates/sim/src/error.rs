//! What stops a simulation: never what a link does to a datagram, only what a program got wrong.

use std::time::Duration;
use thiserror::Error;

/// Why a run cannot go on.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum Error {
    /// A node had more to send at one instant than
    /// [`Limits::at_one_instant`](crate::Limits::at_one_instant) allows: it would send for ever.
    #[error(
        "node {node} sends without end at {time:?}: more than {limit} datagrams at one instant"
    )]
    SendsWithoutEnd {
        /// Its place among the nodes.
        node: usize,
        /// Since the network began.
        time: Duration,
        /// The limit it passed.
        limit: usize,
    },
    /// Time does not go on: a timeout stays in the past however often it is handled, or two nodes
    /// answer each other over links that take no time.
    #[error("time stands still at {time:?}: {limit} steps and no end")]
    StandsStill {
        /// Since the network began.
        time: Duration,
        /// The limit it passed.
        limit: usize,
    },
    /// More datagrams are under way than [`Limits::in_flight`](crate::Limits::in_flight) allows.
    #[error("{limit} datagrams are under way at {time:?}: a link without a rate is being flooded")]
    Flooded {
        /// Since the network began.
        time: Duration,
        /// The limit they passed.
        limit: usize,
    },
    /// An address was attached to a node that was not handed in.
    #[error("'{name}' is node {node}, and only {nodes} nodes were handed in")]
    NoSuchNode {
        /// The interface's name.
        name: String,
        /// Its node.
        node: usize,
        /// How many there were.
        nodes: usize,
    },
}
