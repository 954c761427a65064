"use strict";
// The page's three sockets: echo, chat, and how many connections the server has.

const $ = (id) => document.getElementById(id);

// Words. English stands in the page itself; what is written later is here in both languages.
const english = {
  open: "open", closed: "closed, trying again", same: "the same octets", other: "NOT what was sent",
  you: "you", guest: "guest", came: "came", left: "left", present: "here now:",
  last: "last", middle: "median", of: "of", octets: "octets",
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

$("echo").hidden = $("chat").hidden = false;
if (navigator.language.startsWith("ko")) speak("ko");
