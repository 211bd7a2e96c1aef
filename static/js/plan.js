// Shows at once what the typed minutes are worth. The server computes the same when the form is sent.
(function () {
  "use strict";
  var shown = document.getElementById("credit-shown");
  var minutes = document.getElementById("minutes");
  if (!shown || !minutes) { return; }
  var perHour = Number(shown.dataset.minutesPerHour);
  var step = Number(shown.dataset.step);
  minutes.addEventListener("input", function () {
    var value = /^[0-9]{1,4}$/.test(minutes.value) ? Number(minutes.value) : 0;
    shown.querySelector("strong").textContent = String(Math.floor(value / perHour / step) * step);
  });
}());
