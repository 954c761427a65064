//! What Linux alone has.

pub(crate) mod control;
pub(crate) mod epoll;
pub(crate) mod message;
