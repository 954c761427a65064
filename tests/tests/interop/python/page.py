"""Chromium on the page: page.py CHROMIUM URL-OF-THE-PAGE [FOLDER-FOR-PICTURES] [--SWITCH…].

What begins with two dashes is for Chromium.

Each check is a line on standard output; the first that fails ends the program with a traceback.
"""

import os
import re
import sys

from playwright.sync_api import expect, sync_playwright

# A bound, not a measurement: a busy machine is no failure.
expect.set_options(timeout=30_000)

# What a script of any page can do with a socket; answers with what it saw.
SOCKET = """
async (path) => {
  const url = new URL(path, location.href);
  url.protocol = url.protocol.replace("http", "ws");
  const socket = new WebSocket(url);
  socket.binaryType = "arraybuffer";
  const next = () => new Promise((done) => { socket.onmessage = (event) => done(event.data); });
  await new Promise((done, failed) => { socket.onopen = done; socket.onerror = failed; });
  const seen = { extensions: socket.extensions, protocol: socket.protocol, wrong: [] };
  for (const text of ["", "소켓과 HTTP", "한글 ".repeat(20000), "x".repeat(65536)]) {
    const answer = next();
    socket.send(text);
    if (await answer !== text) seen.wrong.push(text.slice(0, 20));
  }
  for (const length of [0, 1, 125, 126, 65535, 65536, 1048576]) {
    const octets = new Uint8Array(length).map((_, at) => at * 7 >> 2);
    const answer = next();
    socket.send(octets);
    const got = new Uint8Array(await answer);
    if (got.length !== length || !got.every((octet, at) => octet === octets[at])) {
      seen.wrong.push(length);
    }
  }
  const closed = new Promise((done) => { socket.onclose = done; });
  socket.close(4000, "끝");
  const { code, reason, wasClean } = await closed;
  return { ...seen, code, reason, wasClean };
}
"""

# The server closes: the chat takes text alone.
BINARY_TO_CHAT = """
() => new Promise((done) => {
  const url = new URL("chat", location.href);
  url.protocol = url.protocol.replace("http", "ws");
  const socket = new WebSocket(url);
  socket.onopen = () => socket.send(new Uint8Array(1));
  socket.onclose = ({ code, reason, wasClean }) => done([code, reason, wasClean]);
})
"""


class Tab:
    """The page in a window of its own, with all that went wrong in it."""

    def __init__(self, browser, url, **options):
        self.complaints = []
        self.page = browser.new_context(**options).new_page()
        self.page.on("console", lambda message: self.complaints.append(message.text))
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.goto(url)
        for section in ("#echo", "#chat"):
            expect(self.page.locator(f"{section} .state")).to_have_class("state open")

    def connections(self):
        return int(self.page.inner_text("#connections td"))

    def say(self, where, text):
        """By keyboard alone: focus, text, Enter."""
        self.page.focus(where)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.insert_text(text)
        self.page.keyboard.press("Enter")

    def close(self):
        assert self.complaints == [], self.complaints
        self.page.context.close()


def echo(tab):
    rows = tab.page.locator("#echoes li")
    for count, text in enumerate(["Hello", "소켓과 HTTP", "<b>bold</b>"], 1):
        tab.say("#echo-text", text)
        expect(rows).to_have_count(count)
        expect(rows.last.locator(".text")).to_have_text(text)
        expect(rows.last.locator(".time")).to_have_text(re.compile(r"^\d+\.\d\d ms$"))
    tab.page.click("#random")
    expect(rows).to_have_count(4)
    expect(rows.last.locator(".text")).to_have_text("65,536 octets, the same octets")
    expect(rows.last).to_have_class("")
    expect(tab.page.locator("#times")).to_contain_text("of 4")


def chat(one, two):
    said = [tab.page.locator("#said") for tab in (one, two)]
    one.say("#chat-text", "안녕하세요 <i>여러분</i>")
    expect(said[0]).to_contain_text(re.compile(r"you \(\d+\)안녕하세요 <i>여러분</i>"))
    expect(said[1]).to_contain_text(re.compile(r"손님 \d+안녕하세요 <i>여러분</i>"))
    two.say("#chat-text", "Nice to meet you")
    expect(said[0]).to_contain_text(re.compile(r"guest \d+Nice to meet you"))
    for tab in (one, two):
        expect(tab.page.locator("#present")).to_contain_text("2")


def languages(tab):
    title = tab.page.locator("#way")
    expect(title).to_have_text("How you got here")
    tab.page.focus("#language")
    tab.page.keyboard.press("Enter")
    expect(title).to_have_text("여기까지 온 길")
    expect(tab.page.locator("html")).to_have_attribute("lang", "ko")
    tab.page.click("#language")
    expect(title).to_have_text("How you got here")


def small(tab):
    """Nothing is wider than a small screen."""
    width = tab.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 360, f"{width} pixels wide"


def tiles(tab, secure):
    """A hundred tiles each way; without https there is one way, and the page says so."""
    tab.page.click("#tiles button")
    expect(tab.page.locator("#tiles button")).to_be_enabled()
    ways = [("clear", "HTTP/1.1", 1, 6)]
    if secure:
        ways.append(("secure", "HTTP/2", 7, 100))
    for way, version, least, most in ways:
        race = tab.page.locator(f"[data-race={way}]")
        expect(race.locator("strong")).to_have_text(version)
        expect(race.locator(".waterfall li")).to_have_count(100)
        told = race.locator("[role=status]").inner_text()
        together = int(re.fullmatch(r"\d+ ms · (\d+) at once at the most", told)[1])
        assert least <= together <= most, told
        cells = race.locator(".mosaic i")
        coloured = cells.evaluate_all("all => all.filter((i) => i.style.background).length")
        assert coloured == 100, coloured
        expect(race.locator(".from")).to_contain_text("from http")
    quic = tab.page.locator("[data-race=quic] .from")
    if secure:
        # Over QUIC a browser believes none of our authorities, unless it is told to.
        expect(quic).to_have_text(re.compile("no HTTP/3|from https"))
    else:
        other = tab.page.locator("[data-race=secure] .from")
        for one in (other, quic):
            expect(one).to_have_text("this server is not there in that way")


def main(switches, program, url, pictures=None):
    with sync_playwright() as playwright:
        arguments = ["--no-sandbox", "--disable-gpu", *switches]
        browser = playwright.chromium.launch(executable_path=program, args=arguments)
        one = Tab(browser, url, viewport={"width": 1100, "height": 900})
        # A page's connection, and its sockets: over HTTP/2 they are streams of it (RFC 8441).
        came, hop, each = ("HTTP/1.1", "http/1.1", 3)
        if url.startswith("https:"):
            came, hop, each = ("HTTP/2 over TLS 1.3, TLS_AES_128_GCM_SHA256", "h2", 1)
        expect(one.page.locator("#protocol")).to_have_text(came)
        expect(one.page.locator("#next-hop")).to_have_text(hop)
        expect(one.page.locator("#socket")).to_have_text("permessage-deflate")
        print("how one came")
        echo(one)
        print("echo")
        tiles(one, url.startswith("https:"))
        print("tiles")
        before = one.connections()
        two = Tab(
            browser,
            url,
            locale="ko-KR",
            color_scheme="dark",
            reduced_motion="reduce",
            viewport={"width": 360, "height": 800},
        )
        expect(two.page.locator("#way")).to_have_text("여기까지 온 길")
        one.page.wait_for_function(
            "(least) => +document.querySelector('#connections td').textContent >= least",
            arg=before + each,
        )
        print("a second page is counted")
        chat(one, two)
        print("chat")
        small(two)
        if pictures:
            one.page.screenshot(path=os.path.join(pictures, "light.png"), full_page=True)
            two.page.screenshot(path=os.path.join(pictures, "dark.png"), full_page=True)
        more = one.connections()
        two.close()
        one.page.wait_for_function(
            "(most) => +document.querySelector('#connections td').textContent <= most",
            arg=more - each,
        )
        expect(one.page.locator("#present")).to_contain_text("1")
        print("it is gone, and no longer counted")
        languages(one)
        print("both languages")
        seen = one.page.evaluate(SOCKET, "echo")
        wanted = {"wrong": [], "protocol": "", "code": 4000, "wasClean": True}
        assert {name: seen[name] for name in wanted} == wanted, seen
        assert seen["extensions"].startswith("permessage-deflate"), seen
        closed = one.page.evaluate(BINARY_TO_CHAT)
        assert closed == [1003, "text, please", True], closed
        print("a socket of a script")
        one.close()
        browser.close()
    print("all well")


given = sys.argv[1:]
switches = [word for word in given if word.startswith("--")]
main(switches, *(word for word in given if word not in switches))
