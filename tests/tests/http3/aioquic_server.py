"""HTTP/3 by aioquic's server: what the cases ask for.

    aioquic_server.py CERTIFICATE KEY

Prints its port, and serves until it is ended.
"""

import asyncio
import hashlib
import os
import sys

from aioquic.asyncio import QuicConnectionProtocol, serve
from aioquic.h3.connection import H3Connection
from aioquic.h3.events import DataReceived, HeadersReceived
from aioquic.quic.configuration import QuicConfiguration

LETTERS = b"abcdefghijklmnopqrstuvwxyz"
LARGE = os.urandom(10 << 20)
STYLE = b"body {}\n"


class Server(QuicConnectionProtocol):
    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.http = H3Connection(self._quic, enable_webtransport=True)
        self.asked = {}

    def quic_event_received(self, event):
        for told in self.http.handle_event(event):
            if isinstance(told, HeadersReceived) and told.stream_id not in self.asked:
                self.asked[told.stream_id] = (dict(told.headers), [], [])
                self.begin(told.stream_id)
            elif isinstance(told, HeadersReceived):
                self.asked[told.stream_id][2].extend(told.headers)
            elif isinstance(told, DataReceived):
                self.asked[told.stream_id][1].append(told.data)
                self.content(told.stream_id, told.data)
            if told.stream_ended and told.stream_id in self.asked:
                self.end(told.stream_id)
        self.transmit()

    def answer(self, stream, content, status=b"200", fields=(), trailers=None, hidden=False):
        head = [(b":status", status), (b"content-length", b"%d" % len(content)), *fields]
        self.http.send_headers(stream, head, end_stream=hidden)
        if not hidden:
            self.http.send_data(stream, content, end_stream=trailers is None)
        if trailers is not None:
            self.http.send_headers(stream, trailers, end_stream=True)

    def begin(self, stream):
        head = self.asked[stream][0]
        if head.get(b":protocol") == b"websocket":
            self.http.send_headers(stream, [(b":status", b"200")])

    def content(self, stream, octets):
        # The frames of a WebSocket are masked and are sent back as a server's.
        if self.asked[stream][0].get(b":protocol") == b"websocket":
            kept = bytearray(b"".join(self.asked[stream][1]))
            self.asked[stream][1].clear()
            at = 0
            while (frame := parse(kept, at)) is not None:
                first, payload, at = frame
                self.http.send_data(stream, plain(first, payload), end_stream=first & 15 == 8)
            self.asked[stream][1].append(bytes(kept[at:]))

    def end(self, stream):
        head, pieces, trailers = self.asked.pop(stream)
        method, path = head[b":method"], head.get(b":path", b"").split(b"?")[0]
        content = b"".join(pieces)
        if head.get(b":protocol") is not None:
            return
        if path == b"/letters.txt":
            self.answer(stream, LETTERS, hidden=method == b"HEAD")
        elif path == b"/echo":
            self.answer(stream, content)
        elif path == b"/digest":
            told = f"{len(content)} {hashlib.sha256(content).hexdigest()}"
            self.answer(stream, told.encode())
        elif path == b"/large.bin":
            self.answer(stream, LARGE)
        elif path == b"/large.sum":
            self.answer(stream, hashlib.sha256(LARGE).hexdigest().encode())
        elif path == b"/port":
            # The first path is the one in use.
            self.answer(stream, b"%d" % self._quic._network_paths[0].addr[1])
        elif path == b"/trailers":
            self.answer(stream, b"one two three", trailers=[(b"x-sum", b"11")])
        elif path == b"/hinted":
            self.http.send_headers(stream, [(b":status", b"103"), (b"link", b"</style.css>")])
            self.answer(stream, b"hinted\n")
        elif path == b"/pushing":
            promised = [(b":method", b"GET"), (b":scheme", b"https"), (b":path", b"/style.css")]
            promised.append((b":authority", head[b":authority"]))
            pushed = self.http.send_push_promise(stream, promised)
            self.answer(stream, b"pushing\n")
            self.answer(pushed, STYLE)
        else:
            self.answer(stream, b"", status=b"404")


def parse(octets, at):
    """A masked frame: its first octet, its payload, where the next one begins."""
    if len(octets) < at + 2:
        return None
    length, begin = octets[at + 1] & 127, at + 2
    if length == 126:
        length, begin = int.from_bytes(octets[begin : begin + 2], "big"), begin + 2
    elif length == 127:
        length, begin = int.from_bytes(octets[begin : begin + 8], "big"), begin + 8
    if len(octets) < begin + 4 + length:
        return None
    key, payload = octets[begin : begin + 4], octets[begin + 4 : begin + 4 + length]
    mask = (bytes(key) * (length // 4 + 1))[:length]
    shown = int.from_bytes(payload, "big") ^ int.from_bytes(mask, "big")
    return octets[at], shown.to_bytes(length, "big"), begin + 4 + length


def plain(first, payload):
    """A server's frame; a ping is answered by a pong."""
    first = 0x8A if first & 15 == 9 else first
    length = len(payload)
    if length < 126:
        return bytes([first, length]) + payload
    if length < 1 << 16:
        return bytes([first, 126]) + length.to_bytes(2, "big") + payload
    return bytes([first, 127]) + length.to_bytes(8, "big") + payload


async def main(certificate, key):
    made = QuicConfiguration(is_client=False, alpn_protocols=["h3"], max_data=64 << 20)
    made.max_stream_data = 16 << 20
    made.load_cert_chain(certificate, key)
    tickets = {}
    server = await serve(
        "127.0.0.1",
        0,
        configuration=made,
        create_protocol=Server,
        session_ticket_fetcher=lambda label: tickets.pop(label, None),
        session_ticket_handler=lambda ticket: tickets.update({ticket.ticket: ticket}),
    )
    print(server._transport.get_extra_info("sockname")[1], flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
