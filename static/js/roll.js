// The roll call on a phone: every tap is kept at once, with a number of its own and its true time, and sent when
// there is a network. Without this file the buttons of the form send themselves. Decision 0019 says what is kept.
(function () {
  "use strict";
  var form = document.getElementById("roll");
  if (!form) { return; }
  var PREFIX = "roll:";
  var KEY = PREFIX + form.dataset.pocket + ":" + form.dataset.key;
  var PAGES = "roll-pages";
  var ASSETS = "roll-assets";
  var RETRY = [3000, 6000, 12000, 30000, 60000];
  var MOST = 100;
  var PAGE_LIFE = 48 * 3600 * 1000;
  // What nobody could send in so long belongs to a session that was settled by other means.
  var ENTRY_LIFE = 14 * 24 * 3600 * 1000;
  var THERE = ["PRESENT", "LATE", "PARTIAL"];
  var LABELS = JSON.parse(form.dataset.labels);
  var rows = {};
  var failures = 0;
  var timer = 0;
  var running = null;
  var why = "";
  // Where the phone keeps nothing, the entries live as long as the page, and the page says so.
  var only = null;

  function at(id) { return document.getElementById(id); }
  function there(status) { return THERE.indexOf(status) >= 0; }
  function undecided(status) { return status === "EXPECTED" || status === "EXEMPT"; }

  // ---- the phone's own memory
  function read(key) {
    if (only && key === KEY) { return only; }
    try { return JSON.parse(window.localStorage.getItem(key)) || []; } catch (error) { return []; }
  }
  function write(list) {
    try {
      if (list.length) { window.localStorage.setItem(KEY, JSON.stringify(list)); } else { window.localStorage.removeItem(KEY); }
      only = null;
    } catch (error) { only = list; }
  }
  function forgetOld() {
    try {
      Object.keys(window.localStorage).forEach(function (key) {
        if (key.indexOf(PREFIX) !== 0) { return; }
        var fresh = read(key).some(function (entry) { return Date.now() - entry.at < ENTRY_LIFE; });
        if (!fresh) { window.localStorage.removeItem(key); }
      });
    } catch (error) { /* nothing was kept */ }
  }
  function nonce() {
    if (window.crypto.randomUUID) { return window.crypto.randomUUID(); }
    var bytes = window.crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, function (byte) { return ("0" + byte.toString(16)).slice(-2); }).join("");
  }
  function waiting() { return read(KEY).filter(function (entry) { return !entry.refused; }); }
  function lastOf(number) {
    return read(KEY).filter(function (entry) { return entry.number === number && !entry.refused; }).pop();
  }

  // ---- what the page shows
  function say() {
    var count = waiting().length;
    var words = count ? "待上传 " + count + " 条" : "";
    if (count && only) { words += "，请先不要关这一页"; }
    if (why) { words += (words ? "，" : "") + why; }
    if (at("waiting").firstChild.textContent !== words) { at("waiting").firstChild.textContent = words; }
    at("waiting").hidden = !words;
    at("enter").hidden = !at("enter").getAttribute("href");
    refusals();
  }
  function refusals() {
    var refused = read(KEY).filter(function (entry) { return entry.refused; });
    at("refused").hidden = !refused.length;
    at("refused").querySelector("ul").replaceChildren.apply(at("refused").querySelector("ul"), refused.map(function (entry) {
      var item = document.createElement("li");
      var row = rows[entry.number];
      item.textContent = (row ? row.dataset.name : entry.number) + " " + label(entry.status, entry.half, entry.at) + "：" + entry.refused;
      return item;
    }));
  }
  function clock(ms) {
    return new Date(ms).toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", hour12: false, timeZone: "Asia/Shanghai" }).replace(/^0/, "");
  }
  function label(status, half, ms) {
    var words = half ? LABELS["PARTIAL" + half] : LABELS[status];
    return words + (there(status) && ms ? " " + clock(ms) : "");
  }
  function draw(row, place, words, way) {
    row.dataset.status = place.status;
    row.dataset.half = place.half || "";
    var status = row.querySelector(".status");
    status.className = "status status-" + place.status.toLowerCase();
    status.querySelector(".say").textContent = words;
    status.querySelector(".way-in").textContent = way;
    row.querySelectorAll("button[name=mark]").forEach(function (button) {
      var pressed = button.value.split(":")[0] === place.status + (place.half || "");
      button.classList.toggle("pressed", pressed);
      if (pressed) { button.setAttribute("aria-pressed", "true"); } else { button.removeAttribute("aria-pressed"); }
      if (button.classList.contains("undo")) { button.hidden = undecided(place.status); }
    });
  }
  function drawEntry(entry) {
    var row = rows[entry.number];
    if (!row) { return; }
    var status = entry.status === "EXPECTED" && row.dataset.due !== "1" ? "EXEMPT" : entry.status;
    var whole = entry.half && row.dataset.status === "PARTIAL" && row.dataset.half && Number(row.dataset.half) !== entry.half;
    row.dataset.mine = "1";
    if (whole) { draw(row, { status: "PRESENT" }, label("PRESENT", null, entry.at), "待上传"); return; }
    draw(row, { status: status, half: entry.half }, label(status, entry.half, entry.at), "待上传");
  }
  function each(act) { Object.keys(rows).forEach(function (number) { act(rows[number]); }); }
  function open(row) { return row.dataset.due === "1" && row.dataset.status === "EXPECTED"; }
  function count() {
    if (form.dataset.whole !== "1") { return; }
    var sums = { present: 0, leave: 0, missing: 0 };
    each(function (row) {
      var status = row.dataset.status;
      if (there(status)) { sums.present += 1; }
      if (row.dataset.due !== "1") { return; }
      if (status === "LEAVE") { sums.leave += 1; }
      if (status === "EXPECTED" || status === "ABSENT") { sums.missing += 1; }
    });
    Object.keys(sums).forEach(function (name) { at("count-" + name).textContent = sums[name]; });
    form.querySelectorAll("button[data-many]").forEach(function (button) {
      var left = many(button).length;
      button.hidden = !left;
      button.querySelector(".left").textContent = left;
    });
  }
  function many(button) {
    var found = [];
    each(function (row) {
      var within = button.value === "all" || "group:" + row.dataset.group === button.value;
      if (within && open(row)) { found.push(row); }
    });
    return found;
  }
  function merge(said) {
    said.places.forEach(function (place) {
      var row = rows[place.number];
      if (!row || lastOf(place.number)) { return; }
      row.dataset.mine = place.mine ? "1" : "";
      draw(row, place, place.label, place.way);
    });
    count();
  }

  // ---- keeping and sending
  function keep(row, value) {
    var before = lastOf(row.dataset.number);
    var half = Number(value.slice(-1)) || null;
    // Two taps in one second keep their order, for the server counts in whole seconds.
    var moment = Math.max(Date.now(), before ? before.at + 1000 : 0, Number(row.dataset.last || 0) + 1000);
    row.dataset.last = moment;
    var entry = { nonce: nonce(), number: row.dataset.number, status: half ? value.slice(0, -1) : value, half: half, at: moment };
    write(read(KEY).concat([entry]));
    drawEntry(entry);
  }
  function token() { return form.elements.csrf_token.value; }
  function renew(value) {
    document.querySelectorAll("input[name=csrf_token]").forEach(function (field) { field.value = value; });
  }
  function post(entries, again) {
    var limit = new AbortController();
    var patience = setTimeout(function () { limit.abort(); }, 15000);
    var body = JSON.stringify({ pocket: form.dataset.pocket, sent: Date.now(), entries: entries.map(function (entry) {
      return { nonce: entry.nonce, number: entry.number, status: entry.status, half: entry.half, at: entry.at };
    }) });
    return fetch(form.dataset.entries, {
      method: "POST", body: body, credentials: "same-origin", cache: "no-store", signal: limit.signal,
      redirect: "error", headers: { "Content-Type": "application/json", "X-CSRFToken": token() }
    }).then(function (answer) { return answer.json(); }).then(function (said) {
      if (said.stale && again !== false) {
        renew(said.token);
        return post(entries, false);
      }
      return said;
    }).finally(function () { clearTimeout(patience); });
  }
  function heard(said) {
    why = "";
    at("enter").removeAttribute("href");
    if (said.login) {
      why = "登录过期了，记下的都在，";
      at("enter").setAttribute("href", said.login);
    } else if (said.results) {
      failures = 0;
      settle(said);
      return true;
    } else {
      why = said.error || "暂时没传上，会自动再试";
    }
    return false;
  }
  function settle(said) {
    var results = {};
    said.results.forEach(function (result) { results[result.nonce] = result; });
    write(read(KEY).filter(function (entry) {
      var result = results[entry.nonce];
      if (!result) { return true; }
      if (result.words && result.outcome !== "REFUSED") {
        why = (rows[entry.number] ? rows[entry.number].dataset.name + "：" : "") + result.words;
      }
      if (result.outcome === "REFUSED") { entry.refused = result.words; }
      return result.outcome === "REFUSED";
    }));
    merge(said);
  }
  function later() {
    clearTimeout(timer);
    timer = setTimeout(send, RETRY[Math.min(failures, RETRY.length - 1)]);
    failures += 1;
  }
  // Resolves to whether nothing waits any more. Without anything to send it fetches how everybody stands.
  function send() {
    clearTimeout(timer);
    if (running) { return running.then(function (done) { return done && waiting().length ? send() : done; }); }
    var batch = waiting().slice(0, MOST);
    running = post(batch).then(heard, function (error) {
      why = error instanceof SyntaxError ? "暂时没传上，会自动再试" : "没有网络，已记在这部手机上";
      return false;
    }).then(function (done) {
      running = null;
      say();
      if (!done) {
        if (waiting().length) { later(); }
        return false;
      }
      if (waiting().length) { return send(); }
      if (batch.length) { shelve(); }
      return true;
    });
    return running;
  }

  // ---- taps
  function elsewhere(row, value) {
    // What somebody else wrote is changed knowingly, in sight of how it stands: that takes the network.
    var status = row.dataset.status;
    if (row.dataset.mine === "1" || undecided(status) || status === "ABSENT") { return false; }
    return there(status) || value === "EXPECTED";
  }
  form.addEventListener("submit", function (event) {
    var button = event.submitter;
    if (!button || button.name !== "mark") { return; }
    if (button.hasAttribute("data-many")) {
      if (form.dataset.whole !== "1") { return; }
      event.preventDefault();
      many(button).forEach(function (row) { keep(row, "PRESENT"); });
    } else {
      var row = button.closest("li");
      var value = button.value.split(":")[0];
      if (elsewhere(row, value)) {
        if (navigator.onLine) { return; }
        event.preventDefault();
        why = row.dataset.name + "是别处登记的，有网络时再改";
        say();
        return;
      }
      event.preventDefault();
      keep(row, value);
    }
    count();
    say();
    send();
  });
  document.querySelectorAll("a[data-after-roll]").forEach(function (link) {
    link.addEventListener("click", function (event) {
      if (!waiting().length) { return; }
      // Whoever was called and is not on the server yet would be absent after the confirmation.
      event.preventDefault();
      send().then(function (done) {
        if (done) { window.location.assign(link.href); return; }
        why = "传上以后再确认";
        say();
      });
    });
  });
  at("again").addEventListener("click", function () {
    write(read(KEY).map(function (entry) { delete entry.refused; return entry; }));
    send();
  });
  at("drop").addEventListener("click", function () {
    write(waiting());
    say();
    send();
  });

  // ---- finding somebody, by characters, sounds or initials, as services/pinyin.py does
  function plain(text) { return text.normalize("NFKC").toLowerCase().replace(/[\s·•・‧∙\-_.'’]/g, ""); }
  function fits(sounds, from, wanted) {
    if (!wanted) { return true; }
    if (from === sounds.length) { return false; }
    return sounds[from].some(function (sound) {
      for (var length = Math.min(sound.length, wanted.length); length > 0; length -= 1) {
        if (sound.slice(0, length) === wanted.slice(0, length) && fits(sounds, from + 1, wanted.slice(length))) { return true; }
      }
      return false;
    });
  }
  function seek() {
    var wanted = plain(at("q").value);
    var found = 0;
    each(function (row) {
      var sounds = row.dataset.sounds.split(" ").map(function (one) { return one.split("/"); });
      var hit = !wanted || sounds.some(function (_sound, from) { return fits(sounds, from, wanted); });
      row.hidden = !hit;
      if (hit) { found += 1; }
    });
    form.querySelectorAll("section").forEach(function (group) {
      group.hidden = !group.querySelector("li:not([hidden])");
    });
    at("nobody").hidden = found > 0;
  }
  if (form.dataset.whole === "1" && at("q")) {
    at("q").addEventListener("input", seek);
    at("search").addEventListener("submit", function (event) { event.preventDefault(); seek(); });
  }

  // ---- a page that was opened before the door gets its buttons when the door opens, network or not
  function unlock() {
    var wait = Number(form.dataset.opens) * 1000 - Date.now();
    if (wait > 0) { setTimeout(unlock, Math.min(wait, 60000)); return; }
    at("early").hidden = true;
    each(function (row) {
      var marks = row.querySelector(".marks");
      var made = at("buttons").content.cloneNode(true);
      made.querySelectorAll("button").forEach(function (button) {
        button.setAttribute("aria-label", row.dataset.name + "：" + button.dataset.label);
        button.value += ":" + row.dataset.number;
      });
      marks.insertBefore(made, marks.firstChild);
    });
  }

  // ---- the page itself is kept, so that it opens without a network
  function shelve() {
    if (!("serviceWorker" in navigator) || !("caches" in window)) { return; }
    var url = new URL(window.location.pathname, window.location.origin);
    url.searchParams.set("p", form.dataset.page);
    if (form.dataset.live !== "1") {
      window.caches.open(PAGES).then(function (pages) { pages.delete(url.href); });
      return;
    }
    navigator.serviceWorker.register(form.dataset.worker, { scope: form.dataset.scope }).catch(function () { /* as before */ });
    window.caches.open(PAGES).then(function (pages) {
      prune(pages);
      return fetch(url.href, { credentials: "same-origin", cache: "no-store", redirect: "error" }).then(function (answer) {
        if (!answer.ok) { return null; }
        return answer.text().then(function (text) {
          var headers = { "Content-Type": "text/html; charset=utf-8", "X-Kept-At": String(Date.now()) };
          ["Content-Security-Policy", "X-Content-Type-Options", "Referrer-Policy"].forEach(function (name) {
            if (answer.headers.get(name)) { headers[name] = answer.headers.get(name); }
          });
          return pages.put(url.href, new Response(text, { headers: headers }));
        });
      });
    }).then(function () { return window.caches.open(ASSETS); }).then(function (assets) {
      var parts = Array.from(document.querySelectorAll("link[rel=stylesheet], script[src]"));
      return Promise.all(parts.map(function (part) {
        var address = part.href || part.src;
        return assets.match(address).then(function (kept) { return kept || assets.add(address); });
      }));
    }).then(function () { form.dataset.kept = "1"; }, function () { /* without a network it stays as it was kept */ });
  }
  function prune(pages) {
    pages.keys().then(function (requests) {
      requests.forEach(function (request) {
        pages.match(request).then(function (kept) {
          if (kept && Date.now() - Number(kept.headers.get("X-Kept-At")) > PAGE_LIFE) { pages.delete(request); }
        });
      });
    });
  }
  function alone() {
    // Another leader's rolls do not stay on this phone.
    try {
      var known = window.localStorage.getItem("roll-pocket");
      window.localStorage.setItem("roll-pocket", form.dataset.pocket);
      if (known && known !== form.dataset.pocket && "caches" in window) { return window.caches.delete(PAGES); }
    } catch (error) { /* nothing was kept */ }
    return Promise.resolve();
  }

  form.querySelectorAll("li[data-number]").forEach(function (row) { rows[row.dataset.number] = row; });
  forgetOld();
  read(KEY).forEach(function (entry) { if (!entry.refused) { drawEntry(entry); } });
  if (at("buttons")) { unlock(); }
  count();
  say();
  window.addEventListener("online", function () { failures = 0; send(); });
  document.addEventListener("visibilitychange", function () { if (!document.hidden || waiting().length) { send(); } });
  window.addEventListener("offline", function () { if (waiting().length) { why = "没有网络，已记在这部手机上"; say(); } });
  alone().then(function () {
    var old = Math.abs(Date.now() / 1000 - Number(form.dataset.drawn)) > 60;
    // What was refused once is tried again with every opening: the session may have been reopened.
    if (form.dataset.live === "1") {
      write(read(KEY).map(function (entry) { delete entry.refused; return entry; }));
    }
    if (old || waiting().length) { send(); }
    shelve();
  });
}());
