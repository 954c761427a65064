//! HTTP/2 between ours and other people's programs: who speaks to whom, and what was tried.
//!
//! | client          | server                 | tried                                        |
//! |-----------------|------------------------|----------------------------------------------|
//! | curl            | ours, plain and TLS    | prior knowledge, Upgrade, ALPN, `Expect`,    |
//! |                 |                        | 50 MiB each way, trailers, 20 with `-Z`      |
//! | nghttp          | ours, plain and TLS    | pushes, Upgrade, priorities, padding,        |
//! |                 |                        | windows from 1 octet, CONTINUATION           |
//! | h2load          | ours, plain and TLS    | thousands of requests, HTTP/1 beside it      |
//! | the crate h2    | ours, plain            | `tests/peers/h2`                             |
//! | `get`, sessions | nghttpd, plain and TLS | pushes, trailers, padding, windows, 50 MiB   |
//! | `get`, sessions | nginx, TLS             | GOAWAY in use, 50 MiB each way               |
//! | sessions        | the crate h2           | `tests/peers/h2`                             |
//! | Chromium        | `serve`                | in [`crate::tls`]: pages, WebSocket          |

mod curl_asks;
mod h2load_asks;
mod nghttp_asks;
mod nghttpd_answers;
mod nginx_answers;
mod place;
