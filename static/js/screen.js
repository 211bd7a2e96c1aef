// Keeps the meeting screen fresh: the counts every second and a half while the door is open, names only when
// somebody else is there, the picture at each new step. Without this file the page reloads itself. A lost
// network is said at once; the last code stays while it is still taken, and goes when it is not.
(function () {
  "use strict";
  var body = document.body;
  var step = Number(body.dataset.step);
  var held = body.dataset.v;
  var mark = "";
  var goodUntil = Date.now() + Number(body.dataset.good) * 1000;
  var failures = 0;
  var timer = 0;
  var asking = false;
  // One missed answer is a cough; the second is an outage.
  var PATIENCE = 1;
  var OPEN_PAUSE = 1500;
  var QUIET_PAUSE = 5000;
  // A screen whose link has ended looks now and then, for the organiser may have opened it anew.
  var ENDED_PAUSE = 60000;

  function at(id) { return document.getElementById(id); }

  function write(id, text) {
    var element = at(id);
    if (element.textContent !== String(text)) { element.textContent = text; }
  }

  function hide(id, hidden) { if (at(id).hidden !== hidden) { at(id).hidden = hidden; } }

  // Only what differs is touched: with 300 people coming in, most of the list stands already.
  function names(list) {
    var shown = at("names");
    var left = new Map();
    list.forEach(function (name) { left.set(name, (left.get(name) || 0) + 1); });
    Array.from(shown.children).forEach(function (item) {
      var more = left.get(item.textContent) || 0;
      if (more) { left.set(item.textContent, more - 1); } else { item.remove(); }
    });
    var next = shown.firstElementChild;
    list.forEach(function (name) {
      if (next && next.textContent === name) { next = next.nextElementSibling; return; }
      var item = document.createElement("li");
      item.textContent = name;
      shown.insertBefore(item, next);
    });
  }

  function picture(state) {
    if (state.phase !== "open" || (state.step === step && at("qr").getAttribute("src"))) { return; }
    step = state.step;
    // The new picture is fetched before it takes the old one's place, so that the code never blinks.
    var next = new Image();
    next.onload = function () { at("qr").src = next.src; };
    next.src = body.dataset.qr + "&t=" + state.step;
  }

  function codes() {
    hide("open", body.dataset.phase !== "open" || (failures > 0 && Date.now() >= goodUntil));
  }

  function show(state) {
    body.dataset.phase = state.phase;
    goodUntil = Date.now() + state.good * 1000;
    at("words").className = state.phase === "open" ? "small" : "";
    write("words", state.words);
    write("digits", state.digits);
    write("clock", state.clock);
    write("present", state.present);
    write("due", state.due);
    if (state.names) { names(state.names); held = state.v; }
    picture(state);
    if (state.phase !== "open") { hide("follow", true); }
  }

  // The link has ended, or was taken back: nothing of the session stays on somebody else's wall.
  function ended() {
    mark = "";
    held = "";
    body.dataset.phase = "ended";
    write("words", "这个会场屏已经关闭。还要用，请组织者重新打开。");
    at("words").className = "";
    write("digits", "");
    at("names").replaceChildren();
    hide("people", true);
    hide("follow", true);
  }

  function answered(answer) {
    if (answer.status === 404) { ended(); return null; }
    if (answer.status === 304) { return null; }
    if (!answer.ok) { throw new Error(answer.status); }
    mark = answer.headers.get("ETag") || "";
    return answer.json().then(function (state) { hide("people", false); show(state); });
  }

  function found() {
    failures = 0;
    hide("offline", true);
  }

  function lost() {
    failures += 1;
    hide("offline", failures <= PATIENCE && navigator.onLine);
  }

  function pause() {
    if (body.dataset.phase === "ended") { return ENDED_PAUSE; }
    return body.dataset.phase === "open" || failures ? OPEN_PAUSE : QUIET_PAUSE;
  }

  function ask() {
    clearTimeout(timer);
    if (asking) { return; }
    asking = true;
    var limit = new AbortController();
    var cut = setTimeout(function () { limit.abort(); }, 5000);
    var headers = mark ? { "If-None-Match": mark } : {};
    fetch(body.dataset.state + "&v=" + encodeURIComponent(held), { signal: limit.signal, cache: "no-store", headers: headers })
      .then(answered)
      .then(found, lost)
      .then(function () {
        clearTimeout(cut);
        asking = false;
        codes();
        timer = setTimeout(ask, pause());
      });
  }

  function follow() {
    if (body.dataset.phase === "open" && at("follow").hidden) {
      var image = at("follow-qr");
      image.onload = function () { at("follow").hidden = body.dataset.phase !== "open"; };
      image.src = body.dataset.follow;
    }
    setTimeout(follow, 60000);
  }

  // A laptop that wakes up, a tab that comes back and a network that returns need not wait for the clock.
  document.addEventListener("visibilitychange", function () { if (!document.hidden) { ask(); } });
  window.addEventListener("online", ask);
  window.addEventListener("offline", function () { hide("offline", false); ask(); });

  timer = setTimeout(ask, OPEN_PAUSE);
  follow();
}());
