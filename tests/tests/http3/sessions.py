"""HTTP/3 by clients whose interface is that of `requests`: curl_cffi (libcurl) and niquests (qh3).

    sessions.py curl_cffi|niquests CASE HOST PORT AUTHORITY

Prints `lacks …`, where the client cannot do it, and else nothing; what fails is an exception.
"""

import asyncio
import hashlib
import os
import sys


class CurlCffi:
    """libcurl, with HTTP/3 and nothing else."""

    def __init__(self, root, authority):
        from curl_cffi import CurlHttpVersion, requests

        self.requests, self.root = requests, root
        self.more = {"verify": authority, "http_version": CurlHttpVersion.V3ONLY, "timeout": 40}
        self.three = CurlHttpVersion.V3
        self.session = requests.Session()

    def ask(self, method, path, content=None):
        answer = self.session.request(method, self.root + path, data=content, **self.more)
        equal(answer.http_version, self.three, "the version")
        return answer.status_code, answer.content, answer.headers

    def together(self, paths):
        async def all_of_them():
            async with self.requests.AsyncSession(max_clients=len(paths)) as session:
                asked = [session.get(self.root + path, **self.more) for path in paths]
                return await asyncio.gather(*asked)

        answers = asyncio.run(all_of_them())
        equal({answer.http_version for answer in answers}, {self.three}, "the versions")
        return [answer.content for answer in answers]


class Niquests:
    """qh3, told by a made-up Alt-Svc that HTTP/3 is spoken at that port."""

    def __init__(self, root, authority):
        import niquests

        self.root = root
        host, port = root.removeprefix("https://").split(":")
        self.session = niquests.Session(
            multiplexed=False,
            disable_http1=True,
            disable_http2=True,
            quic_cache_layer={(host, int(port)): (host, int(port))},
        )
        self.many = niquests.Session(
            multiplexed=True,
            disable_http1=True,
            disable_http2=True,
            quic_cache_layer={(host, int(port)): (host, int(port))},
        )
        # What a session says of itself gives way to the environment.
        self.more = {"verify": authority, "timeout": 40}

    def ask(self, method, path, content=None):
        answer = self.session.request(method, self.root + path, data=content, **self.more)
        equal(answer.http_version, 30, "the version")
        return answer.status_code, answer.content, answer.headers

    def together(self, paths):
        answers = [self.many.get(self.root + path, **self.more) for path in paths]
        self.many.gather()
        equal({answer.http_version for answer in answers}, {30}, "the versions")
        return [answer.content for answer in answers]


def equal(found, wanted, what):
    if found != wanted:
        raise AssertionError(f"{what}: {found!r}, not {wanted!r}")


def digest(octets):
    return hashlib.sha256(octets).hexdigest()


def get(client):
    letters = (200, b"abcdefghijklmnopqrstuvwxyz")
    equal(client.ask("GET", "/letters.txt")[:2], letters, "GET")
    equal(client.ask("GET", "/nowhere")[0], 404, "GET of nothing")


def head(client):
    status, content, fields = client.ask("HEAD", "/letters.txt")
    equal((status, content, fields["content-length"]), (200, b"", "26"), "HEAD")


def post(client):
    for content in (b"x", "한글".encode() * 1000):
        equal(client.ask("POST", "/echo", content)[:2], (200, content), "POST")


def upload(client):
    content = os.urandom(10 << 20)
    told = client.ask("POST", "/digest", content)[1].decode()
    equal(told, f"{len(content)} {digest(content)}", "the upload")


def download(client):
    _, content, fields = client.ask("GET", "/large.bin")
    equal(len(content), int(fields["content-length"]), "its length")
    equal(digest(content), client.ask("GET", "/large.sum")[1].decode(), "the download")


def parallel(client):
    contents = client.together([f"/letters.txt?{number}" for number in range(100)])
    equal([len(content) for content in contents], [26] * 100, "a hundred")


def trailers(client):
    equal(client.ask("GET", "/trailers")[1], b"one two three", "what stands before them")


def informational(client):
    equal(client.ask("GET", "/hinted")[:2], (200, b"hinted\n"), "what comes behind it")


CASES = {
    case.__name__: case
    for case in (get, head, post, upload, download, parallel, trailers, informational)
}


def main(client, case, host, port, authority):
    if case not in CASES:
        return print("lacks", case)
    kinds = {"curl_cffi": CurlCffi, "niquests": Niquests}
    CASES[case](kinds[client](f"https://{host}:{port}", authority))


if __name__ == "__main__":
    main(*sys.argv[1:])
