// Whoever opened the square of a paper has number and code behind the `#`: put them into the form.
(() => {
  "use strict";
  const SQUARE = /^#(\d{16})\.(\d{6})(?:\.\d+)?$/;
  const fill = () => {
    const form = document.querySelector("[data-from-square]");
    const found = SQUARE.exec(location.hash);
    if (form === null || found === null) return;
    form.elements.namedItem("number").value = found[1];
    form.elements.namedItem("code").value = found[2];
    // The address that stays in the browser's history names nobody's case.
    history.replaceState(null, "", location.pathname);
    form.querySelector("button").focus();
  };
  fill();
  addEventListener("hashchange", fill);
})();
