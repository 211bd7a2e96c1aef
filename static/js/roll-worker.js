// Opens a roll call without a network. It keeps nothing itself: static/js/roll.js puts pages and their style
// sheets here after they were opened once, and this answers with them when the network does not.
(function () {
  "use strict";
  var PAGES = "roll-pages";
  var ASSETS = "roll-assets";
  var ROLL = /\/s\/sessions\/[0-9a-z]{10}$/;
  var LIFE = 48 * 3600 * 1000;
  // So long somebody waits for a bad network before the kept page is shown; what is new comes in by itself.
  var PATIENCE = 4000;

  function keyOf(url) {
    var page = /^[0-9]{1,4}$/.test(url.searchParams.get("p") || "") ? url.searchParams.get("p") : "1";
    return url.origin + url.pathname + "?p=" + page;
  }
  function kept(key) {
    return caches.open(PAGES).then(function (pages) {
      return pages.match(key).then(function (page) {
        if (page && Date.now() - Number(page.headers.get("X-Kept-At")) > LIFE) {
          return pages.delete(key).then(function () { return undefined; });
        }
        return page;
      });
    });
  }
  function forget(key) {
    return caches.open(PAGES).then(function (pages) { return pages.delete(key); });
  }
  function patience(page) {
    return new Promise(function (resolve) { setTimeout(function () { resolve(page); }, PATIENCE); });
  }
  function roll(request) {
    var key = keyOf(new URL(request.url));
    return kept(key).then(function (page) {
      var asked = fetch(request).then(function (answer) {
        if (answer.status >= 500) { return page || answer; }
        // A login that ended, or a session that is no longer this person's: nothing of it stays here.
        if (!answer.ok) { forget(key); }
        return answer;
      }, function (error) {
        if (page) { return page; }
        throw error;
      });
      return page ? Promise.race([asked, patience(page)]) : asked;
    });
  }
  function asset(request) {
    return caches.open(ASSETS).then(function (assets) { return assets.match(request); }).then(function (found) {
      return found || fetch(request);
    });
  }

  self.addEventListener("install", function () { self.skipWaiting(); });
  self.addEventListener("activate", function (event) { event.waitUntil(self.clients.claim()); });
  self.addEventListener("fetch", function (event) {
    var url = new URL(event.request.url);
    if (event.request.method !== "GET" || url.origin !== self.location.origin) { return; }
    if (event.request.mode === "navigate" && ROLL.test(url.pathname)) { event.respondWith(roll(event.request)); }
    else if (url.pathname.indexOf("/assets/") >= 0) { event.respondWith(asset(event.request)); }
  });
}());
