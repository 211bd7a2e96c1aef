// Draws the messages of a chat.

import { $, face, icon, make } from "./dom.js";

const ADDRESS = /https?:\/\/[^\s，。；、（）「」]+/g;
const QUIET_MINUTES = 5;
let lastTime = 0;

export function clearChat() {
  lastTime = 0;
  $("chat").replaceChildren();
}

export function addMessages(messages, context) {
  const chat = $("chat");
  const atEnd = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 120;
  for (const message of messages) {
    addTime(message.at);
    chat.append(draw(message, context));
  }
  if (messages.length && (atEnd || messages.some((message) => message.from === "me"))) {
    chat.scrollTop = chat.scrollHeight;
  }
}

function addTime(at) {
  const time = Date.parse(at);
  if (time - lastTime > QUIET_MINUTES * 60_000) {
    $("chat").append(make("div", { className: "time" }, clock(at)));
  }
  lastTime = time;
}

// The clock as the simulated platform has it, which a test may have shifted.
function clock(at) {
  const [day, hour] = [at.slice(0, 10), at.slice(11, 16)];
  const today = new Date(Date.now() + 8 * 3_600_000).toISOString().slice(0, 10);
  if (day === today) return hour;
  const [, month, date] = day.split("-").map(Number);
  return `${month}月${date}日 ${hour}`;
}

function draw(message, context) {
  if (message.from === "system") {
    return make("div", { className: `system ${message.kind}` }, message.text);
  }
  if (message.kind === "template" || message.kind === "subscribe") return card(message, context);
  if (message.kind === "news" && message.articles) return news(message, context);
  const mine = message.from === "me";
  const bubble = make("div", { className: `bubble ${message.kind}` });
  if (message.kind === "voice") bubble.append(icon("voice"), message.text);
  else bubble.append(...linked(message.text, context));
  const name = mine ? context.name : context.account;
  return make("div", { className: mine ? "row me" : "row" }, face(name, !mine), bubble);
}

function linked(text, context) {
  const parts = [];
  let from = 0;
  for (const match of text.matchAll(ADDRESS)) {
    parts.push(text.slice(from, match.index));
    const link = make("a", { href: match[0] }, match[0]);
    link.addEventListener("click", (event) => {
      event.preventDefault();
      context.open(match[0]);
    });
    parts.push(link);
    from = match.index + match[0].length;
  }
  return [...parts, text.slice(from)];
}

function card(message, context) {
  const rows = make("dl");
  for (const field of message.fields) {
    rows.append(make("dt", {}, field.label), make("dd", {}, field.value));
  }
  const box = make("article", { className: "card" }, make("h3", {}, message.title), rows);
  if (message.url) {
    // The whole card can be pressed, as on a phone; the button is for the keyboard.
    box.classList.add("press");
    box.addEventListener("click", () => context.open(message.url));
    box.append(more());
  }
  return box;
}

function news(message, context) {
  const box = make("article", { className: "card" });
  for (const article of message.articles) {
    box.append(make("h3", {}, article.title ?? ""), make("p", {}, article.text ?? article.description ?? ""));
    if (article.url) {
      const button = more();
      button.addEventListener("click", () => context.open(article.url));
      box.append(button);
    }
  }
  return box;
}

function more() {
  return make("button", { type: "button" }, make("span", {}, "查看详情"), make("span", { ariaHidden: "true" }, "›"));
}
