// What a helper writes down at somebody's bedside stays on this phone until the server has it: without a network
// nothing is lost. Under a mark that only this helper's pages carry; forgotten once saved, or on leaving.
(function () {
  "use strict";
  var PREFIX = "shuxue:";
  var said = document.getElementById("kept-said");
  function store(act) { try { return act(window.localStorage); } catch (error) { return undefined; } }

  var saved = document.querySelector("[data-kept]");
  if (saved) { store(function (memory) { memory.removeItem(PREFIX + saved.dataset.kept); }); }

  var form = document.querySelector("form[data-keep]");
  if (!form) { return; }
  var key = PREFIX + form.dataset.keep;
  var boxes = Array.from(form.querySelectorAll("textarea"));

  function keep() {
    var texts = {};
    boxes.forEach(function (box) { texts[box.name] = box.value; });
    return store(function (memory) { memory.setItem(key, JSON.stringify(texts)); return true; });
  }
  var kept = store(function (memory) { return JSON.parse(memory.getItem(key)); });
  if (kept) {
    var changed = false;
    boxes.forEach(function (box) {
      // What the server has since been given stays; words of this phone fill what is empty or go on from it.
      if (kept[box.name] && kept[box.name] !== box.value && (!box.value || kept[box.name].indexOf(box.value) === 0)) {
        box.value = kept[box.name];
        changed = true;
      }
    });
    if (changed) { said.textContent = "上次没存上的字找回来了"; }
  }
  form.addEventListener("input", function () {
    var safe = keep();
    if (!navigator.onLine) { said.textContent = safe ? "没有网络，已存在这部手机上" : "没有网络，请先不要关这一页"; }
  });
  form.addEventListener("submit", function (event) {
    if (navigator.onLine) { return; }
    event.preventDefault();
    said.textContent = keep() ? "没有网络，已存在这部手机上，有网再按一次" : "没有网络，请先不要关这一页";
  });
  window.addEventListener("online", function () { said.textContent = "网络好了，可以存了"; });
}());
