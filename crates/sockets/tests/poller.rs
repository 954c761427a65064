//! What a poller promises, asked of both backends.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that panics has failed, which is what it is for"
)]

use sockets::{Event, Events, Interest, Poller, Token};
use std::{
    io::{ErrorKind, Read, Write},
    net::{Shutdown, TcpListener, TcpStream},
    os::unix::net::UnixStream,
    sync::mpsc,
    thread,
    time::{Duration, Instant},
};

const NOW: Option<Duration> = Some(Duration::ZERO);

/// The same body as two tests, one for each backend.
macro_rules! both {
    ($($name:ident => $body:expr;)*) => {
        mod best { $(#[test] fn $name() { ($body)(super::Poller::new().unwrap()) })* }
        mod portable { $(#[test] fn $name() { ($body)(super::Poller::portable().unwrap()) })* }
    };
}

both! {
    a_socket_is_readable_as_long_as_octets_wait => super::level_triggered;
    a_new_socket_is_writable_until_its_buffer_is_full => super::writable;
    a_listener_is_readable_when_a_client_knocks => super::listener;
    without_interest_nothing_is_told => super::no_interest;
    a_half_close_is_told_and_the_other_half_still_works => super::half_close;
    a_half_close_is_not_told_to_who_does_not_read => super::half_close_under_backpressure;
    a_reset_is_readable_writable_and_closed => super::reset;
    a_removed_socket_is_silent => super::removed;
    a_token_can_be_changed => super::modified;
    misuse_is_told => super::misuse;
    a_timeout_is_never_early => super::timeout;
    a_wake_ends_a_wait => super::wake;
    a_wake_before_the_wait_is_not_lost => super::wake_before;
    many_wakes_are_one => super::coalesced;
    nothing_handed_over_is_ever_missed => super::handed_over;
    more_ready_sockets_than_room_take_turns => super::turns;
    a_thousand_sockets_each_find_their_token => super::many;
}

fn found(poller: &mut Poller, timeout: Option<Duration>) -> Vec<Event> {
    let mut events = Events::default();
    poller.wait(&mut events, timeout).unwrap();
    events.iter().collect()
}

/// Waits for the first events; there must be some.
fn await_events(poller: &mut Poller) -> Vec<Event> {
    let events = found(poller, Some(Duration::from_secs(60)));
    assert!(!events.is_empty());
    events
}

fn event(token: u64, readable: bool, writable: bool, closed: bool) -> Event {
    Event { token: Token(token), readable, writable, closed }
}

fn tcp_pair() -> (TcpStream, TcpStream) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    (client, listener.accept().unwrap().0)
}

fn level_triggered(mut poller: Poller) {
    let (mut ours, mut theirs) = tcp_pair();
    poller.add(&ours, Token(7), Interest::READ).unwrap();
    assert_eq!(found(&mut poller, NOW), []);
    theirs.write_all(b"ab").unwrap();
    for _ in 0..2 {
        assert_eq!(await_events(&mut poller), [event(7, true, false, false)]);
    }
    ours.read_exact(&mut [0]).unwrap();
    assert_eq!(await_events(&mut poller), [event(7, true, false, false)], "one octet is left");
    ours.read_exact(&mut [0]).unwrap();
    assert_eq!(found(&mut poller, NOW), []);
}

fn writable(mut poller: Poller) {
    let (mut ours, _theirs) = UnixStream::pair().unwrap();
    ours.set_nonblocking(true).unwrap();
    poller.add(&ours, Token(7), Interest::BOTH).unwrap();
    assert_eq!(await_events(&mut poller), [event(7, false, true, false)]);
    while ours.write(&[0; 4096]).is_ok() {}
    assert_eq!(found(&mut poller, NOW), []);
}

fn listener(mut poller: Poller) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    poller.add(&listener, Token(1), Interest::READ).unwrap();
    assert_eq!(found(&mut poller, NOW), []);
    let _client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    assert_eq!(await_events(&mut poller), [event(1, true, false, false)]);
}

fn no_interest(mut poller: Poller) {
    let (ours, mut theirs) = tcp_pair();
    poller.add(&ours, Token(7), Interest::NONE).unwrap();
    theirs.write_all(b"a").unwrap();
    assert_eq!(found(&mut poller, NOW), []);
    poller.modify(&ours, Token(7), Interest::READ).unwrap();
    assert_eq!(await_events(&mut poller), [event(7, true, false, false)]);
}

fn half_close(mut poller: Poller) {
    let (mut ours, mut theirs) = tcp_pair();
    poller.add(&ours, Token(7), Interest::READ).unwrap();
    theirs.write_all(b"question").unwrap();
    theirs.shutdown(Shutdown::Write).unwrap();
    let mut question = Vec::new();
    ours.read_to_end(&mut question).unwrap();
    let closed = cfg!(target_os = "linux");
    assert_eq!(await_events(&mut poller), [event(7, true, false, closed)]);
    ours.write_all(b"answer").unwrap();
    theirs.read_exact(&mut [0; 6]).unwrap();
}

fn half_close_under_backpressure(mut poller: Poller) {
    let (ours, theirs) = tcp_pair();
    poller.add(&ours, Token(7), Interest::NONE).unwrap();
    theirs.shutdown(Shutdown::Write).unwrap();
    // The end has arrived when it can be read.
    assert_eq!(ours.peek(&mut [0]).unwrap(), 0);
    assert_eq!(found(&mut poller, NOW), []);
}

fn reset(mut poller: Poller) {
    let (ours, theirs) = tcp_pair();
    poller.add(&ours, Token(7), Interest::NONE).unwrap();
    sockets::tcp::set_linger(&theirs, Some(Duration::ZERO)).unwrap();
    drop(theirs);
    assert_eq!(await_events(&mut poller), [event(7, true, true, true)]);
    let error = (&ours).read(&mut [0]).unwrap_err();
    assert_eq!(error.kind(), ErrorKind::ConnectionReset);
}

fn removed(mut poller: Poller) {
    let (ours, mut theirs) = tcp_pair();
    let (other, mut others) = tcp_pair();
    poller.add(&ours, Token(7), Interest::READ).unwrap();
    poller.add(&other, Token(8), Interest::READ).unwrap();
    theirs.write_all(b"a").unwrap();
    poller.remove(&ours).unwrap();
    others.write_all(b"a").unwrap();
    assert_eq!(await_events(&mut poller), [event(8, true, false, false)]);
    poller.remove(&other).unwrap();
    assert_eq!(found(&mut poller, NOW), []);
}

fn modified(mut poller: Poller) {
    let (ours, _theirs) = tcp_pair();
    poller.add(&ours, Token(7), Interest::READ).unwrap();
    poller.modify(&ours, Token(9), Interest::WRITE).unwrap();
    assert_eq!(await_events(&mut poller), [event(9, false, true, false)]);
}

fn misuse(poller: Poller) {
    let (ours, _theirs) = tcp_pair();
    let kind = |result: std::io::Result<()>| result.unwrap_err().kind();
    assert_eq!(kind(poller.remove(&ours)), ErrorKind::NotFound);
    assert_eq!(kind(poller.modify(&ours, Token(1), Interest::READ)), ErrorKind::NotFound);
    poller.add(&ours, Token(1), Interest::READ).unwrap();
    assert_eq!(kind(poller.add(&ours, Token(2), Interest::READ)), ErrorKind::AlreadyExists);
    let reserved = Token(u64::MAX);
    assert_eq!(kind(poller.modify(&ours, reserved, Interest::READ)), ErrorKind::InvalidInput);
}

fn timeout(mut poller: Poller) {
    let start = Instant::now();
    let timeout = Duration::from_micros(1_500);
    assert_eq!(found(&mut poller, Some(timeout)), []);
    assert!(start.elapsed() >= timeout);
}

fn wake(mut poller: Poller) {
    let waker = poller.waker();
    let (waiting, started) = mpsc::channel();
    let thread = thread::spawn(move || {
        started.recv().unwrap();
        waker.wake();
    });
    waiting.send(()).unwrap();
    let mut events = Events::default();
    poller.wait(&mut events, None).unwrap();
    assert!(events.is_empty() && events.woken());
    thread.join().unwrap();
    poller.wait(&mut events, NOW).unwrap();
    assert!(!events.woken(), "the bell is silent again");
}

fn wake_before(mut poller: Poller) {
    poller.waker().wake();
    let mut events = Events::default();
    for _ in 0..3 {
        poller.wait(&mut events, None).unwrap();
        assert!(events.woken());
        poller.waker().wake();
    }
}

fn coalesced(mut poller: Poller) {
    let wakers: Vec<_> = (0..4).map(|_| poller.waker()).collect();
    let threads = wakers
        .into_iter()
        .map(|waker| thread::spawn(move || (0..10_000).for_each(|_| waker.wake())));
    threads.collect::<Vec<_>>().into_iter().for_each(|thread| thread.join().unwrap());
    let mut events = Events::default();
    poller.wait(&mut events, None).unwrap();
    assert!(events.woken());
    poller.wait(&mut events, NOW).unwrap();
    assert!(!events.woken());
}

/// Each number is handed over and then rung for; a loop that looks after each wait sees them all.
fn handed_over(mut poller: Poller) {
    const EACH: usize = 20_000;
    let (sender, receiver) = mpsc::channel();
    let threads: Vec<_> = (0..3)
        .map(|_| {
            let (sender, waker) = (sender.clone(), poller.waker());
            thread::spawn(move || {
                for number in 0..EACH {
                    sender.send(number).unwrap();
                    waker.wake();
                }
            })
        })
        .collect();
    let mut events = Events::default();
    let mut seen = 0;
    // A wake that were lost would make this wait for ever.
    while seen < 3 * EACH {
        poller.wait(&mut events, None).unwrap();
        seen += receiver.try_iter().count();
    }
    threads.into_iter().for_each(|thread| thread.join().unwrap());
}

fn turns(mut poller: Poller) {
    let pairs: Vec<_> = (0..10).map(|_| UnixStream::pair().unwrap()).collect();
    for ((ours, theirs), token) in pairs.iter().zip(0..) {
        poller.add(ours, Token(token), Interest::READ).unwrap();
        (&*theirs).write_all(b"a").unwrap();
    }
    let mut events = Events::with_capacity(3);
    let mut seen = std::collections::BTreeSet::new();
    for _ in 0..10 {
        poller.wait(&mut events, NOW).unwrap();
        assert_eq!(events.len(), 3);
        seen.extend(events.iter().map(|event| event.token));
    }
    assert_eq!(seen.len(), 10, "{seen:?}");
}

fn many(mut poller: Poller) {
    sockets::tcp::raise_descriptor_limit().unwrap();
    let pairs: Vec<_> = (0..1000).map(|_| UnixStream::pair().unwrap()).collect();
    for ((ours, _), token) in pairs.iter().zip(0..) {
        poller.add(ours, Token(token), Interest::READ).unwrap();
    }
    // Every third leaves, so that places in the portable list move.
    for ((ours, _), _) in pairs.iter().zip(0..).filter(|(_, token)| token % 3 == 0) {
        poller.remove(ours).unwrap();
    }
    for token in [1, 2, 500, 998] {
        let (ours, theirs) = &pairs[token];
        (&*theirs).write_all(b"a").unwrap();
        assert_eq!(await_events(&mut poller), [event(token as u64, true, false, false)]);
        (&*ours).read_exact(&mut [0]).unwrap();
    }
    (&pairs[999].1).write_all(b"a").unwrap();
    assert_eq!(found(&mut poller, NOW), [], "999 was removed");
}
