// Keeps the meeting screen fresh: counts every three seconds, the picture at each new step. Without this
// file the page reloads itself. A lost network is said, and asked again until it is back.
(function () {
  "use strict";
  var body = document.body;
  var step = Number(body.dataset.step);
  var failures = 0;
  // Two missed answers are a cough, not an outage; after that the code on the screen would be stale.
  var PATIENCE = 2;

  function at(id) { return document.getElementById(id); }

  function write(id, text) {
    var element = at(id);
    if (element.textContent !== String(text)) { element.textContent = text; }
  }

  function names(list) {
    var shown = Array.from(at("names").children, function (item) { return item.textContent; });
    if (shown.join("\n") === list.join("\n")) { return; }
    at("names").replaceChildren.apply(at("names"), list.map(function (name) {
      var item = document.createElement("li");
      item.textContent = name;
      return item;
    }));
  }

  function picture(state) {
    if (state.phase !== "open" || (state.step === step && at("qr").getAttribute("src"))) { return; }
    step = state.step;
    // The new picture is fetched before it takes the old one's place, so that the code never blinks.
    var next = new Image();
    next.onload = function () { at("qr").src = next.src; };
    next.src = body.dataset.qr + "&t=" + state.step;
  }

  function show(state) {
    failures = 0;
    at("offline").hidden = true;
    body.dataset.phase = state.phase;
    at("open").hidden = state.phase !== "open";
    at("words").className = state.phase === "open" ? "small" : "";
    write("words", state.words);
    write("digits", state.digits);
    write("clock", state.clock);
    write("present", state.present);
    write("due", state.due);
    names(state.names);
    picture(state);
    if (state.phase !== "open") { at("follow").hidden = true; }
  }

  function lost() {
    failures += 1;
    if (failures <= PATIENCE) { return; }
    at("offline").hidden = false;
    at("open").hidden = true;
  }

  function ask() {
    var limit = new AbortController();
    var timer = setTimeout(function () { limit.abort(); }, 5000);
    fetch(body.dataset.state, { signal: limit.signal, cache: "no-store" })
      .then(function (answer) { if (!answer.ok) { throw new Error(answer.status); } return answer.json(); })
      .then(show)
      .catch(lost)
      .then(function () { clearTimeout(timer); setTimeout(ask, 3000); });
  }

  function follow() {
    if (body.dataset.phase === "open" && at("follow").hidden) {
      var image = at("follow-qr");
      image.onload = function () { at("follow").hidden = body.dataset.phase !== "open"; };
      image.src = body.dataset.follow;
    }
    setTimeout(follow, 60000);
  }

  setTimeout(ask, 3000);
  follow();
}());
