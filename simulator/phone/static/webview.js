// Opens pages inside the phone. They come through this origin, as the person whose phone it is.

import { $ } from "./dom.js";
import { tell } from "./sheet.js";

let trail = [];

// The address under which this origin serves a page of the service to a person; null for others.
export function proxied(url, openid, { service, origins }) {
  const target = new URL(url, service);
  if (![...origins, "https://open.weixin.qq.com", location.origin].includes(target.origin)) return null;
  if (target.origin === location.origin && target.pathname.startsWith("/as/")) return target.pathname + target.search;
  return `/as/${encodeURIComponent(openid)}${target.pathname}${target.search}${target.hash}`;
}

export function openPage(url, openid, state) {
  const address = proxied(url, openid, state);
  if (address === null) {
    tell("真手机会打开这个网址", url, true);
    return;
  }
  trail = [];
  $("page-title").textContent = "正在打开…";
  $("page-back").hidden = true;
  $("webview").hidden = false;
  // A frame that stays in the document would add to the browser's own history.
  const fresh = $("page").cloneNode();
  fresh.src = address;
  fresh.addEventListener("load", arrived);
  $("page").replaceWith(fresh);
  $("page-close").focus({ preventScroll: true });
}

function arrived() {
  const page = $("page").contentWindow;
  try {
    $("page-title").textContent = page.document.title || "网页";
    const here = page.location.href;
    if (here === "about:blank") return;
    if (trail.at(-1) !== here) trail.push(here);
  } catch {
    $("page-title").textContent = "网页";
  }
  $("page-back").hidden = trail.length < 2;
}

export function closePage() {
  if ($("webview").hidden) return false;
  $("webview").hidden = true;
  $("page").src = "about:blank";
  return true;
}

export function setUpWebview(closed) {
  $("page-close").addEventListener("click", () => {
    closePage();
    closed();
  });
  $("page-back").addEventListener("click", () => {
    trail.pop();
    $("page").contentWindow.location.replace(trail.at(-1));
  });
  $("page-reload").addEventListener("click", () => $("page").contentWindow.location.reload());
}
