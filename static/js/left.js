// Whoever leaves takes along what this phone kept for them: the next person finds nothing.
(function () {
  "use strict";
  try {
    Object.keys(window.localStorage).forEach(function (key) {
      if (key.indexOf("shuxue:") === 0) { window.localStorage.removeItem(key); }
    });
  } catch (error) { /* nothing was kept */ }
}());
