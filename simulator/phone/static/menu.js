// The three buttons at the bottom of the chat.

import { $, make } from "./dom.js";

let drawn = "";

export function drawMenu(menu, press) {
  const now = JSON.stringify(menu);
  if (now === drawn) return;
  drawn = now;
  const buttons = menu?.button ?? [];
  $("menu").replaceChildren(...buttons.map((button) => top(button, press)));
  if (!buttons.length) $("menu").append(make("span", { className: "none" }, "公众号还没有设菜单，可以打字"));
}

function top(button, press) {
  const below = button.sub_button ?? [];
  const head = make("button", { type: "button", className: below.length ? "top more" : "top" }, button.name);
  const cell = make("div", {}, head);
  if (!below.length) {
    head.addEventListener("click", () => press(button));
    return cell;
  }
  const list = make("div", { className: "sub", hidden: true });
  for (const item of below) {
    const entry = make("button", { type: "button" }, item.name);
    entry.addEventListener("click", () => {
      closeMenus();
      press(item);
    });
    list.append(entry);
  }
  head.ariaExpanded = "false";
  head.addEventListener("click", (event) => {
    event.stopPropagation();
    const wasShut = list.hidden;
    closeMenus();
    list.hidden = !wasShut;
    head.ariaExpanded = String(wasShut);
  });
  cell.append(list);
  return cell;
}

export function closeMenus() {
  for (const list of document.querySelectorAll(".sub")) list.hidden = true;
  for (const head of document.querySelectorAll(".top.more")) head.ariaExpanded = "false";
}
