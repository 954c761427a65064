"""HTTP/3 by aioquic's client: one case against a server, checked here.

    aioquic_client.py CASE HOST PORT AUTHORITY

Prints `lacks …`, where the client cannot do it, and else nothing; what fails is an exception.
"""

import asyncio
import hashlib
import os
import socket
import struct
import sys

from aioquic.asyncio import QuicConnectionProtocol, connect
from aioquic.h3.connection import FrameType, H3Connection, Setting
from aioquic.h3.events import DataReceived, HeadersReceived, PushPromiseReceived
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import (
    ConnectionTerminated,
    HandshakeCompleted,
    StopSendingReceived,
    StreamReset,
)

MEBI = 1 << 20


class Answer:
    """What came on one stream."""

    def __init__(self):
        self.heads = []
        self.content = b""
        self.pieces = []
        self.done = asyncio.get_running_loop().create_future()
        self.came = asyncio.Event()

    @property
    def status(self):
        return int(dict(self.final)[b":status"])

    @property
    def final(self):
        return next(head for head in self.heads if not dict(head)[b":status"].startswith(b"1"))

    @property
    def trailers(self):
        return [head for head in self.heads if b":status" not in dict(head)]

    def field(self, name):
        return dict(self.final).get(name)

    def take(self, event):
        if isinstance(event, HeadersReceived):
            self.heads.append(event.headers)
        else:
            self.pieces.append(event.data)
        self.came.set()
        if event.stream_ended and not self.done.done():
            self.content = b"".join(self.pieces)
            self.done.set_result(self)


class Listening(H3Connection):
    """Writes down the GOAWAY frames, which aioquic skips."""

    goaways = 0

    def _check_control_frame_type(self, frame_type):
        if frame_type == FrameType.GOAWAY:
            self.goaways += 1
        super()._check_control_frame_type(frame_type)


class Client(QuicConnectionProtocol):
    """Requests, and everything that a server says of them."""

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.http = Listening(self._quic)
        self.answers, self.promises, self.pushes = {}, {}, {}
        self.handshake = self.ended = None
        self.settled = asyncio.Event()

    def quic_event_received(self, event):
        if isinstance(event, HandshakeCompleted):
            self.handshake = event
        elif isinstance(event, ConnectionTerminated):
            self.ended = event
            for answer in self.answers.values():
                self.fail(answer, event)
        elif isinstance(event, (StreamReset, StopSendingReceived)):
            if event.stream_id in self.answers and event.error_code != 0x100:
                self.fail(self.answers[event.stream_id], event)
        for told in self.http.handle_event(event):
            if isinstance(told, PushPromiseReceived):
                self.promises[told.push_id] = dict(told.headers)[b":path"]
            elif isinstance(told, (HeadersReceived, DataReceived)):
                if told.push_id is not None:
                    self.push(told.push_id).take(told)
                elif told.stream_id in self.answers:
                    self.answers[told.stream_id].take(told)
        if self.http.received_settings is not None:
            self.settled.set()

    def push(self, number):
        return self.pushes.setdefault(number, Answer())

    @staticmethod
    def fail(answer, event):
        if not answer.done.done():
            answer.done.set_exception(ConnectionError(repr(event)))
        answer.came.set()

    def begin(self, method, path, content=None, fields=(), trailers=None, end=True):
        stream = self._quic.get_next_available_stream_id()
        answer = self.answers[stream] = Answer()
        head = [(b":method", method), (b":scheme", b"https"), (b":authority", b"localhost")]
        head += [(b":path", path), *fields]
        bare = content is None and trailers is None and end
        self.http.send_headers(stream, head, end_stream=bare)
        if content is not None:
            self.http.send_data(stream, content, end_stream=trailers is None and end)
        if trailers is not None:
            self.http.send_headers(stream, trailers, end_stream=True)
        self.transmit()
        return stream, answer

    async def ask(self, method, path, content=None, **more):
        return await self.begin(method, path, content, **more)[1].done


def equal(found, wanted, what):
    if found != wanted:
        raise AssertionError(f"{what}: {found!r}, not {wanted!r}")


def digest(octets):
    return hashlib.sha256(octets).hexdigest()


async def get(client):
    answer = await client.ask(b"GET", b"/letters.txt")
    equal((answer.status, answer.content), (200, b"abcdefghijklmnopqrstuvwxyz"), "GET")
    equal((await client.ask(b"GET", b"/nowhere")).status, 404, "GET of nothing")


async def head(client):
    # It would hold the length of what is not sent against what is.
    client.http._check_content_length = lambda stream: None
    answer = await client.ask(b"HEAD", b"/letters.txt")
    equal((answer.status, answer.content), (200, b""), "HEAD")
    equal(answer.field(b"content-length"), b"26", "its length")


async def post(client):
    for content in (b"", b"x", "한글".encode() * 1000):
        answer = await client.ask(b"POST", b"/echo", content)
        equal((answer.status, answer.content), (200, content), "POST")


async def upload(client):
    content = os.urandom(10 * MEBI)
    answer = await client.ask(b"POST", b"/digest", content)
    equal(answer.content.decode(), f"{len(content)} {digest(content)}", "the upload")


async def download(client):
    answer = await client.ask(b"GET", b"/large.bin")
    told = await client.ask(b"GET", b"/large.sum")
    equal(digest(answer.content), told.content.decode(), "the download")
    equal(len(answer.content), int(answer.field(b"content-length")), "its length")


async def parallel(client):
    paths = [b"/letters.txt?%d" % number for number in range(100)]
    answers = await asyncio.gather(*(client.ask(b"GET", path) for path in paths))
    equal([len(answer.content) for answer in answers], [26] * 100, "a hundred")


async def trailers(client):
    answer = await client.ask(b"GET", b"/trailers")
    equal(answer.content, b"one two three", "the content")
    equal(answer.trailers, [[(b"x-sum", b"11")]], "the answer's trailers")
    answer = await client.ask(b"POST", b"/sums", b"12345", trailers=[(b"x-sum", b"5")])
    equal(answer.content, b"5 x-sum=5\n", "the request's trailers")


async def informational(client):
    answer = await client.ask(b"GET", b"/hinted")
    equal(dict(answer.heads[0])[b":status"], b"103", "the hint")
    equal((answer.status, answer.content), (200, b"hinted\n"), "the answer")


async def push(client):
    await client.settled.wait()
    answer = await client.ask(b"GET", b"/pushing")
    equal(answer.content, b"pushing\n", "the page")
    equal(sorted(client.promises.values()), [b"/big.bin", b"/script.js", b"/style.css"], "promised")
    for number, path in client.promises.items():
        pushed = await client.push(number).done
        asked = await client.ask(b"GET", path)
        equal((pushed.status, digest(pushed.content)), (200, digest(asked.content)), str(path))


def frame(code, payload, last=True):
    """A frame of WebSocket's, masked as a client's is."""
    octets = bytes([code | (0x80 if last else 0)])
    length = len(payload)
    if length < 126:
        octets += bytes([0x80 | length])
    elif length < 1 << 16:
        octets += struct.pack("!BH", 0xFE, length)
    else:
        octets += struct.pack("!BQ", 0xFF, length)
    key = os.urandom(4)
    return octets + key + bytes(octet ^ key[at % 4] for at, octet in enumerate(payload))


def frames(octets):
    """The frames of a server, whole ones only: (code, payload)."""
    found, at = [], 0
    while len(octets) >= at + 2:
        code, length, begin = octets[at] & 0xF, octets[at + 1], at + 2
        if length == 126:
            length, begin = int.from_bytes(octets[begin : begin + 2], "big"), begin + 2
        elif length == 127:
            length, begin = int.from_bytes(octets[begin : begin + 8], "big"), begin + 8
        if len(octets) < begin + length:
            break
        found.append((code, octets[begin : begin + length]))
        at = begin + length
    return found


async def websocket(client):
    await client.settled.wait()
    equal(client.http.received_settings.get(Setting.ENABLE_CONNECT_PROTOCOL), 1, "the setting")
    fields = [(b":protocol", b"websocket"), (b"sec-websocket-version", b"13")]
    stream, answer = client.begin(b"CONNECT", b"/socket", fields=fields, end=False)
    long = "한글".encode() * 20000
    client.http.send_data(stream, frame(1, b"hello") + frame(1, b"in t", last=False), False)
    client.http.send_data(stream, frame(0, b"wo") + frame(9, b"?") + frame(1, long), False)
    client.transmit()
    wanted = [(1, b"hello"), (1, b"in two"), (10, b"?"), (1, long)]
    while len(frames(b"".join(answer.pieces))) < len(wanted) and not answer.done.done():
        answer.came.clear()
        await answer.came.wait()
    equal(answer.status, 200, "the handshake")
    # A message may come in pieces of the server's own choice.
    texts, whole = [], b""
    for code, payload in frames(b"".join(answer.pieces)):
        texts.append((code, payload))
    equal([(code, len(text)) for code, text in texts], [(c, len(t)) for c, t in wanted], "echoes")
    equal(texts, wanted, "what they say")
    client.http.send_data(stream, frame(8, struct.pack("!H", 1000)), False)
    client.transmit()
    await answer.done
    equal(frames(answer.content)[-1], (8, struct.pack("!H", 1000)), "the goodbye")


async def migration(client):
    """The client's port changes in mid-transfer, and nothing of it is lost."""
    _, answer = client.begin(b"GET", b"/large.bin")
    while sum(map(len, answer.pieces)) < MEBI:
        answer.came.clear()
        await answer.came.wait()
    before = (await client.ask(b"GET", b"/port")).content
    old = client._transport
    sock = socket.socket(socket.AF_INET6, socket.SOCK_DGRAM)
    sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    sock.bind(("::", 0, 0, 0))
    loop = asyncio.get_running_loop()

    class Beside(asyncio.DatagramProtocol):
        def datagram_received(self, data, addr):
            client.datagram_received(data, addr)

    new, _ = await loop.create_datagram_endpoint(Beside, sock=sock)
    client._transport = new
    client._quic.change_connection_id()
    client.transmit()
    old.close()
    await answer.done
    after = (await client.ask(b"GET", b"/port")).content
    told = await client.ask(b"GET", b"/large.sum")
    equal(digest(answer.content), told.content.decode(), "the download")
    if before == after or int(after) != sock.getsockname()[1]:
        raise AssertionError(f"the server saw port {before!r} and then {after!r}")


async def goaway(client):
    """A server that stops says so, finishes what is under way, and closes without an error."""
    _, held = client.begin(b"GET", b"/held")
    while not held.pieces:
        held.came.clear()
        await held.came.wait()
    equal((await client.ask(b"GET", b"/stop")).status, 200, "the word to stop")
    await held.done
    equal(held.content, b"begun and done", "what was under way")
    await client.wait_closed()
    if not client.http.goaways:
        raise AssertionError("no GOAWAY")
    equal(client.ended.error_code, 0x100, "the end's code")


CASES = {
    case.__name__: case
    for case in (get, head, post, upload, download, parallel, trailers, informational, push)
    + (websocket, migration, goaway)
}


async def early(opened):
    """A safe request is answered from early data; one that is not is told to come again."""
    tickets = []
    async with opened(session_ticket_handler=tickets.append) as client:
        await get(client)
        await client.ping()
    async with opened(tickets[0], wait_connected=False) as client:
        safe = client.begin(b"GET", b"/letters.txt")[1]
        unsafe = client.begin(b"POST", b"/echo", b"once")[1]
        equal((await safe.done).content, b"abcdefghijklmnopqrstuvwxyz", "the early GET")
        equal((await unsafe.done).status, 425, "the early POST")
        if not (client.handshake.session_resumed and client.handshake.early_data_accepted):
            raise AssertionError("it was not early")
        answer = await client.ask(b"POST", b"/echo", b"once")
        equal((answer.status, answer.content), (200, b"once"), "the POST, again")


async def main(case, host, port, authority):
    def opened(ticket=None, **more):
        made = QuicConfiguration(is_client=True, alpn_protocols=["h3"], max_data=16 * MEBI)
        made.max_stream_data = 16 * MEBI
        made.load_verify_locations(authority)
        made.server_name, made.session_ticket = "localhost", ticket
        return connect(host, int(port), configuration=made, create_protocol=Client, **more)

    if case == "early":
        return await early(opened)
    if case not in CASES:
        return print("lacks", case)
    async with opened() as client:
        await CASES[case](client)


if __name__ == "__main__":
    asyncio.run(asyncio.wait_for(main(*sys.argv[1:]), 50))
