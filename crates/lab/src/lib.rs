//! Experiments that anyone can repeat: for now the tour, one page's walk through the layers.
#![forbid(unsafe_code)]

pub mod tour;
