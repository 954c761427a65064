//! The loop: everybody sends what can be sent now, then time jumps to the next instant at which
//! anything happens.
//!
//! ```text
//!   step:  transmit, all nodes, until silent
//!          now = the earliest arrival or timeout
//!          deliver what arrives now; handle the timeouts that are due
//! ```
//!
//! Invariant: time never goes back, and never passes an arrival or a timeout.
//!
//! Invariant: at one instant, arrivals come before timeouts, arrivals in the order they were sent,
//! nodes in the order in which they were handed in.

use super::{Network, UnderWay, Verdict};
use crate::{Datagram, Drop, Error, Node, Payload, What};
use std::{
    net::SocketAddr,
    sync::Arc,
    time::{Duration, Instant},
};

/// The nodes of a network, each at the place its interfaces name.
type Nodes<'a, 'b, P> = &'a mut [&'b mut dyn Node<P>];

impl<P: Payload> Network<P> {
    /// Does what is to be done now and goes on to the next instant. Answers `false` when nothing
    /// is under way and nobody waits for a time.
    pub fn step(&mut self, nodes: Nodes<'_, '_, P>) -> Result<bool, Error> {
        self.step_before(nodes, None)
    }

    /// Steps until nothing more happens, or until the network is `end` old; whatever lies behind
    /// that stays to come. Answers whether it fell silent.
    pub fn run(&mut self, nodes: Nodes<'_, '_, P>, end: Duration) -> Result<bool, Error> {
        let end = self.began + end;
        while self.step_before(nodes, Some(end))? {}
        Ok(self.next(nodes).is_none())
    }

    /// Lets exactly `span` pass, whatever happens in it: a scenario's `advance 999ms`.
    pub fn advance(&mut self, nodes: Nodes<'_, '_, P>, span: Duration) -> Result<(), Error> {
        let end = self.now + span;
        while self.step_before(nodes, Some(end))? {}
        self.now = end;
        Ok(())
    }

    // ANCHOR: step
    fn step_before(
        &mut self,
        nodes: Nodes<'_, '_, P>,
        end: Option<Instant>,
    ) -> Result<bool, Error> {
        self.collect(nodes)?;
        let Some(next) = self.next(nodes) else { return Ok(false) };
        if end.is_some_and(|end| next > end) {
            return Ok(false);
        }
        self.go_to(next)?;
        self.deliver(nodes)?;
        for node in nodes.iter_mut() {
            // Once: a pacer's time, say, has passed only when its node has been asked to transmit.
            if node.next_timeout().is_some_and(|at| at <= self.now) {
                node.handle_timeout(self.now);
            }
        }
        self.collect(nodes)?;
        Ok(true)
    }
    // ANCHOR_END: step

    /// The next instant at which anything happens.
    fn next(&self, nodes: &[&mut dyn Node<P>]) -> Option<Instant> {
        let arrival = self.under_way.keys().next().map(|(at, _)| *at);
        nodes.iter().filter_map(|node| node.next_timeout()).chain(arrival).min()
    }

    fn go_to(&mut self, next: Instant) -> Result<(), Error> {
        let limit = self.limits.at_one_instant;
        self.standing = if next > self.now { 0 } else { self.standing + 1 };
        self.now = self.now.max(next);
        if self.standing > limit {
            return Err(Error::StandsStill { time: self.elapsed(), limit });
        }
        Ok(())
    }

    /// Takes what the nodes want sent.
    fn collect(&mut self, nodes: Nodes<'_, '_, P>) -> Result<(), Error> {
        for (place, node) in nodes.iter_mut().enumerate() {
            let mut count = 0;
            while let Some(datagram) = node.transmit(self.now) {
                count += 1;
                let limit = self.limits.at_one_instant;
                if count > limit {
                    let time = self.elapsed();
                    return Err(Error::SendsWithoutEnd { node: place, time, limit });
                }
                self.send(place, datagram)?;
            }
        }
        Ok(())
    }

    /// Puts a datagram of the node at `place` on its way.
    fn send(&mut self, place: usize, mut datagram: Datagram<P>) -> Result<(), Error> {
        let number = self.sent;
        self.sent += 1;
        let from = self.sender(place, datagram.from);
        let to = self.receiver(datagram.to);
        let route = from.zip(to).and_then(|way| self.routes.get(&way).cloned());
        let mut verdict = Verdict::Pass;
        if let Some(filter) = &mut self.filter {
            verdict = filter(&mut datagram);
        }
        let nat = from.and_then(|from| self.interfaces.get_mut(from)).and_then(|i| i.nat.as_mut());
        if let Some(nat) = nat {
            datagram.from = nat.out(datagram.from);
        }
        let nowhere = usize::MAX;
        let (from, to) = (from.unwrap_or(nowhere), to.unwrap_or(nowhere));
        let routed = route.is_some();
        let route = route.unwrap_or_else(|| Arc::from([]));
        let one = UnderWay { datagram, from, to, number, route, passed: 0 };
        self.note(&one, What::Sent);
        if !routed {
            self.note(&one, What::Dropped(Drop::NoRoute));
            return Ok(());
        }
        match verdict {
            Verdict::Pass => self.forward(one),
            Verdict::Hold(span) => self.put(self.now + span, one),
            Verdict::Drop => {
                self.note(&one, What::Dropped(Drop::Filter));
                Ok(())
            }
        }
    }

    /// The interface by which the node at `place` sends from `address`. An address that is not its
    /// own (a spoofed one) leaves by its first interface.
    fn sender(&self, place: usize, address: SocketAddr) -> Option<usize> {
        let own = |(_, one): &(usize, &super::Attached)| one.node == place;
        let mut all = self.interfaces.iter().enumerate().filter(own);
        all.clone().find(|(_, one)| one.ip == address.ip()).or_else(|| all.next()).map(|(at, _)| at)
    }

    /// The interface that others know by this address.
    fn receiver(&self, address: SocketAddr) -> Option<usize> {
        self.interfaces.iter().position(|one| match &one.nat {
            Some(nat) => nat.outside() == address.ip(),
            None => one.ip == address.ip(),
        })
    }

    /// Lets a datagram into the next link of its way, or hands it on for delivery.
    fn forward(&mut self, mut one: UnderWay<P>) -> Result<(), Error> {
        let elapsed = self.elapsed();
        let link = one.route.get(one.passed).copied();
        let channel = link.and_then(|link| self.channels.get_mut(link.0));
        let Some(channel) = channel else {
            // A way without links takes no time; a link of another network does not delay either.
            one.passed = one.route.len();
            return self.put(self.now, one);
        };
        match channel.carry(&mut one.datagram, self.now, elapsed) {
            Err(why) => self.note(&one, What::Dropped(why)),
            Ok(passage) => {
                one.passed += 1;
                for (happened, what) in [
                    (passage.marked, What::Marked),
                    (passage.corrupted, What::Corrupted),
                    (passage.held_back, What::HeldBack),
                    (passage.again.is_some(), What::Duplicated),
                ] {
                    if happened {
                        self.note(&one, what);
                    }
                }
                if let Some(again) = passage.again {
                    let copy = UnderWay {
                        datagram: one.datagram.clone(),
                        route: Arc::clone(&one.route),
                        ..one
                    };
                    self.put(again, copy)?;
                }
                self.put(passage.arrives, one)?;
            }
        }
        Ok(())
    }

    fn put(&mut self, at: Instant, one: UnderWay<P>) -> Result<(), Error> {
        let limit = self.limits.in_flight;
        if self.under_way.len() >= limit {
            return Err(Error::Flooded { time: self.elapsed(), limit });
        }
        self.order += 1;
        self.under_way.insert((at, self.order), one);
        Ok(())
    }

    /// Hands over what arrives now, or lets it into its next link. What a node answers meanwhile
    /// is sent after all arrivals, as if everything had come at once.
    fn deliver(&mut self, nodes: Nodes<'_, '_, P>) -> Result<(), Error> {
        let end = self.order;
        while let Some(first) = self.under_way.first_entry() {
            let (at, order) = *first.key();
            // What enters now over a link of no length arrives in the next step, at this instant.
            if at > self.now || order > end {
                break;
            }
            let one = first.remove();
            if one.passed < one.route.len() {
                self.forward(one)?;
            } else {
                self.hand_over(nodes, one)?;
            }
        }
        Ok(())
    }

    fn hand_over(&mut self, nodes: Nodes<'_, '_, P>, one: UnderWay<P>) -> Result<(), Error> {
        let Some(interface) = self.interfaces.get(one.to) else { return Ok(()) };
        let place = interface.node;
        let inside = match &interface.nat {
            None => Some(one.datagram.to),
            // The NAT may have been rebound while the datagram was on its way.
            Some(nat) if nat.outside() == one.datagram.to.ip() => nat.back(one.datagram.to.port()),
            Some(_) => None,
        };
        let Some(inside) = inside else {
            self.note(&one, What::Dropped(Drop::NoMapping));
            return Ok(());
        };
        let count = nodes.len();
        let Some(node) = nodes.get_mut(place) else {
            let name = interface.name.clone();
            return Err(Error::NoSuchNode { name, node: place, nodes: count });
        };
        self.note(&one, What::Received);
        node.receive(Datagram { to: inside, ..one.datagram }, self.now);
        Ok(())
    }
}
