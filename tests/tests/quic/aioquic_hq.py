"""HTTP/0.9 over QUIC by aioquic, as the QUIC interop runner speaks it: a server and a client.

    aioquic_hq.py serve FOLDER --certificate PEM --key PEM [--port N] [--retry] [--version-2]
    aioquic_hq.py get FOLDER URL… [--chacha20] [--update-keys] [--resume] [--early] [--version-2]

A request is `GET /path` on a stream of its own, an answer the file's octets and the stream's end.
The client writes the files into FOLDER and ends with one line of JSON that says what happened.
"""

import argparse
import asyncio
import json
import ssl
import sys
from pathlib import Path
from urllib.parse import urlsplit

from aioquic.asyncio import QuicConnectionProtocol, connect, serve
from aioquic.quic.configuration import QuicConfiguration
from aioquic.quic.events import (
    ConnectionTerminated,
    HandshakeCompleted,
    StreamDataReceived,
)
from aioquic.quic.packet import QuicProtocolVersion
from aioquic.tls import CipherSuite

ALPN = ["hq-interop"]
VERSION_1, VERSION_2 = QuicProtocolVersion.VERSION_1, QuicProtocolVersion.VERSION_2


class Server(QuicConnectionProtocol):
    """Answers each request with a file, or with nothing where there is none."""

    folder = Path()

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.requests = {}

    def quic_event_received(self, event):
        if not isinstance(event, StreamDataReceived) or event.stream_id % 4 != 0:
            return
        request = self.requests.pop(event.stream_id, b"") + event.data
        if b"\n" not in request and not event.end_stream:
            self.requests[event.stream_id] = request
            return
        words = request.split()
        name = words[1].decode().lstrip("/") if len(words) > 1 else ""
        file = self.folder / name
        octets = file.read_bytes() if name and file.is_file() else b""
        self._quic.send_stream_data(event.stream_id, octets, end_stream=True)
        self.transmit()


class Client(QuicConnectionProtocol):
    """Asks for files, many at once."""

    def __init__(self, *arguments, **more):
        super().__init__(*arguments, **more)
        self.handshake = None
        self.ended = None
        self.parts = {}
        self.waiting = {}

    def quic_event_received(self, event):
        if isinstance(event, HandshakeCompleted):
            self.handshake = event
        elif isinstance(event, ConnectionTerminated):
            self.ended = event
            for waiter in self.waiting.values():
                if not waiter.done():
                    waiter.set_exception(ConnectionError(f"{event.error_code} {event.reason_phrase}"))
        elif isinstance(event, StreamDataReceived) and event.stream_id in self.waiting:
            self.parts[event.stream_id].append(event.data)
            if event.end_stream:
                self.waiting[event.stream_id].set_result(None)

    async def get(self, path):
        stream = self._quic.get_next_available_stream_id()
        self.parts[stream] = []
        self.waiting[stream] = asyncio.get_running_loop().create_future()
        self._quic.send_stream_data(stream, f"GET {path}\r\n".encode(), end_stream=True)
        self.transmit()
        await self.waiting[stream]
        return b"".join(self.parts.pop(stream))


class Tickets:
    """Session tickets of this server, each for one resumption."""

    def __init__(self):
        self.kept = {}

    def add(self, ticket):
        self.kept[ticket.ticket] = ticket

    def pop(self, label):
        return self.kept.pop(label, None)


def configuration(arguments, client):
    made = QuicConfiguration(
        alpn_protocols=ALPN,
        is_client=client,
        max_data=16 << 20,
        max_stream_data=16 << 20,
        idle_timeout=30,
    )
    if arguments.version_2:
        made.supported_versions = [VERSION_2, VERSION_1]
        made.original_version = VERSION_1
    if arguments.chacha20:
        made.cipher_suites = [CipherSuite.CHACHA20_POLY1305_SHA256]
    if client:
        made.verify_mode = ssl.CERT_NONE
    else:
        made.load_cert_chain(arguments.certificate, arguments.key)
    return made


async def run_server(arguments):
    Server.folder = Path(arguments.folder)
    tickets = Tickets()
    server = await serve(
        arguments.host,
        arguments.port,
        configuration=configuration(arguments, client=False),
        create_protocol=Server,
        session_ticket_fetcher=tickets.pop,
        session_ticket_handler=tickets.add,
        retry=arguments.retry,
    )
    print(server._transport.get_extra_info("sockname")[1], flush=True)
    await asyncio.Event().wait()


async def run_client(arguments):
    first = urlsplit(arguments.urls[0])
    paths = [urlsplit(url).path for url in arguments.urls]
    tickets = []
    told = {"connections": 0, "resumed": False, "early": False}

    async def fetch(paths, ticket):
        made = configuration(arguments, client=True)
        made.server_name = "localhost"
        made.session_ticket = ticket
        early = arguments.early and ticket is not None
        async with connect(
            first.hostname,
            first.port,
            configuration=made,
            create_protocol=Client,
            session_ticket_handler=tickets.append,
            wait_connected=not early,
        ) as client:
            told["connections"] += 1
            if arguments.update_keys:
                octets = [await client.get(paths[0])]
                client._quic.request_key_update()
                octets += await asyncio.gather(*map(client.get, paths[1:]))
            else:
                octets = await asyncio.gather(*map(client.get, paths))
            for path, content in zip(paths, octets):
                (Path(arguments.folder) / path.lstrip("/")).write_bytes(content)
            await client.ping()
            told["version"] = client._quic._version
            if client.handshake is not None and ticket is not None:
                told["resumed"] = client.handshake.session_resumed
                told["early"] = client.handshake.early_data_accepted

    if arguments.resume or arguments.early:
        await fetch(paths[:1], None)
        await fetch(paths[1:], tickets[0] if tickets else None)
    else:
        await fetch(paths, None)
    print(json.dumps(told), flush=True)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--chacha20", action="store_true")
    parser.add_argument("--version-2", action="store_true")
    roles = parser.add_subparsers(dest="role", required=True)
    server = roles.add_parser("serve")
    server.add_argument("folder")
    server.add_argument("--certificate", required=True)
    server.add_argument("--key", required=True)
    server.add_argument("--host", default="127.0.0.1")
    server.add_argument("--port", type=int, default=0)
    server.add_argument("--retry", action="store_true")
    client = roles.add_parser("get")
    client.add_argument("folder")
    client.add_argument("urls", nargs="+")
    client.add_argument("--update-keys", action="store_true")
    client.add_argument("--resume", action="store_true")
    client.add_argument("--early", action="store_true")
    arguments = parser.parse_args()
    asyncio.run(run_server(arguments) if arguments.role == "serve" else run_client(arguments))


if __name__ == "__main__":
    sys.exit(main())
