// Whoever leaves takes along what this phone kept for them: the next person finds nothing.
(function () {
  "use strict";
  try {
    Object.keys(window.localStorage).forEach(function (key) {
      if (key.indexOf("shuxue:") === 0 || key === "roll-pocket") { window.localStorage.removeItem(key); }
    });
  } catch (error) { /* nothing was kept */ }
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
