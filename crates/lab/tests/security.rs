//! What handshakes cost, counted: everything but the times comes out the same each time.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use lab::security::{Cost, Kind, costs, text};

fn cost(all: &[Cost], kind: Kind) -> Cost {
    *all.iter().find(|cost| cost.kind == kind).unwrap()
}

#[test]
fn each_kind_of_handshake_costs_what_the_rfc_says() {
    let all = costs(3).unwrap();
    let [full, retried, client, resumed, early] = Kind::ALL.map(|kind| cost(&all, kind));
    // Round trips before the request can leave (RFC 8446 §2).
    let trips = [full, retried, client, resumed, early].map(|cost| cost.round_trips);
    assert_eq!(trips, [1, 2, 1, 1, 0]);
    // The server signs once; the client checks that, and the authority's signature.
    for cost in [full, retried] {
        assert_eq!((cost.server.signed, cost.server.verified), (1, 0));
        assert_eq!((cost.client.signed, cost.client.verified), (0, 2));
    }
    // Here they do the same for each other.
    assert_eq!((client.server.signed, client.server.verified), (1, 2));
    assert_eq!((client.client.signed, client.client.verified), (1, 2));
    // A ticket stands for all of that.
    for cost in [resumed, early] {
        assert_eq!((cost.server.signed, cost.server.verified), (0, 0));
        assert_eq!((cost.client.signed, cost.client.verified), (0, 0));
        assert!(cost.server.octets < full.server.octets / 2, "{cost:?}");
    }
    assert!(retried.client.octets > full.client.octets + 200);
    assert!(client.client.octets > full.client.octets + 300);
    assert!(all.iter().all(|cost| cost.tickets > 0 && !cost.client.time.is_zero()));
}

#[test]
fn the_table_has_a_row_for_each_kind() {
    let table = text(&costs(1).unwrap());
    for kind in Kind::ALL {
        assert!(table.lines().any(|line| line.starts_with(kind.name())), "{table}");
    }
    assert!(table.lines().all(|line| line.chars().count() <= 100), "{table}");
}
