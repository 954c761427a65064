//! What the handshakes cost, as text.

use super::{Cost, End};

/// The table.
pub fn text(costs: &[Cost]) -> String {
    let mut text = format!(
        "{:<25}{:>6}  {:>7}{:>7} {:>12}{:>12}{:>8}{:>8}{:>9}\n",
        "", "round", "octets", "octets", "client", "server", "client", "server", "tickets"
    );
    text += &format!(
        "{:<25}{:>6}  {:>7}{:>7} {:>12}{:>12}{:>8}{:>8}{:>9}\n",
        "handshake", "trips", "→", "←", "sign/check", "sign/check", "µs", "µs", "octets"
    );
    let signatures = |end: &End| format!("{}/{}", end.signed, end.verified);
    for cost in costs {
        let Cost { client, server, .. } = cost;
        text += &format!(
            "{:<25}{:>6}  {:>7}{:>7} {:>12}{:>12}{:>8}{:>8}{:>9}\n",
            cost.kind.name(),
            cost.round_trips,
            client.octets,
            server.octets,
            signatures(client),
            signatures(server),
            client.time.as_micros(),
            server.time.as_micros(),
            cost.tickets
        );
    }
    text
}
