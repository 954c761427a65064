//! What Linux alone has.

pub(crate) mod epoll;
