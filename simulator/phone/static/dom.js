// Builds elements; text is always set as text, so nothing a person writes becomes markup.

export const $ = (id) => document.getElementById(id);

export function make(tag, properties = {}, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

export function icon(name) {
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  const use = document.createElementNS("http://www.w3.org/2000/svg", "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

const COLOURS = ["#4a6785", "#6a5a8c", "#3f7260", "#8a5a44", "#5b6b2f", "#7d4b6b"];

// The square with the family name that stands for a person without a picture.
export function face(name, account = false) {
  const square = make("span", { className: account ? "face account" : "face", ariaHidden: "true" }, name.slice(0, 1));
  if (!account) {
    const sum = [...name].reduce((total, sign) => total + sign.codePointAt(0), 0);
    square.style.background = COLOURS[sum % COLOURS.length];
  }
  return square;
}
