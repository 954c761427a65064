//! From the first request to the final response: challenges, redirects, retries.
//!
//! RFC 9110 §15.4 (redirects), §11.6 (challenges), §10.2.3 (Retry-After)
//!
//! ```text
//!        ┌──────────────────────────────────────────────┐
//!        ▼                                              │
//!   compose fields ──► adapter ──► cookies ──► 401? ────┤ once, with an answer to the challenge
//!                                              3xx? ────┤ to the next URL, at most `redirects`
//!                                              503? ────┘ after a pause, at most `retries`
//!                                              └─ none of these: the caller's response
//! ```
//!
//! Invariant: every turn of the loop uses up one of three bounded numbers, so that it ends.

use super::{Session, headers, lock};
use crate::{
    Error, Response,
    adapter::{Answer, Prepared, Route},
    core::{
        auth::{self, Auth},
        digest::Digest,
        redirect, retry,
        timeouts::{Deadline, Phase},
        url,
    },
    request::Parts,
    response::Hop,
    trace,
};
use http::{HeaderName, StatusCode, Uri, auth::Challenge};
use ring::rand::{SecureRandom, SystemRandom};
use std::{
    io::Read,
    thread,
    time::{Duration, Instant, SystemTime},
};
use wire::{UnixTime, trace::Direction};

/// The body of a response on the way is read up to here, so that its connection can be used again.
const PASSED_OVER: u64 = 64 * 1024;
/// Origins whose Digest challenge is remembered. More are forgotten, and asked for again.
const NONCES: usize = 64;

/// A chain of requests that is one request to the caller.
struct Chain {
    parts: Parts,
    deadline: Deadline,
    history: Vec<Hop>,
    followed: u32,
    retried: u32,
    /// How the last 401 from this URL was answered; Basic, from this origin.
    answered: Option<Answered>,
    /// `Authorization`, made for the request at hand.
    authorization: Option<String>,
}

/// What was tried to satisfy a 401.
#[derive(PartialEq)]
enum Answered {
    Basic,
    Digest,
    /// Digest, twice: the first nonce was stale.
    Again,
}

impl Session {
    pub(crate) fn send(&self, mut parts: Parts) -> Result<Response, Error> {
        let shown = trace::shown(&self.inner.trace, || url::redact(&parts.url.to_string()));
        trace::SEND.tell(&self.inner.trace, Direction::Local, || [trace::text("url", &shown)]);
        let deadline = Deadline::new(Instant::now(), parts.timeouts.total);
        parts.content.rewind("sending a request twice")?;
        parts.headers = headers::merge(&self.inner.defaults, &parts.headers, &parts.without);
        adopt_userinfo(&mut parts);
        let mut chain = Chain {
            parts,
            deadline,
            history: Vec::new(),
            followed: 0,
            retried: 0,
            answered: None,
            authorization: None,
        };
        loop {
            chain.authorization = self.authorization(&chain)?;
            let answer = self.exchange(&chain)?;
            self.remember_cookies(&chain.parts.url, &answer);
            let again =
                self.challenged(&mut chain, &answer)? || self.redirected(&mut chain, &answer)?;
            let pause = if again { None } else { self.postponed(&mut chain, &answer)? };
            if !again && pause.is_none() {
                let decoding = self.inner.decoding.as_ref();
                return Ok(Response::new(answer, chain.parts.url, chain.history, decoding));
            }
            // First the connection goes back: a pause must not keep it from others.
            pass_over(answer);
            thread::sleep(pause.unwrap_or_default());
        }
    }

    /// One request, one response.
    fn exchange(&self, chain: &Chain) -> Result<Answer, Error> {
        let (parts, inner) = (&chain.parts, &self.inner);
        let route = self.route(parts);
        let forward = route.forward_proxy();
        let cookies = inner.jar.as_ref().and_then(|jar| lock(jar).header(&parts.url, now()));
        let headers = headers::compose(&headers::Sources {
            url: &parts.url,
            own: &parts.headers,
            authorization: chain.authorization.as_deref(),
            proxy_authorization: forward.and_then(|proxy| proxy.authorization()),
            cookies: cookies.as_deref(),
        })?;
        let prepared = Prepared {
            method: parts.method.clone(),
            url: parts.url.clone(),
            version: parts.version,
            prior_knowledge: inner.prior_knowledge,
            protocol: parts.protocol,
            headers,
            content: parts.content.clone(),
            expect: parts.expect,
            route,
            timeouts: parts.timeouts,
            deadline: chain.deadline,
            trace: inner.trace.clone(),
        };
        let text = parts.url.to_string();
        let adapter = self.adapter(&text).ok_or_else(|| Error::Scheme {
            scheme: parts.url.scheme().to_owned(),
            reason: "no adapter is mounted for it",
        })?;
        adapter.send(&prepared)
    }

    /// The way of a request: asked anew for each redirect, since `no_proxy` may name its host.
    fn route(&self, parts: &Parts) -> Route {
        let mut route = self.inner.route.clone();
        // Nobody in between may read what is sealed.
        route.tunnel |= parts.upgrades || parts.url.scheme() == "https";
        if let (None, Some(origin)) = (&route.unix_socket, parts.url.origin()) {
            let host = origin.host.to_dial();
            route.proxy = self.inner.proxies.choose(origin.scheme, &host, origin.port).cloned();
        }
        route
    }

    fn remember_cookies(&self, url: &Uri, answer: &Answer) {
        let Some(jar) = &self.inner.jar else { return };
        let mut cookies = answer.head.headers.get_all(HeaderName::SET_COOKIE).peekable();
        if cookies.peek().is_some() {
            let (mut jar, now) = (lock(jar), now());
            // A cookie that is refused is refused silently, as RFC 6265 §5.3 has it.
            for cookie in cookies {
                let _ = jar.store(cookie.as_bytes(), url, now);
            }
        }
    }

    /// The value of `Authorization` for the next request.
    fn authorization(&self, chain: &Chain) -> Result<Option<String>, Error> {
        let Some(auth) = &chain.parts.auth else { return Ok(None) };
        let Some(credentials) = auth.credentials() else { return auth.first() };
        if chain.answered == Some(Answered::Basic) {
            return credentials.basic().map(Some).ok_or_else(auth::unfit);
        }
        if let Auth::Digest(_) | Auth::Any(_) = auth
            && let Some(digest) = lock(&self.inner.nonces).get_mut(&realm(&chain.parts.url))
        {
            let (method, url) = (&chain.parts.method, &chain.parts.url);
            // What is hashed is what is sent, and a forward proxy is sent the whole URL.
            let forwarded = self.route(&chain.parts).forward_proxy().is_some();
            let target = url::target(method, url, forwarded).to_string();
            let (user, password) = (&credentials.user, &credentials.password);
            return Ok(Some(digest.answer(user, password, method.as_str(), &target, &cnonce()?)));
        }
        auth.first()
    }

    /// Whether `answer` is a challenge that the next turn answers.
    fn challenged(&self, chain: &mut Chain, answer: &Answer) -> Result<bool, Error> {
        let Some(auth) = chain.parts.auth.clone() else { return Ok(false) };
        if answer.head.status != StatusCode::UNAUTHORIZED {
            return Ok(false);
        }
        let challenges = challenges(answer);
        let realm = realm(&chain.parts.url);
        match auth::answer(&auth, &challenges)? {
            auth::Answer::Digest(digest) => {
                let again = match &chain.answered {
                    None => Answered::Digest,
                    // The password was right, the nonce too old: once more (RFC 7616 §3.3).
                    Some(Answered::Digest) if digest.stale => Answered::Again,
                    // It was wrong, and will not become right.
                    Some(_) => {
                        lock(&self.inner.nonces).remove(&realm);
                        return Ok(false);
                    }
                };
                chain.answered = Some(again);
                self.remember_nonce(realm, digest);
            }
            auth::Answer::Basic if chain.answered.is_none() => {
                chain.answered = Some(Answered::Basic);
            }
            auth::Answer::Basic | auth::Answer::None => return Ok(false),
        }
        trace::CHALLENGE.tell(&self.inner.trace, Direction::Local, || {
            [trace::number("challenges", challenges.len() as u64)]
        });
        chain.parts.content.rewind("401 Unauthorized")?;
        Ok(true)
    }

    fn remember_nonce(&self, realm: String, digest: Digest) {
        let mut nonces = lock(&self.inner.nonces);
        if nonces.len() >= NONCES && !nonces.contains_key(&realm) {
            nonces.clear();
        }
        nonces.insert(realm, digest);
    }

    /// Whether `answer` leads elsewhere, and the chain now points there.
    fn redirected(&self, chain: &mut Chain, answer: &Answer) -> Result<bool, Error> {
        if chain.parts.redirects == 0 {
            return Ok(false);
        }
        let from = &chain.parts.url;
        let next = match chain.parts.upgrades {
            true => redirect::next(&chain.parts.method, from, &redirect::handshake(&answer.head)),
            false => redirect::next(&chain.parts.method, from, &answer.head),
        };
        let Some(next) = next? else {
            return Ok(false);
        };
        let shown = url::redact(&next.url.to_string());
        if chain.followed == chain.parts.redirects {
            return Err(Error::TooManyRedirects { limit: chain.followed, url: shown });
        }
        chain.followed += 1;
        trace::REDIRECT.tell(&self.inner.trace, Direction::Local, || {
            [
                trace::number("status", u64::from(answer.head.status.as_u16())),
                trace::text("to", &shown),
            ]
        });
        chain.history.push(Hop {
            url: from.clone().without_userinfo(),
            status: answer.head.status,
            version: answer.head.version,
            headers: answer.head.headers.clone(),
        });
        let parts = &mut chain.parts;
        redirect::strip(&mut parts.headers, &next);
        if !next.same_origin {
            parts.auth = None;
        }
        // Each URL may challenge anew: its nonce may have grown old on the way. That the origin
        // wants Basic need not be learned again.
        if !next.same_origin || chain.answered != Some(Answered::Basic) {
            chain.answered = None;
        }
        if next.keeps_content {
            parts.content.rewind("a redirect")?;
        } else {
            parts.content = crate::Content::empty();
        }
        parts.method = next.method;
        parts.url = next.url;
        adopt_userinfo(parts);
        Ok(true)
    }

    /// How long to wait, if `answer` says "later" and the caller wants to try again.
    fn postponed(&self, chain: &mut Chain, answer: &Answer) -> Result<Option<Duration>, Error> {
        let (parts, attempt) = (&chain.parts, chain.retried);
        if attempt >= parts.retries || !parts.content.is_replayable() {
            return Ok(None);
        }
        let after = retry_after(answer, now());
        let wait = retry::on_status(&parts.method, answer.head.status, attempt, after);
        let Some(wait) = wait else { return Ok(None) };
        // A wait that the deadline would cut short is not begun: better this answer than none.
        let left = chain.deadline.cap(Phase::Total, None, Instant::now())?.limit;
        if left.is_some_and(|left| left <= wait) {
            return Ok(None);
        }
        trace::LATER.tell(&self.inner.trace, Direction::Local, || {
            [
                trace::number("status", u64::from(answer.head.status.as_u16())),
                trace::micros("wait", wait),
            ]
        });
        parts.content.rewind("a retry")?;
        chain.retried += 1;
        Ok(Some(wait))
    }
}

/// `user:password@` in the URL becomes Basic, unless the caller said who sends.
fn adopt_userinfo(parts: &mut Parts) {
    let credentials = parts.url.authority().and_then(|authority| authority.credentials());
    if let Some((user, password)) = credentials {
        parts.url = parts.url.clone().without_userinfo();
        let text = |octets: Vec<u8>| String::from_utf8_lossy(&octets).into_owned();
        let given = auth::Credentials::new(text(user), text(password));
        parts.auth.get_or_insert(Auth::Basic(given));
    }
}

/// For whom a nonce is good.
fn realm(url: &Uri) -> String {
    url.origin().map(|o| format!("{}://{}:{}", o.scheme, o.host, o.port)).unwrap_or_default()
}

/// All challenges of all fields; a field that breaks the grammar is passed over.
fn challenges(answer: &Answer) -> Vec<Challenge> {
    let fields = answer.head.headers.get_all(HeaderName::WWW_AUTHENTICATE);
    fields.filter_map(|field| http::auth::challenges(field.as_bytes()).ok()).flatten().collect()
}

/// `Retry-After` as a span: seconds, or a date (RFC 9110 §10.2.3).
fn retry_after(answer: &Answer, now: UnixTime) -> Option<Duration> {
    let value = answer.head.headers.get_only(HeaderName::RETRY_AFTER)?.to_str()?;
    if !value.is_empty() && value.bytes().all(|octet| octet.is_ascii_digit()) {
        return Some(Duration::from_secs(value.parse().unwrap_or(u64::MAX)));
    }
    let date = http::date::parse(value, now).ok()?;
    Some(Duration::from_secs(u64::try_from(date.0.saturating_sub(now.0)).unwrap_or(0)))
}

/// Reads the body of a response that nobody asked to see, if it is small.
fn pass_over(answer: Answer) {
    let mut rest = answer.content.take(PASSED_OVER);
    // An error costs the connection and nothing else.
    let _ = std::io::copy(&mut rest, &mut std::io::sink());
}

/// Octets that nobody can guess, as text that needs no quoting.
fn cnonce() -> Result<String, Error> {
    let mut octets = [0; 24];
    let failed = |_| Error::Request("the system has no random octets".into());
    SystemRandom::new().fill(&mut octets).map_err(failed)?;
    Ok(wire::base64::encode_url(&octets))
}

fn now() -> UnixTime {
    SystemTime::now().into()
}
