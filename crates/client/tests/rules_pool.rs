//! A pool's decisions, with numbers for connections and a clock that a test moves.
#![allow(clippy::unwrap_used, reason = "a test that panics has failed, which is what it is for")]

use client::core::pool::{Acquire, Pool, PoolLimits};
use std::time::{Duration, Instant};

fn pool(connections: usize, idle: usize) -> Pool<u32> {
    Pool::new(PoolLimits { connections, idle, ..PoolLimits::default() })
}

#[test]
fn the_one_used_last_is_used_next() {
    let (mut pool, now) = (pool(4, 4), Instant::now());
    for connection in 1..=3 {
        assert_eq!(pool.acquire(false), Acquire::Open);
        assert_eq!(pool.in_use(), connection);
    }
    for connection in 1..=3 {
        assert_eq!(pool.release(connection, now), None);
    }
    for connection in [3, 2, 1] {
        assert_eq!(pool.acquire(false), Acquire::Reuse(connection));
    }
    assert_eq!(pool.acquire(false), Acquire::Open);
}

#[test]
fn at_the_limit_one_waits_until_a_place_is_free() {
    let (mut pool, now) = (pool(2, 2), Instant::now());
    assert_eq!(pool.acquire(false), Acquire::Open);
    assert_eq!(pool.acquire(false), Acquire::Open);
    assert_eq!(pool.acquire(false), Acquire::Wait);
    pool.release(7, now);
    assert_eq!(pool.acquire(false), Acquire::Reuse(7));
    assert_eq!(pool.acquire(false), Acquire::Wait);
    pool.discard();
    assert_eq!(pool.acquire(false), Acquire::Open);
}

#[test]
fn too_many_idle_ones_lose_the_oldest() {
    let (mut pool, now) = (pool(4, 2), Instant::now());
    for _ in 0..3 {
        pool.acquire(false);
    }
    assert_eq!(pool.release(1, now), None);
    assert_eq!(pool.release(2, now), None);
    assert_eq!(pool.release(3, now), Some(1));
    assert_eq!((pool.idle(), pool.in_use()), (2, 0));
}

#[test]
fn none_is_kept_where_none_may_be_idle() {
    let mut pool = pool(4, 0);
    pool.acquire(false);
    assert_eq!(pool.release(1, Instant::now()), Some(1));
}

#[test]
fn idle_ones_expire() {
    let (mut pool, start) = (pool(4, 4), Instant::now());
    for _ in 0..2 {
        pool.acquire(false);
    }
    pool.release(1, start);
    pool.release(2, start + Duration::from_secs(30));
    assert_eq!(pool.expire(start + Duration::from_secs(59)), []);
    assert_eq!(pool.expire(start + Duration::from_secs(60)), [1]);
    assert_eq!(pool.acquire(false), Acquire::Reuse(2));
}

#[test]
fn a_fresh_one_passes_over_the_idle_ones() {
    let (mut pool, now) = (pool(2, 2), Instant::now());
    for _ in 0..2 {
        pool.acquire(false);
    }
    pool.release(1, now);
    pool.release(2, now);
    // The limit holds all the same: the oldest idle one makes room.
    assert_eq!(pool.acquire(true), Acquire::Open);
    assert_eq!((pool.idle(), pool.in_use()), (1, 1));
    assert_eq!(pool.acquire(false), Acquire::Reuse(2));
    assert_eq!(pool.acquire(true), Acquire::Wait);
}

#[test]
fn a_limit_of_none_is_one() {
    let mut pool = pool(0, 1);
    assert_eq!(pool.acquire(false), Acquire::Open);
    assert_eq!(pool.acquire(false), Acquire::Wait);
}
