/* Photographs of papers: each is kept by the draft as soon as it is chosen, and a form that is
   pressed meanwhile waits for them. No text for people is written here. */
"use strict";

(() => {
  const find = (selector, place = document) => place.querySelector(selector);
  const all = (selector, place = document) => [...place.querySelectorAll(selector)];
  // The form may be replaced while a file travels, so a row is looked up anew each time.
  const rowOf = (material) => document.getElementById(`row-${material}`);
  const worded = (words, values) => words.replace(/\{(\w+)\}/g, (_, name) => values[name]);

  // ---- how many are on their way, and what waits for them ---------------------------------------
  let travelling = 0;
  let waiting = null;

  const sayTravelling = () => {
    const place = find("#uploading");
    const { travelling: words, waiting: wordsHeld } = place.dataset;
    place.textContent = worded(waiting ? wordsHeld : words, { n: travelling });
    if (travelling > 0 && !place.matches(":popover-open")) place.showPopover();
    if (travelling === 0 && place.matches(":popover-open")) place.hidePopover();
  };
  const count = (by) => {
    travelling += by;
    sayTravelling();
  };
  const failures = () => all(".upload-failed");
  const pointOut = (failed) => {
    const text = find("[data-words]", failed).textContent;
    document.dispatchEvent(new CustomEvent("toast", { detail: { text, kind: "error" } }));
    failed.scrollIntoView({ block: "center" });
    failed.focus({ preventScroll: true });
  };
  const letGo = () => {
    const pressed = waiting;
    if (travelling > 0 || pressed === null) return;
    waiting = null;
    if (failures().length) {
      pointOut(failures()[0]);
      return;
    }
    // A button that meanwhile does something else is pressed again or not at all.
    const submitter = pressed.isConnected ? pressed : document.getElementById(pressed.id);
    if (submitter?.value === pressed.value) submitter.form.requestSubmit(submitter);
    else submitter?.focus();
  };
  // A draft that is put aside loses nothing by a file that was not taken.
  const putsAside = (submitter) => submitter?.value === "save";

  document.addEventListener(
    "submit",
    (event) => {
      if (!find("[data-upload]", event.target)) return;
      const submitter = event.submitter ?? find("button", event.target);
      const [failed] = putsAside(submitter) ? [] : failures();
      if (travelling === 0 && !failed) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      if (travelling > 0) waiting = submitter;
      else pointOut(failed);
      sayTravelling();
    },
    true,
  );
  window.addEventListener("beforeunload", (event) => {
    if (travelling > 0) event.preventDefault();
  });

  // ---- sending ----------------------------------------------------------------------------------
  const post = async (url, values) => {
    const sent = new FormData();
    for (const [name, value] of Object.entries(values)) sent.append(name, value);
    const headers = { "HX-Request": "true", "X-CSRF-Token": document.body.dataset.csrf };
    const answer = await fetch(url, { method: "POST", body: sent, headers });
    if (answer.status === 401) document.dispatchEvent(new CustomEvent("signed-out"));
    return { isGood: answer.ok, text: await answer.text() };
  };
  const reasonIn = (text) => {
    const said = new DOMParser().parseFromString(text, "text/html");
    return find(".alert-text", said)?.textContent ?? find("#toasts").dataset.responseError;
  };
  const sayFailed = (material, file, why) => {
    const row = rowOf(material);
    if (!row) return;
    const note = find("#upload-failed").content.firstElementChild.cloneNode(true);
    const words = find("[data-words]", note);
    const name = find(".material-name", row).textContent.trim();
    words.textContent = worded(words.dataset.words, { material: name, file, why });
    find(".material-more", row).prepend(note);
    if (waiting === null) pointOut(note);
  };
  const send = async (url, material, values, name) => {
    let why = find("#toasts").dataset.sendError;
    try {
      const answer = await post(url, { material, ...values });
      if (answer.isGood) {
        const target = document.getElementById(`files-${material}`);
        if (target) window.htmx.swap(target, answer.text, { swapStyle: "outerHTML", settleDelay: 0 });
        return;
      }
      why = reasonIn(answer.text);
    } catch {
      // Nobody answered: the line to this machine's own service is down.
    }
    sayFailed(material, name, why);
  };
  const finish = (material, detail) => {
    rowOf(material)?.dispatchEvent(new CustomEvent("files-sent", { bubbles: true, detail }));
    letGo();
  };

  const sendFiles = async (input, files) => {
    const words = find("[data-words]", input.closest(".upload"));
    const { material, upload } = input.dataset;
    const before = words.textContent;
    const list = [...files];
    for (const old of all(".upload-failed", rowOf(material))) old.remove();
    input.disabled = true;
    count(list.length);
    for (const [index, file] of list.entries()) {
      words.textContent = `${index + 1}/${list.length} …`;
      await send(upload, material, { file }, file.name);
      count(-1);
    }
    words.textContent = before;
    input.value = "";
    input.disabled = false;
    finish(material, { again: false });
  };
  // A paper of an earlier case: its scans are copied, and no sheet is handed in now.
  const useAgain = async (button) => {
    const { material, again } = button.dataset;
    button.disabled = true;
    count(1);
    await send(again, material, {}, button.textContent.trim());
    count(-1);
    button.disabled = false;
    finish(material, { again: true });
  };

  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-upload]") && event.target.files.length) {
      sendFiles(event.target, event.target.files);
    }
  });
  document.addEventListener("click", (event) => {
    const again = event.target.closest?.("[data-again]");
    if (again) useAgain(again);
    const dropped = event.target.closest?.("[data-drop-failed]");
    if (dropped) dropped.closest(".upload-failed").remove();
  });

  // ---- files let go over a row ------------------------------------------------------------------
  const dropRow = (event) => event.target.closest?.(".material:not(.is-unneeded)");
  const isPlace = (event) => event.target.closest?.("form:has([data-upload])");
  const unmark = () => {
    for (const row of all(".material.is-over")) row.classList.remove("is-over");
  };
  document.addEventListener("dragover", (event) => {
    if (!isPlace(event)) return;
    // A file let go beside a row must not replace the page with itself.
    event.preventDefault();
    unmark();
    dropRow(event)?.classList.add("is-over");
  });
  document.addEventListener("drop", (event) => {
    if (!isPlace(event)) return;
    event.preventDefault();
    unmark();
    const row = dropRow(event);
    if (row && event.dataTransfer.files.length) sendFiles(find("[data-upload]", row), event.dataTransfer.files);
  });
})();
