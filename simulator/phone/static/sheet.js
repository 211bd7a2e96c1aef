// The sheet that slides in from below: a title, choices, a way out.

import { $, make } from "./dom.js";

let opener = null;

export function openSheet(title, ...content) {
  opener = document.activeElement;
  $("sheet-title").textContent = title;
  $("sheet-body").replaceChildren(...content);
  $("sheet").hidden = false;
  $("sheet-body").querySelector("button, input")?.focus({ preventScroll: true });
}

export function closeSheet() {
  if ($("sheet").hidden) return;
  $("sheet").hidden = true;
  opener?.focus?.({ preventScroll: true });
}

export function choice({ sign, title, note, mark, act }) {
  const words = make("span", {}, make("b", {}, title));
  if (note) words.append(make("small", {}, note));
  const button = make("button", { type: "button", className: "choice" }, sign, words);
  if (mark) button.append(make("span", { className: "tick" }, mark));
  button.addEventListener("click", () => {
    closeSheet();
    act();
  });
  return button;
}

export function lineForm({ label, placeholder, button, act }) {
  const input = make("input", { placeholder, ariaLabel: label, required: true, autocomplete: "off" });
  const form = make("form", { className: "sheet-form" }, input, make("button", {}, button));
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    closeSheet();
    act(input.value.trim());
  });
  return form;
}

export function tell(title, text, address = false) {
  openSheet(title, make("p", { className: address ? "sheet-note address" : "sheet-note" }, text));
}

export function setUpSheet() {
  $("sheet-veil").addEventListener("click", closeSheet);
  $("sheet-cancel").addEventListener("click", closeSheet);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") closeSheet();
  });
}
