"""`websockets` over TLS 1.3: secure.py client URL ROOTS, or secure.py server CERTIFICATE KEY.

The client checks an echo and tells of it; the server, an echo as well that closes behind four
messages at /four, prints its port. Both are of one thread: Python's `ssl` before 3.13 does not
bear that one reads while another writes, and hangs now and then.
"""

import asyncio
import ssl
import sys

from websockets.asyncio.client import connect
from websockets.asyncio.server import serve

TEXTS = ["", "소켓과 HTTP 🚀", "한글 " * 20_000, "x" * 125, "x" * 65_536]
BINARIES = [b"", bytes(range(256)) * 300, b"\xff" * 65_535, b"\x80" * 1_048_576]


async def client(url, roots):
    context = ssl.create_default_context(cafile=roots)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    for compression in [None, "deflate"]:
        async with connect(url, ssl=context, compression=compression, max_size=None) as socket:
            secured = socket.transport.get_extra_info("ssl_object")
            assert secured.version() == "TLSv1.3", secured.version()
            for message in TEXTS + BINARIES:
                await socket.send(message)
                assert await socket.recv() == message, f"{len(message)} came back changed"
            # Two hundred under way at once.
            sender = asyncio.create_task(many(socket))
            for number in range(200):
                assert await socket.recv() == f"{number} " * 500
            await sender
            await (await socket.ping(b"x" * 125))
            await socket.close(4999, "끝")
            assert socket.close_code == 4999, socket.close_code
        print(f"compression {compression}: {secured.cipher()}")
    print("all well")


async def many(socket):
    for number in range(200):
        await socket.send(f"{number} " * 500)


async def echo(socket):
    count = 0
    async for message in socket:
        await socket.send(message)
        count += 1
        if socket.request.path == "/four" and count == 4:
            await socket.close()


async def server(certificate, key):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(certificate, key)
    async with serve(echo, "127.0.0.1", 0, ssl=context, max_size=None) as running:
        print(running.sockets[0].getsockname()[1], flush=True)
        await running.serve_forever()


role = {"client": client, "server": server}[sys.argv[1]]
# A bound, not a measurement: a hang must become a failure.
asyncio.run(asyncio.wait_for(role(*sys.argv[2:]), None if role is server else 60))
