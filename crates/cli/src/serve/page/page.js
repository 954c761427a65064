"use strict";
// The page's three sockets: echo, chat, and how many connections the server has.

const $ = (id) => document.getElementById(id);

// Words. English stands in the page itself; what is written later is here in both languages.
const english = {
  open: "open", closed: "closed, trying again", same: "the same octets", other: "NOT what was sent",
  you: "you", guest: "guest", came: "came", left: "left", present: "here now:",
  last: "last", middle: "median", of: "of", octets: "octets",
  from: "from", most: (count) => `${count} at once at the most`, nobody: "this server is not there in that way",
  mixed: "a page that came by https may not ask in the clear; open this one by http",
  stayed: "no HTTP/3: over QUIC, browsers believe only authorities that the world knows",
  unbelieved: "no answer; if the certificate is the server's own, open this once and accept it:",
};
const korean = {
  tagline: "읽으려고 쓴 네트워크 스택", way: "여기까지 온 길", address: "당신의 주소",
  "server-saw": "서버가 본 프로토콜", "browser-says": "브라우저가 말하는 프로토콜", request: "요청",
  connections: "지금 열린 연결", echo: "메아리", chat: "대화", message: "메시지", send: "보내기",
  "echo-note": "보낸 것이 그대로 돌아옵니다. 시간은 갔다가 오는 데 걸린 시간입니다.",
  "chat-note": "이 페이지를 연 모두가 듣습니다. 아무것도 남기지 않습니다.",
  random: "무작위 64 KiB", fields: "요청이 말한 것",
  open: "열림", closed: "닫힘, 다시 시도 중", same: "같은 옥텟", other: "보낸 것과 다름",
  you: "나", guest: "손님", came: "들어옴", left: "나감", present: "지금 있는 사람:",
  last: "마지막", middle: "중앙값", of: "/", octets: "옥텟",
  tiles: "타일 백 개, HTTP/1.1과 HTTP/2와 HTTP/3로", fetch: "가져오기",
  "tiles-note": "타일 하나에 서버는 40 ms가 걸립니다. HTTP/1.1에서 브라우저는 연결 여섯 개를 열고, 연결마다 한 번에 타일 하나만 나릅니다. HTTP/2에서는 모든 타일이 한 연결의 스트림이고, HTTP/3에서는 한 QUIC 연결의 스트림입니다. 다만 브라우저가 이 서버의 인증 기관을 믿어야 합니다.",
  waits: "브라우저 안에서 기다림", flows: "요청부터 마지막 옥텟까지",
  from: "가져온 곳:", most: (count) => `동시에 최대 ${count}개`, nobody: "이 서버는 그 방식으로 열려 있지 않습니다",
  mixed: "https로 온 페이지는 평문으로 요청할 수 없습니다. 이 페이지를 http로 여십시오",
  stayed: "HTTP/3가 아닙니다. QUIC에서 브라우저는 세상이 아는 인증 기관만 믿습니다",
  unbelieved: "답이 없습니다. 서버가 스스로 만든 인증서라면 한 번 열어 받아들이십시오:",
};
for (const element of document.querySelectorAll("[data-word]")) {
  english[element.dataset.word] = element.textContent;
}
let words = english;
const redraws = [];

function speak(language) {
  words = language === "ko" ? korean : english;
  document.documentElement.lang = language;
  for (const element of document.querySelectorAll("[data-word]")) {
    element.textContent = words[element.dataset.word];
  }
  $("language").textContent = language === "ko" ? "English" : "한국어";
  $("language").lang = language === "ko" ? "en" : "ko";
  for (const redraw of redraws) redraw();
}
$("language").hidden = false;
$("language").onclick = () => speak(words === korean ? "en" : "ko");

// A socket that is opened again when it is lost: after a second, then two, four, at most sixteen.
function connect(path, section, on) {
  let delay = 1000;
  const line = { socket: null, send: (message) => line.socket.send(message) };
  const show = () => {
    const open = line.socket.readyState === WebSocket.OPEN;
    if (!section) return;
    const state = section.querySelector(".state");
    state.textContent = open ? words.open : words.closed;
    state.className = open ? "state open" : "state closed";
    for (const button of section.querySelectorAll("button")) button.disabled = !open;
  };
  redraws.push(show);
  const open = () => {
    const url = new URL(path, location.href);
    url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
    line.socket = new WebSocket(url);
    line.socket.binaryType = "arraybuffer";
    line.socket.onopen = () => { delay = 1000; show(); on.open?.(line.socket); };
    line.socket.onmessage = (event) => on.message(event.data);
    line.socket.onclose = () => {
      show();
      on.close?.();
      setTimeout(open, delay);
      delay = Math.min(2 * delay, 16000);
    };
  };
  open();
  return line;
}

// A line at the end of a list; the list follows it where its end was in view.
function append(list, item) {
  const follow = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  list.append(item);
  while (list.children.length > 200) list.firstChild.remove();
  if (follow) list.scrollTop = list.scrollHeight;
}

function part(kind, text) {
  const span = document.createElement("span");
  span.className = kind;
  span.textContent = text;
  return span;
}

// How we came.
const [navigation] = performance.getEntriesByType("navigation");
$("next-hop").textContent = navigation?.nextHopProtocol || "–";

// Echo.
const pending = [];
let times = [];
const milliseconds = (time) => `${time.toFixed(2)} ms`;

function same(sent, got) {
  if (typeof sent === "string" || typeof got === "string") return sent === got;
  const [a, b] = [new Uint8Array(sent), new Uint8Array(got)];
  return a.length === b.length && a.every((octet, at) => octet === b[at]);
}

function tellTimes() {
  if (times.length === 0) return;
  const middle = [...times].sort((a, b) => a - b)[times.length >> 1];
  $("times").textContent = `${words.last} ${milliseconds(times.at(-1))} · ${words.middle} ` +
    `${milliseconds(middle)} ${words.of} ${times.length}`;
}
redraws.push(tellTimes);

const echo = connect("echo", $("echo"), {
  open: (socket) => { $("socket").textContent = socket.extensions.split(";")[0] || "✓"; },
  close: () => { $("socket").textContent = "–"; pending.length = 0; },
  message: (got) => {
    const { sent, at } = pending.shift();
    const time = performance.now() - at;
    times = [...times, time].slice(-100);
    const item = document.createElement("li");
    const text = typeof got === "string" ? got
      : `${got.byteLength.toLocaleString()} ${words.octets}, ${words.same}`;
    const right = same(sent, got);
    item.className = right ? "" : "bad";
    const bar = part("bar", "");
    bar.style.width = `${Math.min(100, 100 * time / Math.max(...times, 1))}%`;
    item.append(bar, part("text", right ? text : words.other), part("time", milliseconds(time)));
    append($("echoes"), item);
    tellTimes();
  },
});

function sendEcho(sent) {
  pending.push({ sent, at: performance.now() });
  echo.send(sent);
}
$("echo").querySelector("form").onsubmit = (event) => {
  event.preventDefault();
  if ($("echo-text").value !== "") sendEcho($("echo-text").value);
  $("echo-text").select();
};
$("random").onclick = () => sendEcho(crypto.getRandomValues(new Uint8Array(65536)).buffer);

// Chat: `you 3`, `came 3 2` (guest 3; 2 are here), `left 3 1`, `said 3 TEXT`.
let self = null;
let present = null;
const tellPresent = () => { $("present").textContent = present ? `${words.present} ${present}` : ""; };
redraws.push(tellPresent);

const chat = connect("chat", $("chat"), {
  close: () => { self = present = null; tellPresent(); },
  message: (line) => {
    const [, event, guest, rest] = line.match(/^(\w+) (\d+) ?([^]*)$/) ?? [];
    const name = guest === self ? `${words.you} (${guest})` : `${words.guest} ${guest}`;
    const item = document.createElement("li");
    if (event === "you") {
      self = guest;
      return;
    } else if (event === "said") {
      const who = part("who", name);
      if (guest === self) who.classList.add("self");
      item.append(who, part("text", rest));
    } else {
      present = rest;
      tellPresent();
      item.append(part("event", `${name} ${words[event]}`));
    }
    append($("said"), item);
  },
});
$("chat").querySelector("form").onsubmit = (event) => {
  event.preventDefault();
  if ($("chat-text").value.trim() !== "") chat.send($("chat-text").value);
  $("chat-text").value = "";
};

// Connections of the server, said whenever they change.
connect("live", null, {
  message: (line) => {
    document.querySelector("#connections td").textContent = line.split(" ")[1];
  },
});

// A hundred tiles by each version, and when each of them was asked for and came.
const TILES = 100;
const loopback = /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(location.hostname);
const races = [...document.querySelectorAll("[data-race]")].map((figure) => {
  const which = figure.dataset.race;
  const here = (location.protocol === "https:") === (which !== "clear");
  const origin = here ? location.origin : $("tiles").dataset[which === "clear" ? "clear" : "secure"];
  const blocked = which === "clear" && !here && !loopback;
  return { figure, which, origin, blocked, trouble: null, stayed: false, entries: [] };
});
for (const { figure } of races) {
  for (let tile = 0; tile < TILES; tile += 1) {
    figure.querySelector(".mosaic").append(document.createElement("i"));
  }
}

function tellRaces() {
  const total = ({ entries }) => Math.max(0, ...entries.map((entry) => entry.end));
  const scale = Math.max(...races.map(total));
  for (const race of races) {
    const { figure, origin, blocked, trouble, entries } = race;
    const status = figure.querySelector("[role=status]");
    figure.querySelector(".from").textContent =
      blocked ? words.mixed : !origin ? words.nobody
        : trouble ? `${words.unbelieved} ${origin}/`
          : race.stayed ? words.stayed : `${words.from} ${origin}`;
    status.textContent = "";
    if (entries.length === 0) continue;
    figure.querySelector("strong").textContent =
      { "http/1.1": "HTTP/1.1", h2: "HTTP/2", h3: "HTTP/3" }[entries[0].protocol] ?? entries[0].protocol;
    status.textContent = `${total(race).toFixed(0)} ms · ${words.most(most(entries))}`;
    figure.querySelector(".waterfall").replaceChildren(...entries.map((entry) => {
      const row = document.createElement("li");
      for (const [kind, from, to] of [["waits", entry.start, entry.asked], ["flows", entry.asked, entry.end]]) {
        const bar = part(kind, "");
        bar.style.insetInlineStart = `${100 * from / scale}%`;
        bar.style.width = `${100 * (to - from) / scale}%`;
        row.append(bar);
      }
      return row;
    }));
  }
}
redraws.push(tellRaces);

// How many were under way at the same time. What ends at an instant is over when another begins.
function most(entries) {
  const edges = entries.flatMap(({ asked, end }) => [[asked, 1], [end, -1]]);
  edges.sort(([a, up], [b, other]) => a - b || up - other);
  let now = 0;
  return Math.max(...edges.map(([, step]) => now += step));
}

// Asks until an answer comes by HTTP/3: the first ones say where it is (Alt-Svc).
async function upgrade(origin, run) {
  for (let turn = 0; turn < 10; turn += 1) {
    const url = `${origin}/_wirebook/tile?${run}-w${turn}`;
    await (await fetch(url, { credentials: "omit", cache: "no-store" })).text();
    if (performance.getEntriesByName(url).at(-1)?.nextHopProtocol === "h3") return true;
    await new Promise((done) => setTimeout(done, 100));
  }
  return false;
}

async function race(race, run) {
  if (race.which === "quic" && (race.stayed = !await upgrade(race.origin, run))) return;
  const cells = race.figure.querySelectorAll(".mosaic i");
  performance.clearResourceTimings();
  await Promise.all([...cells].map(async (cell, tile) => {
    // Without credentials: on connections of their own, which no socket of this page shares.
    const url = `${race.origin}/_wirebook/tile?${run}-${tile}`;
    const answer = await fetch(url, { credentials: "omit", cache: "no-store" });
    cell.style.background = (await answer.text()).match(/#\w{6}/)[0];
  }));
  const all = performance.getEntriesByType("resource");
  const tiles = all.filter((entry) => entry.name.includes(`/tile?${run}-`));
  const began = Math.min(...tiles.map((entry) => entry.startTime));
  race.entries = tiles.map((entry) => ({
    protocol: entry.nextHopProtocol,
    start: entry.startTime - began,
    asked: entry.requestStart - began,
    end: entry.responseEnd - began,
  })).sort((a, b) => a.asked - b.asked || a.end - b.end);
}

$("tiles").querySelector("form").onsubmit = async (event) => {
  event.preventDefault();
  const button = $("tiles").querySelector("button");
  button.disabled = true;
  const run = performance.now().toFixed(0);
  for (const one of races) {
    one.entries = [];
    one.figure.querySelector(".waterfall").replaceChildren();
    for (const cell of one.figure.querySelectorAll(".mosaic i")) cell.style.background = "";
  }
  for (const one of races.filter(({ origin, blocked }) => origin && !blocked)) {
    one.trouble = await race(one, run).then(() => null, (error) => error);
    tellRaces();
  }
  button.disabled = false;
};
performance.setResourceTimingBufferSize(4 * TILES);
tellRaces();

$("echo").hidden = $("chat").hidden = $("tiles").hidden = false;
if (navigator.language.startsWith("ko")) speak("ko");
