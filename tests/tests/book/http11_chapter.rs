//! Chapter 3, HTTP/1.1: one connection for many exchanges, chunks, framing, and the wall.

mod blocking;
mod frames;
mod smuggling;
