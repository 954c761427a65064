"""The walk of requests.get down to a socket, as Python's profiler sees it.

Prints the calls that the book speaks of, indented by their depth among themselves, for one GET of a
server in the same process. Exits with 1 unless the two packages have the versions of the figure.

    python3 -m venv walk && walk/bin/pip install requests==2.34.2 urllib3==2.8.0
    walk/bin/python docs/figures/requests_get.py
"""

import http.server
import os
import sys
import threading

try:
    import requests
    import urllib3
except ImportError:
    sys.exit(1)
if (requests.__version__, urllib3.__version__) != ("2.34.2", "2.8.0"):
    sys.exit(1)

# The floors, by the module and the name of what is called.
FLOORS = {
    "requests.api.get", "requests.api.request",
    "requests.sessions.Session.request", "requests.sessions.Session.send",
    "requests.sessions.Session.close",
    "requests.adapters.HTTPAdapter.send",
    "urllib3.poolmanager.PoolManager.connection_from_host",
    "urllib3.connectionpool.HTTPConnectionPool.urlopen",
    "urllib3.connectionpool.HTTPConnectionPool._get_conn",
    "urllib3.connectionpool.HTTPConnectionPool._make_request",
    "urllib3.connectionpool.HTTPConnectionPool._put_conn",
    "urllib3.connection.HTTPConnection.request",
    "urllib3.connection.HTTPConnection.connect",
    "urllib3.util.connection.create_connection",
    "http.client.HTTPConnection.putrequest", "http.client.HTTPConnection.endheaders",
    "http.client.HTTPConnection.send", "http.client.HTTPConnection.getresponse",
    "http.client.HTTPResponse.begin",
    "socket.getaddrinfo",
}
CALLS = {"socket.setsockopt", "socket.settimeout", "socket.connect", "socket.sendall"}


class Hello(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Length", "3")
        self.end_headers()
        self.wfile.write(b"hi\n")

    def log_message(self, *_):
        pass


def walk(frame, event, called):
    """Notes a call that is a floor, one step below the nearest floor above it."""
    if event == "call":
        name = "{}.{}".format(frame.f_globals.get("__name__"), frame.f_code.co_qualname)
        above = frame.f_back
        if name not in FLOORS:
            return
    elif event == "c_call":
        name, above = getattr(called, "__qualname__", ""), frame
        if name not in CALLS:
            return
        name = "the system's " + name
    else:
        return
    depth = 0
    while above is not None:
        known = "{}.{}".format(above.f_globals.get("__name__"), above.f_code.co_qualname)
        depth += known in FLOORS
        above = above.f_back
    print("  " * depth + name)


os.environ["NO_PROXY"] = "*"
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Hello)
threading.Thread(target=server.serve_forever, daemon=True).start()
sys.setprofile(walk)
requests.get("http://127.0.0.1:{}/".format(server.server_port))
sys.setprofile(None)
