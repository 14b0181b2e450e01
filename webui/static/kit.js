/* The keyboard, drafts, messages and dialogs of every page. No text for people is written here:
   words come from the templates, in data attributes. */
"use strict";

(() => {
  const AUTOSAVE_DELAY_MS = 800;
  const CLOCK = { hour: "2-digit", minute: "2-digit", hourCycle: "h23" };
  const LOCK_LOOK_MS = 5000;
  const LOCK_WAITS_MS = 3000;
  const TOAST_MS = 6000;
  const TOAST_ERROR_MS = 15000;
  const TOASTS_MAX = 3;
  const LARGE_TYPE_FLAG = "tongban-large-type";
  const FUNCTION_KEY = /^F([2-4]|[6-9]|10)$/;
  const body = () => document.body;

  // ---- keys -------------------------------------------------------------------------------------
  // Never while an input method composes: the same keys choose characters there.
  const isComposing = (event) => event.isComposing || event.keyCode === 229;

  const pressKey = (event) => {
    const place = document.querySelector("dialog[open]") || document;
    // What a dialog does that is not open is nobody's wish.
    const target = [...place.querySelectorAll(`[data-key="${CSS.escape(event.key)}"]`)].find(
      (each) => !each.closest("dialog:not([open])"),
    );
    if (!target || target.disabled) return;
    event.preventDefault();
    if (target.matches("input:not([type=checkbox]):not([type=radio]), select, textarea")) {
      target.focus();
      target.select?.();
    } else {
      target.click();
    }
  };

  const moveInRows = (event, row) => {
    const rows = [...row.closest("[data-rows]").querySelectorAll("[tabindex='0']")];
    const next = rows[rows.indexOf(row) + (event.key === "ArrowDown" ? 1 : -1)];
    if (!next) return;
    event.preventDefault();
    next.focus();
  };

  document.addEventListener("keydown", (event) => {
    if (isComposing(event) || event.ctrlKey || event.altKey || event.metaKey) return;
    if (FUNCTION_KEY.test(event.key)) {
      pressKey(event);
      return;
    }
    const row = document.activeElement?.matches?.("[data-rows] [tabindex='0']")
      ? document.activeElement
      : null;
    if (!row) return;
    if (event.key === "ArrowDown" || event.key === "ArrowUp") moveInRows(event, row);
    else if (event.key === "Enter") (row.querySelector("[data-open]") || row.querySelector("a, button"))?.click();
  });

  // ---- messages ---------------------------------------------------------------------------------
  const toast = (text, kind = "ok") => {
    const place = document.getElementById("toasts");
    const template = document.getElementById("toast-template");
    if (!place || !template || !text) return;
    const note = template.content.firstElementChild.cloneNode(true);
    note.classList.add(`toast-${kind}`);
    note.querySelector(".toast-text").textContent = text;
    note.querySelector("button").addEventListener("click", () => note.remove());
    place.append(note);
    for (const old of [...place.children].slice(0, -TOASTS_MAX)) old.remove();
    // An error takes longer to be read.
    setTimeout(() => note.remove(), kind === "error" ? TOAST_ERROR_MS : TOAST_MS);
  };
  const words = (name) => document.getElementById("toasts")?.dataset[name];

  document.addEventListener("toast", (event) => toast(event.detail.text, event.detail.kind));
  document.addEventListener("htmx:sendError", (event) => {
    // A poll that fails says so by the bar growing old, not by a message every ten seconds.
    if (!event.detail.elt?.matches?.("#sync-bar")) toast(words("sendError"), "error");
  });
  document.addEventListener("htmx:responseError", (event) => {
    if (!event.detail.xhr.getResponseHeader("HX-Trigger")) toast(words("responseError"), "error");
  });

  // ---- the form token, and a session that ended while a form was open ---------------------------
  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRF-Token"] = body().dataset.csrf;
  });

  const showSignedOut = () => {
    const dialog = document.getElementById("signed-out");
    if (dialog && !dialog.open) dialog.showModal();
  };
  document.addEventListener("signed-out", showSignedOut);

  const renewToken = async () => {
    const dialog = document.getElementById("signed-out");
    if (!dialog?.open) return;
    const answer = await fetch("/session/token", { headers: { Accept: "application/json" } });
    if (!answer.ok) return;
    const { csrf_token: token, signed_in: signedIn } = await answer.json();
    if (!signedIn) return;
    body().dataset.csrf = token;
    for (const field of document.querySelectorAll("input[name=csrf_token]")) field.value = token;
    dialog.close();
  };
  window.addEventListener("focus", () => renewToken().catch(() => {}));

  // ---- drafts -----------------------------------------------------------------------------------
  const say = (form, state) => {
    const status =
      form.querySelector("[data-autosave-status]") || document.querySelector("[data-autosave-status]");
    if (!status) return;
    const time = new Date().toLocaleTimeString("zh-CN", { ...CLOCK, timeZone: document.body.dataset.zone });
    status.dataset.state = state;
    status.querySelector("[data-words]").textContent =
      state === "saved" ? `${time} ${status.dataset.saved}` : status.dataset[state];
  };

  const save = async (form) => {
    say(form, "saving");
    const sent = new URLSearchParams();
    for (const [name, value] of new FormData(form)) if (typeof value === "string") sent.append(name, value);
    const answer = await fetch(form.dataset.autosave, {
      method: "POST",
      body: sent,
      headers: { "HX-Request": "true", "X-CSRF-Token": body().dataset.csrf },
    });
    if (answer.status === 401) showSignedOut();
    if (!answer.ok && answer.status !== 422) throw new Error(String(answer.status));
    const text = await answer.text();
    const target = form.dataset.autosaveTarget && document.querySelector(form.dataset.autosaveTarget);
    if (target && text) window.htmx.swap(target, text, { swapStyle: "outerHTML" });
    say(form, "saved");
  };

  const waiting = new WeakMap();
  const saveSoon = (event) => {
    const form = event.target.closest?.("form[data-autosave]");
    if (!form || event.target.type === "file") return;
    clearTimeout(waiting.get(form));
    waiting.set(form, setTimeout(() => save(form).catch(() => say(form, "failed")), AUTOSAVE_DELAY_MS));
  };
  document.addEventListener("input", saveSoon);
  document.addEventListener("change", saveSoon);

  // ---- the screen lock --------------------------------------------------------------------------
  // A screen that nobody touches locks itself; what was typed last is saved before.
  const lockForm = document.querySelector("form[data-lock-minutes]");
  if (lockForm) {
    let touchedAt = Date.now();
    const touch = () => {
      touchedAt = Date.now();
    };
    for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "input"]) {
      document.addEventListener(kind, touch, { capture: true, passive: true });
    }
    const looking = setInterval(() => {
      if (Date.now() - touchedAt < Number(lockForm.dataset.lockMinutes) * 60_000) return;
      clearInterval(looking);
      lockForm.requestSubmit();
    }, LOCK_LOOK_MS);
    lockForm.addEventListener("submit", (event) => {
      const saves = [];
      document.dispatchEvent(new CustomEvent("locking", { detail: { wait: (each) => saves.push(each) } }));
      if (!saves.length) return;
      event.preventDefault();
      const late = new Promise((resolve) => setTimeout(resolve, LOCK_WAITS_MS));
      Promise.race([Promise.allSettled(saves), late]).then(() => lockForm.submit());
    });
  }

  // ---- dialogs, buttons, lists ------------------------------------------------------------------
  const openArrived = (place) => {
    for (const dialog of place.querySelectorAll?.("dialog[data-open-now]") ?? []) {
      dialog.removeAttribute("data-open-now");
      if (!dialog.open) dialog.showModal();
    }
    place.querySelector?.("[data-focus]")?.focus();
  };
  document.addEventListener("htmx:afterSettle", (event) => openArrived(event.target));

  const setLargeType = (on) => {
    document.documentElement.classList.toggle("large", on);
    for (const button of document.querySelectorAll("[data-large-type]")) {
      button.setAttribute("aria-pressed", String(on));
    }
  };

  const onClick = {
    "[data-open-dialog]": (element) => {
      const dialog = document.getElementById(element.dataset.openDialog);
      dialog?.showModal();
      // The hands begin at what is asked, not at the button that closes.
      dialog?.querySelector("select, textarea, input:not([type=hidden], [type=file])")?.focus();
    },
    "[data-close-dialog]": (element) => element.closest("dialog")?.close(),
    "[data-print]": () => window.print(),
    "[data-back]": () => window.history.back(),
    "[data-large-type]": () => {
      const on = !document.documentElement.classList.contains("large");
      localStorage.setItem(LARGE_TYPE_FLAG, on ? "1" : "0");
      setLargeType(on);
    },
    "[data-select-all]": (element) => {
      for (const box of element.closest("table").querySelectorAll("tbody input[type=checkbox]")) {
        box.checked = element.checked;
      }
    },
  };

  document.addEventListener(
    "click",
    (event) => {
      const refused = event.target.closest?.("[data-refusal]");
      if (!refused) return;
      event.preventDefault();
      event.stopImmediatePropagation();
      toast(refused.dataset.refusal, "warn");
    },
    true,
  );
  document.addEventListener("click", (event) => {
    for (const [selector, act] of Object.entries(onClick)) {
      const element = event.target.closest?.(selector);
      if (element) act(element);
    }
  });

  document.addEventListener("change", (event) => {
    if (event.target.matches?.("[data-submit-on-change]")) event.target.form.requestSubmit();
  });

  // A double click must not submit twice; coming back to the page frees the buttons again.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent || form.hasAttribute("hx-post")) {
      if (form.dataset.sent) event.preventDefault();
      return;
    }
    form.dataset.sent = "1";
    setTimeout(() => delete form.dataset.sent, 3000);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
  });

  setLargeType(localStorage.getItem(LARGE_TYPE_FLAG) === "1");
  openArrived(document);
})();
