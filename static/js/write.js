// Keeps every word of a 述学: on this phone at each stroke, on the server a moment later. What the server has
// not confirmed stays on the phone, survives a reload or a killed page, and is sent when the network is back.
// Without this file the buttons of the form save by themselves.
(function () {
  "use strict";
  var PREFIX = "shuxue:";
  var PAUSE = 1500;
  var RETRY = [3000, 6000, 12000, 30000];
  // A browser refuses to finish larger requests after the page is gone.
  var KEEPALIVE = 60000;
  // So many sent texts whose answer never came are remembered, to know one's own words again on the server.
  var SENT = 5;
  var TWOFOLD = "这一段在别处也改过，两边不一样，请您选。";

  function at(id) { return document.getElementById(id); }
  function plain(text) { return String(text).replace(/\r\n?/g, "\n").normalize("NFC").trim(); }
  function same(one, other) { return plain(one) === plain(other); }

  // ---- the phone's own memory, under cycle, view and a mark that only this member's pages carry
  function keys() {
    try { return Object.keys(window.localStorage); } catch (error) { return []; }
  }
  function read(key) {
    try { return JSON.parse(window.localStorage.getItem(key)); } catch (error) { return null; }
  }
  function keep(key, entry) {
    try { window.localStorage.setItem(key, JSON.stringify(entry)); return true; } catch (error) { return false; }
  }
  function forget(key) {
    try { window.localStorage.removeItem(key); } catch (error) { /* nothing was kept either */ }
  }
  function forgetOthers(pocket) {
    keys().forEach(function (key) {
      if (key.indexOf(PREFIX) === 0 && key.indexOf(PREFIX + pocket + ":") !== 0) { forget(key); }
    });
  }

  function token() {
    var field = document.querySelector("input[name=csrf_token]");
    return field ? field.value : "";
  }
  function renew(value) {
    document.querySelectorAll("input[name=csrf_token]").forEach(function (field) { field.value = value; });
  }

  // Sends one text; the answer is the server's JSON, or a rejected promise when there was none. `again` is
  // false after the form token was renewed once.
  function send(address, text, version, wish, again) {
    var body = new URLSearchParams({ csrf_token: token(), text: text, version: String(version) });
    if (wish) { body.set("hints", "1"); }
    var limit = new AbortController();
    var timer = setTimeout(function () { limit.abort(); }, 15000);
    return fetch(address, {
      method: "POST", body: body, credentials: "same-origin", cache: "no-store", signal: limit.signal,
      redirect: "error", keepalive: body.toString().length < KEEPALIVE
    }).then(function (answer) { return answer.json(); }).then(function (said) {
      if (said.stale && again !== false) {
        renew(said.token);
        return send(address, text, version, wish, false);
      }
      return said;
    }).finally(function () { clearTimeout(timer); });
  }

  // ---------------------------------------------------------------- the page of one view
  function writing(form) {
    var box = at("text");
    var key = PREFIX + form.dataset.pocket + ":" + form.dataset.cycle + "/" + form.dataset.view;
    var stored = box.dataset.stored;
    var untouched = form.elements.proposal ? form.elements.proposal.value : null;
    var version = Number(form.elements.version.value);
    var sent = [];
    var timer = 0;
    var failures = 0;
    var running = null;
    // While `open`, the member is asked which of two texts shall stand; `rival` is the other one.
    var open = false;
    var rival = null;

    function say(words, warn) {
      if (at("said").textContent !== words) { at("said").textContent = words; }
      at("said").classList.toggle("warn", Boolean(warn));
    }
    function pending() {
      if (untouched !== null && box.value === untouched) { return false; }
      return !same(box.value, stored);
    }
    function remember() {
      if (!pending()) { forget(key); return true; }
      return keep(key, { text: box.value, base: version, sent: sent, draft: form.dataset.draft });
    }
    function away() {
      say(remember() ? "没有网络，已存在这部手机上" : "没有网络，请先不要关这一页", true);
    }
    function count() {
      var text = untouched !== null && box.value === untouched ? "" : box.value;
      var length = text.trim() ? Array.from(text).length : 0;
      var over = length - Number(form.dataset.max);
      at("count").textContent = length;
      at("over").textContent = over > 0 ? "多了 " + over + " 个字" : "";
    }
    function alike(lines) {
      if (!lines) { return; }
      at("alike").hidden = !lines.length;
      at("alike").querySelector("ul").replaceChildren.apply(at("alike").querySelector("ul"), lines.map(function (line) {
        var item = document.createElement("li");
        item.className = "literal";
        item.textContent = line;
        return item;
      }));
    }
    function later(pause) {
      clearTimeout(timer);
      timer = setTimeout(save, pause);
    }
    function settle(text, said) {
      stored = text;
      version = said.version;
      form.elements.version.value = version;
      sent = [];
      failures = 0;
      form.removeAttribute("data-unsaved");
      remember();
      alike(said.hints);
      if (pending()) { later(PAUSE); } else { say("已存 " + said.at); }
    }
    function ask(theirs) {
      // Words of ours whose answer was lost are no conflict: what stands there is what this page sent.
      if (sent.some(function (text) { return same(text, theirs.body); })) {
        stored = theirs.body;
        version = theirs.version;
        sent = [];
        return save();
      }
      open = true;
      rival = { body: theirs.body, version: theirs.version };
      at("twofold").hidden = false;
      at("twofold-words").textContent = TWOFOLD;
      at("twofold-label").textContent = "别处存的是：";
      at("theirs").textContent = theirs.body || "（空的）";
      at("take-theirs").hidden = false;
      at("keep-mine").textContent = "用我这里写的";
      say("还没有存，请先选一边", true);
      at("twofold").scrollIntoView({ block: "center" });
      remember();
      return false;
    }
    function heard(text, said) {
      if (said.saved) { settle(text, said); return true; }
      if (said.theirs) { return ask(said.theirs); }
      remember();
      if (said.login) {
        say("登录过期了，字已存在这部手机上，", true);
        var link = document.createElement("a");
        link.href = said.login;
        link.textContent = "请重新进入";
        at("said").append(link);
        return false;
      }
      say(said.error || "暂时没存上，字在这部手机上，会自动再试", true);
      if (!said.error) { retry(); }
      return false;
    }
    function retry() {
      later(RETRY[Math.min(failures, RETRY.length - 1)]);
      failures += 1;
    }
    // Resolves to whether everything typed stands on the server.
    function save() {
      clearTimeout(timer);
      if (running) { return running.then(function () { return save(); }); }
      if (open) { return Promise.resolve(false); }
      if (!pending()) { remember(); return Promise.resolve(true); }
      var text = box.value;
      sent = sent.concat([text]).slice(-SENT);
      remember();
      running = send(form.dataset.draft, text, version, true).then(function (said) {
        running = null;
        return heard(text, said);
      }, function (error) {
        running = null;
        if (error instanceof SyntaxError) { heard(text, {}); } else { away(); retry(); }
        return false;
      });
      return running;
    }
    function leave(address) {
      if (pending() && navigator.onLine) { say("正在存…"); }
      save().then(function (done) {
        // Typed while it was being sent: once more, so that the next page never overtakes a word.
        if (done && pending()) { leave(address); } else if (done) { window.location.assign(address); }
      });
    }

    box.addEventListener("input", function () {
      count();
      var safe = remember();
      if (open) { return; }
      if (!navigator.onLine) { away(); return; }
      say(safe ? "" : "请先不要关这一页");
      later(PAUSE);
    });
    form.addEventListener("submit", function (event) {
      event.preventDefault();
      if (open) { at("twofold").scrollIntoView({ block: "center" }); return; }
      if (event.submitter && event.submitter.value === "stay") { save(); } else { leave(form.dataset.next); }
    });
    document.querySelectorAll("a[data-leave]").forEach(function (link) {
      link.addEventListener("click", function (event) { event.preventDefault(); leave(link.href); });
    });
    at("keep-mine").addEventListener("click", function () {
      if (rival.mine === undefined) {
        // The new base is the other text, so that it is replaced knowingly, and nothing newer is.
        version = rival.version;
        stored = rival.body;
      } else {
        box.value = rival.mine;
        count();
      }
      open = false;
      at("twofold").hidden = true;
      save();
    });
    at("take-theirs").addEventListener("click", function () {
      rival.mine = box.value;
      box.value = rival.body;
      version = rival.version;
      stored = rival.body;
      form.elements.version.value = version;
      open = false;
      forget(key);
      count();
      say("用了别处存的");
      // What was not chosen stays in sight, and comes back with one tap.
      at("twofold-words").textContent = "已换成别处存的。";
      at("twofold-label").textContent = "您这里原来写的是：";
      at("theirs").textContent = rival.mine;
      at("take-theirs").hidden = true;
      at("keep-mine").textContent = "换回我写的";
    });
    window.addEventListener("online", function () { failures = 0; save(); });
    window.addEventListener("offline", function () { if (pending()) { away(); } });
    document.addEventListener("visibilitychange", function () { if (document.hidden && pending()) { save(); } });
    window.addEventListener("pagehide", function () {
      if (!pending() || open) { return; }
      sent = sent.concat([box.value]).slice(-SENT);
      remember();
      send(form.dataset.draft, box.value, version, false).catch(function () { /* the phone still has it */ });
    });

    function resume() {
      var entry = read(key);
      if (form.hasAttribute("data-unsaved")) { remember(); later(0); return; }
      if (!entry || same(entry.text, stored)) { forget(key); return; }
      sent = entry.sent || [];
      box.value = entry.text;
      untouched = null;
      if (entry.base === version || sent.some(function (text) { return same(text, stored); })) {
        say("上次没存上的字找回来了");
        save();
      } else {
        ask({ body: stored, version: version });
      }
    }
    resume();
    count();
  }

  // ---------------------------------------------------------------- the overview: what other pages left behind
  function mine(pocket, cycle) {
    var start = PREFIX + pocket + ":" + cycle + "/";
    return keys().filter(function (key) { return key.indexOf(start) === 0 && read(key); });
  }
  function bring(key, entry) {
    return send(entry.draft, entry.text, entry.base, false).then(function (said) {
      var ours = said.theirs && (entry.sent || []).some(function (text) { return same(text, said.theirs.body); });
      if (ours) { return send(entry.draft, entry.text, said.theirs.version, false); }
      return said;
    }).then(function (said) {
      if (said.saved) { forget(key); }
      return Boolean(said.saved);
    }).catch(function () { return false; });
  }
  function overview(pocket) {
    function found() { return mine(pocket.dataset.pocket, pocket.dataset.cycle); }
    function tell(key) {
      var entry = read(key);
      var line = document.createElement("div");
      line.className = "card";
      var words = document.createElement("p");
      words.className = "fault";
      words.textContent = "这部手机上还有一段没存上的字：";
      var text = document.createElement("p");
      text.className = "literal quoted";
      text.textContent = entry.text;
      line.append(words, text);
      line.append(pocket.hasAttribute("data-editable") ? way(entry) : drop(key, line));
      pocket.append(line);
    }
    function way(entry) {
      var link = document.createElement("a");
      link.className = "way";
      link.href = entry.draft.replace(/\/draft$/, "");
      link.textContent = "去看这一段";
      return link;
    }
    function drop(key, line) {
      var button = document.createElement("button");
      button.className = "plain";
      button.type = "button";
      button.textContent = "不要了";
      button.addEventListener("click", function () { forget(key); line.remove(); });
      return button;
    }
    function settle() {
      var keys_ = found();
      if (!keys_.length) { return; }
      Promise.all(keys_.map(function (key) { return bring(key, read(key)); })).then(function (done) {
        if (done.every(Boolean)) { window.location.reload(); return; }
        pocket.replaceChildren();
        found().forEach(tell);
        pocket.hidden = false;
      });
    }
    settle();
    window.addEventListener("online", settle);
    document.querySelectorAll("form[data-after-pocket]").forEach(function (form) {
      form.addEventListener("submit", function (event) {
        // What is not on the server yet would be missing from what is submitted.
        if (found().length) { event.preventDefault(); settle(); }
      });
    });
  }

  var form = at("writing");
  var pocket = at("pocket");
  var mark = form || pocket;
  if (!mark) { return; }
  forgetOthers(mark.dataset.pocket);
  if (form) { writing(form); } else { overview(pocket); }
}());
