// The phone: who holds it, what the chat shows, what a tap does.

import { get, person, post } from "./api.js";
import { addMessages, clearChat } from "./chat.js";
import { setUpDesk } from "./desk.js";
import { $, face, icon, make } from "./dom.js";
import { closeMenus, drawMenu } from "./menu.js";
import { offerScan } from "./scan.js";
import { choice, closeSheet, lineForm, openSheet, setUpSheet, tell } from "./sheet.js";
import { closePage, openPage, setUpWebview } from "./webview.js";

const CHAT_EVERY = 500;
const STATE_EVERY = 1000;
const NEWS_SECONDS = 12;
const state = { people: [], lines: [], screens: [], tabs: [], me: null, seen: 0, service: "", account: "" };

// How far each person's chat has been read, to tell where something new waits.
const read = JSON.parse(sessionStorage.getItem("read") ?? "{}");

const context = {
  get name() {
    return state.me.name;
  },
  get account() {
    return state.account;
  },
  open: (url) => openPage(url, state.me.openid, state),
};

async function loadState() {
  const before = new Map(state.people.map((one) => [one.openid, one.messages]));
  Object.assign(state, await get("phone"));
  if (state.me) state.me = state.people.find((one) => one.openid === state.me.openid) ?? null;
  // Fewer messages than already drawn: the simulator has forgotten everything.
  if (state.me && state.me.messages < state.seen) await become(state.me);
  drawMenu(state.menu, pressed);
  drawBadge();
  tellNews(state.people.filter((one) => one !== state.me && one.messages > before.get(one.openid)));
}

let newsEnd;

// Another phone has just got something: who looks at this one would not hear it ring.
function tellNews(people) {
  if (people.length === 0) return;
  const [first] = people;
  const whose = people.length > 1 ? `${first.name}等 ${people.length} 人的手机` : `${first.name}的手机`;
  $("news").replaceChildren(face(first.name), make("span", { className: "words" }, `${whose}收到新消息`), make("b", {}, "去看 ›"));
  $("news").onclick = () => {
    $("news").hidden = true;
    if (people.length > 1) choosePerson();
    else become(first);
  };
  $("news").hidden = false;
  clearTimeout(newsEnd);
  newsEnd = setTimeout(() => ($("news").hidden = true), NEWS_SECONDS * 1000);
}

function drawBadge() {
  for (const one of state.people) read[one.openid] ??= one.messages;
  const waiting = state.people.filter((one) => one !== state.me && unread(one) > 0).length;
  $("who-badge").hidden = waiting === 0;
  $("who-badge").textContent = String(waiting);
  $("who-badge").title = `${waiting} 个人有新消息`;
}

const unread = (one) => one.messages - (read[one.openid] ?? one.messages);

async function become(one) {
  closePage();
  closeSheet();
  $("news").hidden = true;
  state.me = one;
  state.seen = 0;
  document.cookie = `phone=${encodeURIComponent(one.openid)}; path=/; SameSite=Lax`;
  const note = make("small", {}, one.note);
  $("who-name").replaceChildren(`${one.name}的手机`, ...(one.note ? [note] : []));
  $("who-face").replaceChildren(face(one.name));
  clearChat();
  await refresh();
  $("chat").scrollTop = $("chat").scrollHeight;
  drawBadge();
}

let running = Promise.resolve();

// One refresh at a time, else a message could be drawn twice.
function refresh() {
  running = running.then(fetchChat, fetchChat);
  return running;
}

async function fetchChat() {
  const me = state.me;
  if (!me) return;
  const { messages, followed } = await get(person(me.openid, `chat?after=${state.seen}`));
  if (me !== state.me && me.openid !== state.me?.openid) return;
  // The greeting stays above what the account sent, until the person does something.
  const acted = messages.some((message) => message.from === "me");
  if (acted || me.followed !== followed) $("chat").querySelector(".hello")?.remove();
  if (state.seen === 0 && !acted) greet(followed);
  state.seen += messages.length;
  read[me.openid] = state.seen;
  sessionStorage.setItem("read", JSON.stringify(read));
  addMessages(messages, context);
  me.followed = followed;
  $("dock").hidden = !followed;
  $("follow").hidden = followed;
}

function greet(followed) {
  if ($("chat").querySelector(".hello")) return;
  const text = followed
    ? "点下面的菜单，或者打字发「帮助」。开会签到，点右上角「扫一扫」。"
    : "还没有关注。点下面的按钮关注，或者用「扫一扫」扫会场屏、扫身份卡。";
  const hello = make("div", { className: "hello" }, make("h3", {}, state.account), make("p", {}, text));
  if (document.body.classList.contains("desk")) {
    hello.append(make("ol", {}, ...state.lines.map((line) => make("li", {}, asked(line)))));
    if (state.note) hello.append(make("p", { className: "note" }, state.note));
  }
  $("chat").append(hello);
}

// A line that names a tab leads to it; the desk listens for that.
function asked(line) {
  if (!line.tab) return line.words;
  const button = make("button", { type: "button" }, line.words);
  button.dataset.tab = line.tab;
  return button;
}

// What a person did is on its way: the title says so until the answer is there.
async function act(action, body) {
  const me = state.me;
  if (!me) return null;
  $("title").textContent = "对方正在输入…";
  const soon = setTimeout(refresh, 120);
  try {
    return await post(person(me.openid, action), body);
  } catch (error) {
    tell("没发出去", error.message);
    return null;
  } finally {
    clearTimeout(soon);
    $("title").textContent = state.account;
    await refresh();
  }
}

async function scanned(content) {
  const result = await act("scan", { content });
  if (result?.opened) context.open(result.opened);
  else if (result?.text) tell("码里的内容", result.text, true);
}

function pressed(button) {
  if (button.type === "view") {
    act("view", { url: button.url, wait: false });
    context.open(button.url);
  } else if (button.type === "scancode_waitmsg") {
    offerScan(state, (content) => act("menu-scan", { key: button.key, content }));
  } else if (button.type === "scancode_push") {
    offerScan(state, async (content) => {
      await act("menu-scan", { key: button.key, content, type: button.type });
      await scanned(content);
    });
  } else {
    act("click", { key: button.key ?? "" });
  }
}

function choosePerson() {
  const rows = state.people.map((one) => {
    const waiting = unread(one);
    const here = one.openid === state.me?.openid;
    const mark = here ? "现在是" : waiting > 0 ? `${waiting} 条新消息` : "";
    const note = [one.note, one.followed ? "" : "还没关注"].filter(Boolean).join(" · ");
    return choice({ sign: face(one.name), title: one.name, note, mark, act: () => become(one) });
  });
  const add = lineForm({ label: "新来的人的姓名", placeholder: "再来一个人：写姓名", button: "加上", act: addPerson });
  openSheet("手机在谁手里", ...rows, add);
}

async function addPerson(name) {
  const { openid } = await post("people", { name, note: "新来的" });
  await loadState();
  await become(state.people.find((one) => one.openid === openid));
}

function aboutAccount() {
  if (!state.me?.followed) return;
  const leave = choice({
    sign: icon("close"),
    title: "取消关注",
    note: "以后可以再关注回来",
    act: () => act("unfollow"),
  });
  openSheet(state.account, leave);
}

function setUpDock() {
  const typing = (on) => {
    $("dock-text").hidden = !on;
    $("dock-menu").hidden = on;
    if (on) $("words").focus();
  };
  $("to-keyboard").addEventListener("click", () => typing(true));
  $("to-menu").addEventListener("click", () => typing(false));
  $("voice").addEventListener("click", () => act("voice"));
  $("dock-text").addEventListener("submit", (event) => {
    event.preventDefault();
    const content = $("words").value.trim();
    if (!content) return;
    $("words").value = "";
    act("text", { content });
  });
  document.addEventListener("click", closeMenus);
}

function every(milliseconds, work) {
  setInterval(() => {
    if (!document.hidden) work().catch(() => {});
  }, milliseconds);
}

async function start() {
  setUpSheet();
  setUpDock();
  setUpWebview(refresh);
  $("who").addEventListener("click", async () => {
    closeSheet();
    await loadState();
    choosePerson();
  });
  $("account").addEventListener("click", aboutAccount);
  $("scan").addEventListener("click", () => offerScan(state, scanned));
  $("follow-button").addEventListener("click", () => act("follow"));
  await loadState();
  setUpDesk(state);
  const kept = decodeURIComponent(document.cookie.match(/(?:^|; )phone=([^;]*)/)?.[1] ?? "");
  const first = state.people.find((one) => one.openid === kept) ?? state.people[0];
  if (first) await become(first);
  else choosePerson();
  every(CHAT_EVERY, refresh);
  every(STATE_EVERY, loadState);
}

start();
