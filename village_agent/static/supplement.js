/* Photographs of what is brought: each is kept by the draft as soon as it is taken.
   No text for people is written here. */
"use strict";

(() => {
  const find = (selector, place = document) => place.querySelector(selector);

  const send = async (input) => {
    const words = find("[data-words]", input.closest(".upload"));
    const { material, upload } = input.dataset;
    const before = words.textContent;
    const list = [...input.files];
    input.disabled = true;
    for (const [index, file] of list.entries()) {
      words.textContent = `${index + 1}/${list.length} …`;
      const target = `#files-${CSS.escape(material)}`;
      await window.htmx
        .ajax("POST", upload, { source: input, target, swap: "outerHTML", values: { material, file } })
        .catch(() => {});
    }
    words.textContent = before;
    input.value = "";
    input.disabled = false;
    const row = input.closest(".material");
    const here = find(".files", row)?.dataset.count !== "0";
    if (here) find("input[name=received]", row).checked = true;
  };

  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-upload]") && event.target.files.length) send(event.target);
  });
})();
