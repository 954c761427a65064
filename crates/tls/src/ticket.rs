//! What two ends keep of a connection so that the next one is quicker.
//!
//! RFC 8446 §2.2, §4.6.1, §8
//!
//! ```text
//!   server   TicketStore:  put(session) ─► ticket  ── NewSessionTicket ──►  SessionStore   client
//!            find(ticket) ◄──────────────── ClientHello, pre_shared_key ◄── take(name)
//!            take(ticket): true once
//! ```
//!
//! A ticket here is a name that means nothing to anybody else; the keys stay with the server. So
//! the server can say of each that it was used, which is what makes early data safe to accept: who
//! records a ClientHello with early data and sends it again finds the ticket gone (§8.1). All loops
//! of a server share one store.
//!
//! Invariant: [`TicketStore::take`] answers `true` at most once for a ticket.
//!
//! Invariant: a store holds a bounded number of sessions; the oldest goes first.

use crate::{Suite, schedule::Secret};
use std::{
    collections::{HashMap, VecDeque},
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};
use x509::Certificate;

/// What a server keeps of a connection.
#[derive(Debug, Clone)]
pub struct Session {
    /// The key.
    pub psk: Secret,
    /// The suite that it was made under; its hash is the key's.
    pub suite: Suite,
    /// When the ticket was sent.
    pub issued: Instant,
    /// For how long it is good.
    pub lifetime: Duration,
    /// The number that blurs the ticket's age.
    pub age_add: u32,
    /// Octets of early data that it allows; 0 allows none.
    pub early_data: u32,
    /// What was spoken inside.
    pub alpn: Option<Vec<u8>>,
    /// The name that the client asked for.
    pub server_name: Option<Vec<u8>>,
    /// Who the client was, if it said so.
    pub chain: Arc<[Certificate]>,
    /// [`ServerConfig::early_context`](crate::ServerConfig::early_context) at that time.
    pub context: Vec<u8>,
}

/// Where a server keeps its sessions. One for all its loops.
pub trait TicketStore: Send + Sync {
    /// Keeps a session; answers the ticket. `random` is nobody's but this ticket's.
    fn put(&self, random: [u8; 32], session: Session) -> Vec<u8>;

    /// The session that a ticket names. It stays.
    fn find(&self, ticket: &[u8]) -> Option<Arc<Session>>;

    /// Uses the ticket up: `true` for the first who asks, and nobody else.
    fn take(&self, ticket: &[u8]) -> bool;
}

/// Sessions in memory.
pub struct MemoryTickets {
    capacity: usize,
    sessions: Mutex<Sessions>,
}

#[derive(Default)]
struct Sessions {
    by_ticket: HashMap<Vec<u8>, Arc<Session>>,
    /// The tickets by age; those used up are still among them until their turn comes.
    order: VecDeque<Vec<u8>>,
}

impl MemoryTickets {
    /// Keeps at most `capacity` sessions, of some hundred octets each.
    pub fn new(capacity: usize) -> Self {
        Self { capacity: capacity.max(1), sessions: Mutex::default() }
    }

    fn lock(&self) -> MutexGuard<'_, Sessions> {
        // No step below leaves the two halves so that a panic between them would matter.
        self.sessions.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Default for MemoryTickets {
    fn default() -> Self {
        Self::new(16_384)
    }
}

impl fmt::Debug for MemoryTickets {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemoryTickets({} of {})", self.lock().by_ticket.len(), self.capacity)
    }
}

impl TicketStore for MemoryTickets {
    fn put(&self, random: [u8; 32], session: Session) -> Vec<u8> {
        let ticket = random.to_vec();
        let mut sessions = self.lock();
        while sessions.order.len() >= self.capacity {
            let Some(oldest) = sessions.order.pop_front() else { break };
            sessions.by_ticket.remove(&oldest);
        }
        sessions.order.push_back(ticket.clone());
        sessions.by_ticket.insert(ticket.clone(), Arc::new(session));
        ticket
    }

    fn find(&self, ticket: &[u8]) -> Option<Arc<Session>> {
        self.lock().by_ticket.get(ticket).cloned()
    }

    fn take(&self, ticket: &[u8]) -> bool {
        self.lock().by_ticket.remove(ticket).is_some()
    }
}

/// What a client keeps of a connection.
#[derive(Debug, Clone)]
pub struct Ticket {
    /// What it sends to be recognised.
    pub ticket: Vec<u8>,
    /// The key.
    pub psk: Secret,
    /// The suite that it was made under; its hash is the key's.
    pub suite: Suite,
    /// When it came.
    pub received: Instant,
    /// For how long it is good.
    pub lifetime: Duration,
    /// The number that blurs its age.
    pub age_add: u32,
    /// Octets of early data that it allows; 0 allows none.
    pub early_data: u32,
    /// What was spoken inside.
    pub alpn: Option<Vec<u8>>,
    /// QUIC's transport parameters of that time, which early data keeps to (RFC 9001 §4.6.1).
    pub parameters: Option<Vec<u8>>,
    /// Who the server was.
    pub chain: Arc<[Certificate]>,
}

impl Ticket {
    /// How old it is, in milliseconds; `None` where it is too old to be of use.
    pub fn age(&self, now: Instant) -> Option<u32> {
        let age = now.saturating_duration_since(self.received);
        (age < self.lifetime).then(|| u32::try_from(age.as_millis()).ok()).flatten()
    }
}

/// Where a client keeps its tickets, by the name of the server.
pub trait SessionStore: Send + Sync {
    /// Keeps a ticket of that server.
    fn put(&self, server: &str, ticket: Ticket);

    /// A ticket of that server, the newest; it is gone then, so that no two connections can be
    /// linked by it (§C.4).
    fn take(&self, server: &str) -> Option<Ticket>;
}

/// Tickets in memory.
#[derive(Default)]
pub struct MemorySessions {
    tickets: Mutex<VecDeque<(String, Ticket)>>,
}

/// Tickets kept, of all servers: a client speaks to few.
const KEPT: usize = 256;

impl MemorySessions {
    fn lock(&self) -> MutexGuard<'_, VecDeque<(String, Ticket)>> {
        self.tickets.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl fmt::Debug for MemorySessions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MemorySessions({} of {KEPT})", self.lock().len())
    }
}

impl SessionStore for MemorySessions {
    fn put(&self, server: &str, ticket: Ticket) {
        let mut tickets = self.lock();
        if tickets.len() >= KEPT {
            tickets.pop_front();
        }
        tickets.push_back((server.to_owned(), ticket));
    }

    fn take(&self, server: &str) -> Option<Ticket> {
        let mut tickets = self.lock();
        let newest = tickets.iter().rposition(|(name, _)| name == server)?;
        tickets.remove(newest).map(|(_, ticket)| ticket)
    }
}
