"""The server of `websockets`, an echo: server.py [plain]; prints its port.

| path          | what it does                                                        |
|---------------|---------------------------------------------------------------------|
| /             | says back what it is told                                           |
| /fragments    | says back each message in up to five fragments                      |
| /four         | the same for four messages, then closes                             |
| /close        | closes with 4321 and a reason at the first message                  |
| /first        | speaks before it is spoken to                                       |

Compression unless `plain`; the subprotocol `chat` for whoever asks for it.
"""

import sys

from websockets.sync.server import serve


def handle(socket):
    path = socket.request.path
    if path == "/first":
        socket.send("you are welcome")
    for count, message in enumerate(socket, 1):
        if path == "/close":
            socket.close(4321, "되었다")
        elif path == "/fragments":
            step = len(message) // 5 + 1
            parts = [message[at : at + step] for at in range(0, len(message), step)]
            socket.send(parts or [message])
        else:
            socket.send(message)
        if path == "/four" and count == 4:
            socket.close()


def subprotocol(_, offered):
    return "chat" if "chat" in offered else None


compression = None if "plain" in sys.argv[1:] else "deflate"
with serve(
    handle,
    "127.0.0.1",
    0,
    compression=compression,
    select_subprotocol=subprotocol,
    max_size=None,
) as server:
    print(server.socket.getsockname()[1], flush=True)
    server.serve_forever()
