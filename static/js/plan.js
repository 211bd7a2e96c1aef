// Shows at once what the typed minutes are worth, and fills the form anew when another kind is chosen. The
// server computes the same when the form is sent; without this file a button fills it.
(function () {
  "use strict";
  var shown = document.getElementById("credit-shown");
  var minutes = document.getElementById("minutes");
  var kind = document.getElementById("kind");
  var fill = document.getElementById("fill");
  if (shown && minutes) {
    var perHour = Number(shown.dataset.minutesPerHour);
    var step = Number(shown.dataset.step);
    minutes.addEventListener("input", function () {
      var value = /^[0-9]{1,4}$/.test(minutes.value) ? Number(minutes.value) : 0;
      shown.querySelector("strong").textContent = String(Math.floor(value / perHour / step) * step);
    });
  }
  if (kind && fill && fill.form.requestSubmit) {
    fill.style.display = "none";
    kind.addEventListener("change", function () { fill.form.requestSubmit(fill); });
  }
}());
