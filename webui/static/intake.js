/* The intake form: saving as one types, choosing a matter by keyboard, files, rows, keys.
   Events are caught at the document, since the form is replaced whole when its matter changes.
   No text for people is written here. */
"use strict";

(() => {
  const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const TYPING_MS = 600;
  const CHOICE_MS = 60;
  const SAVED_LOOK_MS = 50;
  const find = (selector, place = document) => place.querySelector(selector);
  const all = (selector, place = document) => [...place.querySelectorAll(selector)];
  const form = () => find("#intake-form");
  const isComposing = (event) => event.isComposing || event.keyCode === 229;

  // ---- saving, and the panel --------------------------------------------------------------------
  let timer = 0;
  let inFlight = false;
  let leaving = false;
  let waiting = null;
  let spared = "";
  let pressing = false;
  let heldAnswer = null;
  let askedMeanwhile = false;

  const say = (state) => {
    const status = find("[data-autosave-status]");
    if (!status) return;
    const time = new Date().toLocaleTimeString("zh-CN", { ...CLOCK, timeZone: document.body.dataset.zone });
    status.dataset.state = state;
    find("[data-words]", status).textContent =
      state === "saved" ? `${time} ${status.dataset.saved}` : status.dataset[state];
  };

  const decide = () => {
    clearTimeout(timer);
    timer = 0;
    const place = find("[data-decide]");
    if (place && !leaving) window.htmx.trigger(place, "intake-changed");
  };
  const decideIn = (delay) => {
    clearTimeout(timer);
    timer = setTimeout(decide, delay);
  };
  const isSearch = (element) => element.id === "f-matter";

  document.addEventListener("input", (event) => {
    if (!event.target.closest?.("#intake-form") || isSearch(event.target)) return;
    if (event.target.type !== "file") decideIn(TYPING_MS);
  });
  document.addEventListener("change", (event) => {
    const element = event.target;
    if (!element.closest?.("#intake-form") || isSearch(element) || element.type === "file") return;
    if (element.name === "has_agent") show("agent", element.checked);
    if (element.name === "delivery") {
      show("pickup", element.value === "counter");
      show("deliver_to", element.value !== "counter");
    }
    showAnswered(element);
    if (element.matches("[data-rechoose]")) choose(find("[name=choose]").value);
    else decideIn(CHOICE_MS);
  });
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState === "hidden" && timer) decide();
  });

  document.addEventListener("htmx:configRequest", (event) => {
    if (!event.target.matches("[data-decide]")) return;
    const focused = document.activeElement;
    spared = focused?.closest("#intake-form") ? focused.name ?? "" : "";
    event.detail.parameters.at = spared;
  });
  // The field that was being typed in was not found fault with; once left, it is.
  document.addEventListener("focusout", (event) => {
    if (!spared || event.target.name !== spared) return;
    spared = "";
    decideIn(CHOICE_MS);
  });
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (!event.target.matches("[data-decide]")) return;
    if (heldAnswer !== null) askedMeanwhile = true;
    if (leaving || heldAnswer !== null) {
      event.preventDefault();
      return;
    }
    inFlight = true;
    say("saving");
  });
  document.addEventListener("htmx:afterRequest", (event) => {
    if (event.target.matches("[data-decide]") && heldAnswer === null) answered(event.detail.successful);
  });
  const answered = (isGood) => {
    inFlight = false;
    say(isGood ? "saved" : "failed");
    if (isGood) settle();
    if (waiting) {
      const pressed = waiting;
      const submitter = pressed.isConnected ? pressed : document.getElementById(pressed.id);
      waiting = null;
      leaving = false;
      // The button says what it does: if that changed meanwhile, it is pressed again or not at all.
      if (submitter && submitter.value !== pressed.value) submitter.focus();
      else if (submitter !== null) form().requestSubmit(submitter);
    }
  };
  // A press counts where the button went down and up on one thing. So an answer that comes between
  // the two waits: it would move what is under the hand, or put another button in its place.
  document.addEventListener("pointerdown", (event) => {
    pressing = event.target.closest("#intake") !== null;
  });
  document.addEventListener("htmx:beforeSwap", (event) => {
    const { requestConfig, shouldSwap, serverResponse } = event.detail;
    if (!pressing || !shouldSwap || !requestConfig.elt.matches("[data-decide]")) return;
    event.detail.shouldSwap = false;
    heldAnswer = serverResponse;
  });
  const release = () => {
    pressing = false;
    if (heldAnswer === null) return;
    const answer = heldAnswer;
    heldAnswer = null;
    window.htmx.swap("#decision", answer, { swapStyle: "outerHTML", swapDelay: 0, settleDelay: 0 });
    answered(true);
    if (askedMeanwhile) decide();
    askedMeanwhile = false;
  };
  // The click itself comes after the pointer went up; whoever types has let go, wherever that was.
  for (const name of ["pointerup", "pointercancel"]) {
    document.addEventListener(name, () => setTimeout(release));
  }
  document.addEventListener("keydown", release, true);
  // What did not change stays as it is, so that it is not read out again.
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const target = event.detail.target;
    const fresh = event.detail.fragment.firstElementChild ?? event.detail.fragment;
    if (!target.matches?.("[data-note-for]")) return;
    if (target.textContent === fresh.textContent && target.className === fresh.className) {
      event.detail.shouldSwap = false;
    }
  });

  // A press while a save is on its way waits for it: both name the revision they have seen.
  document.addEventListener(
    "submit",
    (event) => {
      if (event.target.id !== "intake-form") return;
      // Something was typed that the panel has not answered yet.
      if (timer) decide();
      if (inFlight) {
        event.preventDefault();
        event.stopImmediatePropagation();
        waiting = event.submitter ?? find("#do-save");
      }
      leaving = true;
    },
    true,
  );
  window.addEventListener("pageshow", () => {
    leaving = false;
  });
  // The screen is about to be locked: what was typed last is saved first.
  document.addEventListener("locking", (event) => {
    if (!timer && !inFlight) return;
    if (timer) decide();
    const saved = new Promise((resolve) => {
      const looking = setInterval(() => {
        if (timer || inFlight) return;
        clearInterval(looking);
        resolve();
      }, SAVED_LOOK_MS);
    });
    event.detail.wait(saved);
  });

  // ---- what is asked for ------------------------------------------------------------------------
  const show = (name, on) => {
    const place = find(`[data-field="${CSS.escape(name)}"]`);
    if (place) place.hidden = !on;
  };

  // What an answer asks for besides stands there at once.
  const showAnswered = (element) => {
    for (const place of all(`#intake-form [data-shown-by^="${CSS.escape(element.name)}="]`)) {
      place.hidden = place.dataset.shownBy !== `${element.name}=${element.value}`;
    }
  };

  const settle = () => {
    const state = find("#intake-state");
    if (!state) return;
    const hidden = new Set(state.dataset.hidden.split(" "));
    for (const place of all("#intake-form [data-field]")) place.hidden = hidden.has(place.dataset.field);
    const unneeded = new Set(state.dataset.unneeded.split(" "));
    for (const row of all("#intake-form .material[data-material]")) {
      const isUnneeded = unneeded.has(row.dataset.material);
      row.classList.toggle("is-unneeded", isUnneeded);
      for (const part of all("[data-when-needed]", row)) part.hidden = isUnneeded;
      for (const part of all("[data-when-unneeded]", row)) part.hidden = !isUnneeded;
    }
    for (const note of all("#intake-form [data-note-for]")) {
      const input = document.getElementById(`f-${note.dataset.noteFor}`);
      const isWrong = note.classList.contains("field-error");
      if (!input?.matches("input, select, textarea")) continue;
      input.classList.toggle("is-invalid", isWrong);
      if (isWrong) input.setAttribute("aria-invalid", "true");
      else input.removeAttribute("aria-invalid");
    }
  };

  // ---- choosing a matter ------------------------------------------------------------------------
  const choose = (ref) => {
    clearTimeout(timer);
    timer = 0;
    if (inFlight) {
      setTimeout(() => choose(ref), CHOICE_MS);
      return;
    }
    find("[name=choose]").value = ref;
    window.htmx.trigger(find("#intake-choose"), "intake-choose");
  };
  const options = () => all("#matter-list [data-choose]");
  const openList = (on) => {
    const input = find("#f-matter");
    find("#matter-list").hidden = !on;
    input.setAttribute("aria-expanded", String(on));
    if (!on) input.removeAttribute("aria-activedescendant");
  };
  const mark = (option) => {
    for (const one of options()) one.setAttribute("aria-selected", String(one === option));
    if (!option) return;
    find("#f-matter").setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  };
  const marked = () => options().find((one) => one.getAttribute("aria-selected") === "true");
  const move = (step) => {
    const list = options();
    if (!list.length) return;
    const at = list.indexOf(marked());
    mark(list[(at + step + list.length) % list.length]);
  };

  const onMatterKey = (event) => {
    const isOpen = !find("#matter-list").hidden;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") {
      event.preventDefault();
      if (!isOpen) window.htmx.trigger(event.target, "matter-open");
      else move(event.key === "ArrowDown" ? 1 : -1);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const option = marked() ?? options()[0];
      if (isOpen && option) choose(option.dataset.choose);
    } else if (event.key === "Escape" && isOpen) {
      event.preventDefault();
      event.target.value = event.target.dataset.shown;
      openList(false);
    }
  };
  document.addEventListener("htmx:afterSwap", (event) => {
    if (event.target.id === "matter-list" && document.activeElement?.id === "f-matter") {
      openList(true);
      mark(options()[0]);
    }
    if (event.target.id === "intake") say("saved");
  });
  document.addEventListener("htmx:afterSettle", (event) => {
    // After a choice the hands go on to the applicant, or back to the field that caused it.
    if (event.detail.requestConfig?.elt?.id !== "intake-choose") return;
    const next = all("#f-name, #f-id_number").find((input) => !input.value);
    if (document.activeElement === document.body || document.activeElement?.id === "f-matter") next?.focus();
  });
  document.addEventListener("focusin", (event) => {
    if (event.target.id === "f-matter") event.target.select();
  });
  document.addEventListener("focusout", (event) => {
    if (event.target.id !== "f-matter" || !find("#matter-list")) return;
    event.target.value = event.target.dataset.shown;
    openList(false);
  });
  document.addEventListener("mousedown", (event) => {
    if (event.target.closest?.("#matter-list")) event.preventDefault();
  });

  // ---- files ------------------------------------------------------------------------------------
  // What uploads.js has sent is here; a paper used again brings no sheet.
  document.addEventListener("files-sent", (event) => {
    const row = event.target;
    if (!row.closest("#intake-form")) return;
    const { again } = event.detail;
    const here = find(".files", row)?.dataset.count !== "0";
    const chosen = find(".seg input[name^=m-]:checked", row);
    if (here && (again || !chosen || chosen.value === "missing")) find(".seg-present input", row).checked = true;
    if (here && again) for (const input of all(".sheets input", row)) input.value = "0";
    const held = document.activeElement;
    const now = find(".seg input[name^=m-]:checked", row);
    if (here && again) now.focus();
    else if (here && (held === document.body || row.contains(held))) goOn(now);
    decide();
  });

  // ---- rows of a table, and buttons -------------------------------------------------------------
  const addRow = (key) => {
    const table = find(`[data-table="${CSS.escape(key)}"]`);
    const body = find("tbody", table);
    if (body.rows.length >= Number(table.dataset.rowsMax)) return;
    const used = all(`input[name="v-${CSS.escape(key)}-row"]`, body).map((input) => Number(input.value));
    const next = String(Math.max(-1, ...used) + 1);
    const row = find(`template[data-row-of="${CSS.escape(key)}"]`).content.firstElementChild.cloneNode(true);
    for (const element of [row, ...all("*", row)]) {
      for (const attribute of element.attributes) {
        attribute.value = attribute.value.replaceAll("__row__", next);
      }
    }
    body.append(row);
    find("input", row).focus();
    decide();
  };
  const removeRow = (button) => {
    const row = button.closest("tr");
    const near = row.nextElementSibling ?? row.previousElementSibling;
    row.remove();
    (near && find("input", near))?.focus();
    decide();
  };
  const photoNext = () => {
    const rows = all(".material:not(.is-unneeded)");
    const held = document.activeElement?.closest?.(".material:not(.is-unneeded)");
    const bare = rows.find((row) => find(".files", row)?.dataset.count === "0");
    // A browser opens the choice of a file only soon after a key: if it does not, Enter will.
    const input = find("[data-upload]", held ?? bare ?? rows[0]);
    input?.focus();
    input?.click();
  };
  document.addEventListener("click", (event) => {
    const on = (selector) => event.target.closest?.(selector);
    let element;
    if ((element = on("#matter-list [data-choose], #intake button[data-choose]"))) choose(element.dataset.choose);
    else if ((element = on("[data-add-row]"))) addRow(element.dataset.addRow);
    else if ((element = on("[data-remove-row]"))) removeRow(element);
    else if (on("[data-photo-next]")) photoNext();
    else if (on("[data-open-dialog=refuse-dialog]")) proposeGrounds();
    else if ((element = on("#intake [data-toggle]"))) toggle(element);
    else if ((element = on("#intake a[href^='#']"))) jump(event, element.getAttribute("href").slice(1));
  });
  // What failed is what a refusal cites; why it did is for a person to write.
  const proposeGrounds = () => {
    const dialog = find("#refuse-dialog");
    const failed = new Set(find("#decision").dataset.failed.split(" "));
    const boxes = all("input[name=grounds]", dialog);
    for (const box of boxes) if (failed.has(box.value)) box.parentElement.hidden = false;
    if (!boxes.some((box) => box.checked)) for (const box of boxes) box.checked = failed.has(box.value);
    find("textarea", dialog).focus();
  };
  const toggle = (button) => {
    const place = document.getElementById(button.dataset.toggle);
    place.hidden = !place.hidden;
    button.setAttribute("aria-expanded", String(!place.hidden));
  };
  const jump = (event, id) => {
    const target = document.getElementById(id);
    if (!target) return;
    event.preventDefault();
    target.scrollIntoView({ block: "center" });
    (target.matches("input, select, textarea, [tabindex]") ? target : find("input, select, textarea", target))?.focus({ preventScroll: true });
  };

  // ---- the keyboard: Enter goes on to what is still open, a digit chooses --------------------------
  const STOPS =
    "#intake-form :is(input:not([type=hidden]):not([type=file]):not(#f-matter), select, textarea)";
  const isChoice = (element) => element.type === "radio";
  const isShown = (element) => element.offsetParent !== null && !element.disabled && !element.closest("dialog");
  const groupOf = (radio) => all(`#intake-form input[name="${CSS.escape(radio.name)}"]`).filter(isShown);
  const isOpen = (element) => {
    if (isChoice(element)) return !groupOf(element).some((one) => one.checked);
    if (element.type === "checkbox") return element.name === "not_excluded" && !element.checked;
    return element.value === "" && element.dataset.later === undefined;
  };
  // Of a row of choices one is a place to stop at.
  const stops = () => {
    const seen = new Set();
    return all(STOPS).filter((one) => {
      if (!isShown(one)) return false;
      if (!isChoice(one)) return true;
      if (seen.has(one.name)) return false;
      return seen.add(one.name);
    });
  };
  const goOn = (from) => {
    const after = (one) => from.compareDocumentPosition(one) & Node.DOCUMENT_POSITION_FOLLOWING;
    const next = stops().find((one) => one !== from && !(isChoice(from) && one.name === from.name) && after(one) && isOpen(one));
    (next ?? find("#do-main"))?.focus();
  };
  const tell = (element) => element.dispatchEvent(new Event("change", { bubbles: true }));
  // Whoever answers a question about a paper has it in hand.
  const isHere = (row) => {
    if (!find(".seg input[name^=m-]:checked", row)) find(".seg-present input[name^=m-]", row).checked = true;
  };
  const chooseByDigit = (element, digit) => {
    if (isChoice(element)) {
      const wanted = groupOf(element)[digit - 1];
      if (!wanted) return false;
      wanted.checked = true;
      if (wanted.name.startsWith("y-")) isHere(wanted.closest(".material"));
      tell(wanted);
      goOn(wanted);
      return true;
    }
    const wanted = [...element.options].filter((one) => one.value !== "")[digit - 1];
    if (!wanted) return false;
    element.value = wanted.value;
    tell(element);
    goOn(element);
    return true;
  };
  const openChecks = (radio) => {
    const button = find("[data-toggle^=checks-]", radio.closest(".material"));
    if (!button || button.getAttribute("aria-expanded") === "true") return;
    toggle(button);
    const first = find(".checks input[type=radio]", radio.closest(".material"));
    (first ? groupOf(first).find((one) => one.checked) ?? first : null)?.focus();
  };
  const onFieldKey = (event) => {
    const element = event.target;
    const digit = "123456789".indexOf(event.key) + 1;
    const chooses = isChoice(element) || element.matches("select");
    if (event.key === "Enter" && !element.matches("textarea")) {
      event.preventDefault();
      goOn(element);
    } else if (chooses && digit > 0 && chooseByDigit(element, digit)) {
      event.preventDefault();
    } else if (isChoice(element) && event.key === "/" && element.name.startsWith("m-")) {
      event.preventDefault();
      openChecks(element);
    }
  };
  document.addEventListener("keydown", (event) => {
    if (isComposing(event) || event.ctrlKey || event.altKey || event.metaKey) return;
    if (!event.target.matches?.("#intake-form :is(input:not([type=file]), select, textarea)")) return;
    if (event.target.closest("dialog")) return;
    if (isSearch(event.target)) onMatterKey(event);
    else onFieldKey(event);
  });
})();
