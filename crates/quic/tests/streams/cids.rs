//! Connection IDs: RFC 9000 §5.1, §19.15, §19.16.

use quic::{
    cids::{Issued, LocalIds, RETIRING, RemoteIds},
    error::Error,
};

fn issued(sequence: u64) -> Issued<u64> {
    let octet = u8::try_from(sequence).unwrap();
    Issued { sequence, id: 100 + sequence, token: Some([octet; 16]) }
}

fn remote() -> RemoteIds<u64> {
    let mut remote = RemoteIds::new(100, 4);
    for sequence in 1..4 {
        assert_eq!(remote.on_issued(issued(sequence), 0), Ok(false));
    }
    remote
}

fn retired(remote: &mut RemoteIds<u64>) -> Vec<u64> {
    std::iter::from_fn(|| remote.poll_retire()).collect()
}

#[test]
fn s5_1_1_as_many_are_issued_as_the_peer_allows() {
    let mut local = LocalIds::new(50, None);
    assert_eq!(local.wanted(), 0, "its parameters are not known yet");
    local.set_allowed(3);
    assert_eq!(local.wanted(), 2);
    assert_eq!((local.issue(51, [1; 16]), local.issue(52, [2; 16])), (1, 2));
    assert_eq!(local.wanted(), 0);
    let (first, prior) = local.poll().unwrap();
    assert_eq!((first, prior), (Issued { sequence: 1, id: 51, token: Some([1; 16]) }, 0));
    assert_eq!(local.poll().unwrap().0.sequence, 2);
    assert!(!local.is_pending());
    local.on_lost(1);
    assert_eq!(local.poll().unwrap().0.sequence, 1);
    local.set_allowed(u64::MAX);
    assert_eq!(local.wanted(), 5, "and no more than are of use");
}

#[test]
fn s5_1_2_what_the_peer_retires_is_replaced() {
    let mut local = LocalIds::new(50, None);
    local.set_allowed(2);
    local.issue(51, [1; 16]);
    local.poll();
    assert_eq!(local.on_retire(0, &51), Ok(Some(50)));
    assert_eq!(local.on_retire(0, &51), Ok(None), "a frame that came twice");
    assert_eq!(local.wanted(), 1);
    local.on_lost(0);
    assert_eq!(local.poll(), None, "what is retired is not issued again");
}

#[test]
fn s19_16_what_was_never_issued_cannot_be_retired() {
    let mut local = LocalIds::new(50, None);
    let error = local.on_retire(1, &50).unwrap_err();
    assert_eq!((error.code().0, error), (0x0a, Error::RetireOfUnknown { sequence: 1 }));
}

#[test]
fn s19_16_the_one_in_use_by_the_packet_cannot_be_retired() {
    let mut local = LocalIds::new(50, None);
    assert_eq!(local.on_retire(0, &50), Err(Error::RetireOfUnknown { sequence: 0 }));
}

#[test]
fn s5_1_2_all_of_ours_can_be_called_in_and_once_at_a_time() {
    let mut local = LocalIds::new(50, None);
    local.set_allowed(2);
    local.issue(51, [1; 16]);
    assert!(local.retire_all());
    assert_eq!(local.wanted(), 2);
    local.issue(52, [2; 16]);
    local.issue(53, [3; 16]);
    let told: Vec<_> = std::iter::from_fn(|| local.poll()).map(|(_, prior)| prior).collect();
    assert_eq!(told, [2, 2, 2]);
    assert!(!local.retire_all(), "the peer has not done it yet");
    local.on_retire(0, &52).unwrap();
    local.on_retire(1, &52).unwrap();
    assert!(local.retire_all());
}

#[test]
fn s5_1_1_a_preferred_address_brings_number_1() {
    let mut local = LocalIds::new(50, None);
    local.issue_preferred(60, [9; 16]);
    local.set_allowed(4);
    assert_eq!((local.wanted(), local.issue(51, [1; 16]), local.is_pending()), (2, 2, true));
    assert_eq!(local.iter().map(|issued| issued.id).collect::<Vec<_>>(), [50, 60, 51]);
}

#[test]
fn s5_1_1_more_than_we_allow_is_an_error() {
    let mut remote = remote();
    let error = remote.on_issued(issued(4), 0).unwrap_err();
    assert_eq!((error.code().0, error), (0x09, Error::ConnectionIdLimit { limit: 4 }));
}

#[test]
fn s5_1_2_retire_prior_to_makes_room_before_the_new_one_counts() {
    let mut remote = remote();
    assert_eq!(remote.on_issued(issued(4), 2), Ok(true), "the current one had to go");
    assert_eq!(remote.current().unwrap().sequence, 2);
    assert_eq!(retired(&mut remote), [0, 1]);
    remote.on_retire_lost(1);
    assert!(remote.is_retire_pending());
    assert_eq!(retired(&mut remote), [1]);
    remote.on_retire_acked(0);
    remote.on_retire_lost(0);
    assert!(!remote.is_retire_pending());
}

#[test]
fn s19_15_one_below_retire_prior_to_is_retired_at_once() {
    let mut remote = RemoteIds::new(100, 4);
    assert_eq!(remote.on_issued(issued(5), 5), Ok(true));
    assert_eq!(retired(&mut remote), [0]);
    assert_eq!(remote.on_issued(issued(3), 2), Ok(false));
    assert_eq!(retired(&mut remote), [3]);
    assert_eq!(remote.on_issued(issued(3), 2), Ok(false), "a frame that came twice");
    assert_eq!(retired(&mut remote), []);
}

#[test]
fn s19_15_a_contradiction_is_an_error() {
    let mut remote = remote();
    let contradictions = [
        Issued { id: 7, ..issued(2) },
        Issued { token: Some([7; 16]), ..issued(2) },
        Issued { sequence: 9, ..issued(2) },
        Issued { id: 7, sequence: 9, ..issued(2) },
    ];
    for new in contradictions {
        let error = remote.on_issued(new, 0).unwrap_err();
        assert_eq!(error, Error::ConnectionIdReused { sequence: new.sequence });
        assert_eq!(error.code().0, 0x0a);
    }
    assert_eq!(remote.on_issued(issued(2), 0), Ok(false), "the same again is none");
}

#[test]
fn s5_1_2_a_peer_cannot_make_us_remember_what_it_had_us_retire() {
    let mut remote = RemoteIds::new(100, 2);
    let flood = (1..200).map(|sequence| remote.on_issued(issued(sequence), sequence));
    let taken = flood.take_while(Result::is_ok).count();
    assert!(taken <= RETIRING && remote.retiring() <= RETIRING);
    assert!(taken > 2 * 2, "at least twice the limit is tracked");
}

#[test]
fn s9_5_a_path_is_left_with_its_identifier() {
    let mut remote = remote();
    assert_eq!(remote.spare(), 3);
    assert_eq!(remote.rotate().map(|issued| issued.sequence), Some(1));
    assert_eq!(retired(&mut remote), [0]);
    let probed = remote.peek_spare().unwrap().sequence;
    assert_eq!(probed, 2);
    remote.retire(probed);
    assert_eq!(retired(&mut remote), [2]);
    assert_eq!(remote.rotate().map(|issued| issued.sequence), Some(3));
    assert_eq!(remote.rotate(), None, "there is no other");
    assert_eq!(remote.current().unwrap().id, 103);
    remote.retire(3);
    assert_eq!(remote.current().unwrap().id, 103, "the current one stays");
}

#[test]
fn s10_3_1_a_token_of_any_of_them_is_a_reset() {
    let mut remote = remote();
    assert!(!remote.is_reset(&[2; 16], |_| false), "not used yet (§10.3.1)");
    assert!(remote.is_reset(&[2; 16], |_| true) && !remote.is_reset(&[0; 16], |_| true));
    remote.set_first_token([0; 16]);
    assert!(remote.is_reset(&[0; 16], |_| true));
    remote.replace_first(77);
    assert_eq!(remote.current().unwrap().id, 77);
    remote.switch(2);
    assert!(!remote.is_reset(&[0; 16], |_| true), "what is retired is forgotten");
}
