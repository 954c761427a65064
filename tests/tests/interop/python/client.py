"""The client of `websockets` at an echo: client.py URL (its messages have 1 MiB at most).

Each check is a line on standard output; the first that fails ends the program with a traceback.
"""

import sys
import threading

from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.extensions.permessage_deflate import ClientPerMessageDeflateFactory
from websockets.sync.client import connect

TEXTS = ["", "a", "소켓과 HTTP 🚀", "한글 " * 20_000, "x" * 125, "x" * 126, "x" * 65_536]
BINARIES = [b"", b"\0", bytes(range(256)) * 300, b"\xff" * 65_535, b"\x80" * 1_048_576]


def echoes(socket):
    for message in TEXTS + BINARIES:
        socket.send(message)
        assert socket.recv(timeout=30) == message, f"{len(message)} came back changed"


def fragments(socket):
    # An iterable is sent as fragments; what comes back may be cut as the server likes.
    for parts in [["one ", "", "two"], [b"a" * 70_000, b"b", b""], ["한", "글"]]:
        socket.send(parts)
        assert socket.recv(timeout=30) == type(parts[0])().join(parts)


def many_under_way(socket):
    messages = [f"{number} " * 50 for number in range(2_000)]
    sender = threading.Thread(target=lambda: [socket.send(message) for message in messages])
    sender.start()
    for message in messages:
        assert socket.recv(timeout=30) == message
    sender.join()


def pings(socket):
    for payload in [b"", b"x" * 125]:
        assert socket.ping(payload).wait(timeout=30), "no pong"


def closing(url, options):
    for code, reason in [(1000, ""), (1001, "going"), (3000, "곧 다시"), (4999, "x" * 123)]:
        with connect(url, **options) as socket:
            socket.close(code, reason)
        assert socket.close_code == code, (socket.close_code, code)
        assert socket.protocol.close_rcvd.code == code, socket.protocol.close_rcvd


def too_large(url, options):
    with connect(url, **options) as socket:
        try:
            socket.send(b"\0" * (1_048_576 + 1))
            socket.recv(timeout=30)
        except ConnectionClosed as closed:
            assert closed.rcvd is not None and closed.rcvd.code == 1009, closed
        else:
            raise AssertionError("too large a message was taken")


def extensions():
    """Ways to compress: how far each side looks back, and whether beyond a message."""
    yield None, {"compression": None}
    yield "as usual", {"compression": "deflate"}
    for server, client, server_bits, client_bits in [
        (True, True, None, None),
        (True, False, 9, 9),
        (False, True, 15, True),
        (False, False, 12, 10),
        (False, False, None, 15),
    ]:
        factory = ClientPerMessageDeflateFactory(
            server_no_context_takeover=server,
            client_no_context_takeover=client,
            server_max_window_bits=server_bits,
            client_max_window_bits=client_bits,
        )
        name = f"takeover {not server} {not client}, windows {server_bits} {client_bits}"
        yield name, {"compression": None, "extensions": [factory]}


def main(url):
    for name, options in extensions():
        options["max_size"] = None
        with connect(url, **options) as socket:
            agreed = socket.protocol.extensions
            assert bool(agreed) == (name is not None), agreed
            echoes(socket)
            fragments(socket)
            many_under_way(socket)
            pings(socket)
        closing(url, options)
        print(f"compression {name}: {agreed}")
    too_large(url, {"max_size": None})
    # A page of another site's: its browser would say so.
    try:
        connect(url, origin="http://elsewhere.example").close()
        raise AssertionError("another site's page was let in")
    except InvalidStatus as refused:
        assert refused.response.status_code == 403, refused
    print("all well")


main(sys.argv[1])
