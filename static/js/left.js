// Whoever leaves takes along what this phone kept for them: the next person finds nothing.
(function () {
  "use strict";
  // As in roll.js: what nobody could send in so long belongs to a session that was settled by other means.
  var ENTRY_LIFE = 14 * 24 * 3600 * 1000;
  var waiting = 0;
  function entries(key) {
    try { return JSON.parse(window.localStorage.getItem(key)) || []; } catch (error) { return []; }
  }
  try {
    Object.keys(window.localStorage).forEach(function (key) {
      if (key.indexOf("shuxue:") === 0 || key === "roll-pocket") { window.localStorage.removeItem(key); }
      if (key.indexOf("roll:") !== 0) { return; }
      var fresh = entries(key).filter(function (entry) { return Date.now() - entry.at < ENTRY_LIFE; });
      if (!fresh.length) { window.localStorage.removeItem(key); }
      waiting += fresh.length;
    });
  } catch (error) { /* nothing was kept */ }
  if (waiting) {
    document.getElementById("waiting").hidden = false;
    document.getElementById("waiting-count").textContent = waiting;
  }
  // The kept pages of roll calls hold names and go. Entries that still wait for a network hold none, and stay
  // until their leader is back (decision 0019).
  if ("caches" in window) {
    window.caches.keys().then(function (names) {
      names.forEach(function (name) { if (name.indexOf("roll-") === 0) { window.caches.delete(name); } });
    }).catch(function () { /* nothing was kept */ });
  }
  if ("serviceWorker" in navigator) {
    navigator.serviceWorker.getRegistrations().then(function (found) {
      found.forEach(function (worker) { worker.unregister(); });
    }).catch(function () { /* there was none */ });
  }
}());
