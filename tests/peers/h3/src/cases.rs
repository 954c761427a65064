//! The cases by h3's client, by the names that the tests give them.

use std::fmt::Debug;
use std::net::SocketAddr;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::client::{Answer, Client};
use crate::{Failure, digest};

const LETTERS: &[u8] = b"abcdefghijklmnopqrstuvwxyz";

/// Plays one against a server; an error says what was otherwise than it should.
pub(crate) async fn play(case: &str, address: SocketAddr, authority: &str) -> Result<(), Failure> {
    let client = Client::new(address, authority)?;
    match case {
        "get" | "head" | "post" => small(case, &client).await,
        "upload" | "download" => large(case, &client).await,
        "parallel" => parallel(&client).await,
        "trailers" => trailers(&client).await,
        "informational" => informational(&client).await,
        "early" => early(&client).await,
        "migration" => migration(&client).await,
        "goaway" => goaway(&client).await,
        _ => {
            println!("lacks {case}");
            Ok(())
        }
    }
}

fn equal<T: PartialEq + Debug>(found: T, wanted: T, what: &str) -> Result<(), Failure> {
    if found == wanted {
        return Ok(());
    }
    Err(format!("{what}: {found:?}, not {wanted:?}").into())
}

fn is_letters(answer: &Answer, what: &str) -> Result<(), Failure> {
    equal((answer.head.status().as_u16(), &answer.content[..]), (200, LETTERS), what)
}

async fn small(case: &str, client: &Client) -> Result<(), Failure> {
    let mut open = client.open().await?;
    match case {
        "get" => {
            is_letters(&open.asking.get("/letters.txt").await?, "GET")?;
            equal(open.asking.get("/nowhere").await?.head.status().as_u16(), 404, "GET of nothing")
        }
        "head" => {
            let answer = open.asking.ask(Method::HEAD, "/letters.txt", None).await?;
            let length = answer.head.headers().get("content-length").map(HeaderValue::as_bytes);
            equal((length, answer.content.len()), (Some(&b"26"[..]), 0), "HEAD")
        }
        _ => {
            for content in [Bytes::new(), Bytes::from_static(b"x"), "한글".repeat(1000).into()] {
                let answer = open.asking.ask(Method::POST, "/echo", Some(content.clone())).await?;
                equal(&answer.content[..], &content[..], "POST")?;
            }
            Ok(())
        }
    }
}

async fn large(case: &str, client: &Client) -> Result<(), Failure> {
    let mut open = client.open().await?;
    if case == "download" {
        let answer = open.asking.get("/large.bin").await?;
        let sum = open.asking.get("/large.sum").await?.content;
        return equal(digest(&answer.content).into_bytes(), sum, "the download");
    }
    let content: Bytes = (0..10_u32 << 20).map(|at| (at % 251) as u8).collect();
    let wanted = format!("{} {}", content.len(), digest(&content)).into_bytes();
    let told = open.asking.ask(Method::POST, "/digest", Some(content)).await?.content;
    equal(told, wanted, "the upload")
}

async fn parallel(client: &Client) -> Result<(), Failure> {
    let open = client.open().await?;
    let mut under_way = tokio::task::JoinSet::new();
    for number in 0..100 {
        let mut asking = open.asking.clone();
        under_way.spawn_local(async move { asking.get(&format!("/letters.txt?{number}")).await });
    }
    while let Some(answer) = under_way.join_next().await {
        is_letters(&answer??, "one of a hundred")?;
    }
    Ok(())
}

async fn trailers(client: &Client) -> Result<(), Failure> {
    let mut open = client.open().await?;
    let sum = |value| {
        HeaderMap::from_iter([(HeaderName::from_static("x-sum"), HeaderValue::from_static(value))])
    };
    let answer = open.asking.get("/trailers").await?;
    equal(&answer.content[..], b"one two three", "the content")?;
    equal(answer.trailers, Some(sum("11")), "the answer's trailers")?;
    let content = Some(Bytes::from_static(b"12345"));
    let begun = open.asking.begin(Method::POST, "/sums", content, Some(sum("5"))).await?;
    equal(&begun.rest(Vec::new()).await?.content[..], b"5 x-sum=5\n", "the request's trailers")
}

async fn informational(client: &Client) -> Result<(), Failure> {
    let answer = client.open().await?.asking.get("/hinted").await?;
    equal((answer.hints, &answer.content[..]), (vec![103], &b"hinted\n"[..]), "the hint")
}

/// A safe request is answered from early data; one that is not is told to come again.
async fn early(client: &Client) -> Result<(), Failure> {
    let mut first = client.open().await?;
    // The second answer stands behind the tickets.
    for _ in 0..2 {
        is_letters(&first.asking.get("/letters.txt").await?, "the GET before")?;
    }
    let mut open = client.open().await?;
    let Some(accepted) = open.early.take() else { return Err("it has no ticket".into()) };
    let mut other = open.asking.clone();
    let content = Some(Bytes::from_static(b"once"));
    let (safe, unsafe_) = tokio::join!(
        open.asking.get("/letters.txt"),
        other.ask(Method::POST, "/echo", content.clone())
    );
    equal(accepted.await, true, "that it went early")?;
    is_letters(&safe?, "the early GET")?;
    equal(unsafe_?.head.status().as_u16(), 425, "the early POST")?;
    equal(&open.asking.ask(Method::POST, "/echo", content).await?.content[..], b"once", "it, again")
}

/// Another port in mid-transfer, which the server sees and follows.
async fn migration(client: &Client) -> Result<(), Failure> {
    let mut open = client.open().await?;
    let mut large = open.asking.begin(Method::GET, "/large.bin", None, None).await?;
    let mut content = Vec::new();
    large.read(&mut content, 1 << 20).await?;
    let before = open.asking.get("/port").await?.content;
    let port = client.moves()?.to_string().into_bytes();
    let answer = large.rest(content).await?;
    let after = open.asking.get("/port").await?.content;
    equal(after, port, "the port that the server sees")?;
    equal(before == open.asking.get("/port").await?.content, false, "whether it is the old one")?;
    let sum = open.asking.get("/large.sum").await?.content;
    equal(digest(&answer.content).into_bytes(), sum, "the download")
}

/// A server that stops finishes what is under way, and closes without an error.
async fn goaway(client: &Client) -> Result<(), Failure> {
    let mut open = client.open().await?;
    let mut held = open.asking.begin(Method::GET, "/held", None, None).await?;
    let mut content = Vec::new();
    held.read(&mut content, 1).await?;
    equal(open.asking.get("/stop").await?.head.status().as_u16(), 200, "the word to stop")?;
    equal(&held.rest(content).await?.content[..], b"begun and done", "what was under way")?;
    let end = open.end.await?;
    equal(end.is_h3_no_error(), true, &format!("whether {end} is no error"))
}
