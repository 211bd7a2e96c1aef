// The meeting screen and other pages beside the phone.

import { $, make } from "./dom.js";
import { proxied } from "./webview.js";

export function setUpDesk(state) {
  if (!$("panel")) return;
  const entries = [...state.screens.map((one) => ({ title: "会场屏", ...one })), ...state.tabs];
  const buttons = entries.map((entry) => make("button", { type: "button", className: "tab", role: "tab" }, entry.title));
  buttons.forEach((button, index) => {
    button.addEventListener("click", () => show(state, entries, buttons, index));
  });
  $("tabs").replaceChildren(...buttons);
  if (entries.length) show(state, entries, buttons, 0);
  document.addEventListener("click", ({ target }) => {
    const index = entries.findIndex((entry) => entry.title === target.closest?.("[data-tab]")?.dataset.tab);
    if (index < 0) return;
    show(state, entries, buttons, index);
    document.body.classList.add("show-panel");
  });
  $("to-screen").addEventListener("click", () => document.body.classList.add("show-panel"));
  $("to-phone").addEventListener("click", () => document.body.classList.remove("show-panel"));
}

function show(state, entries, buttons, index) {
  buttons.forEach((button, other) => {
    button.ariaSelected = String(other === index);
  });
  const entry = entries[index];
  const openid = entry.as ?? state.organizer;
  const owner = state.people.find((person) => person.openid === openid);
  const address = proxied(entry.url, openid, state);
  $("as").textContent = owner && address ? `${owner.name}的电脑` : "";
  $("empty").hidden = true;
  $("screen").hidden = false;
  $("screen").title = entry.title;
  $("screen").src = address ?? entry.url;
}
