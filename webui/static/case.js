/* The viewer of scans, and standard phrases. No text for people is written here. */
"use strict";

(() => {
  const ZOOM_MAX = 3;
  const TURNS = 4;

  const setUp = (viewer) => {
    const picture = viewer.querySelector("[data-viewer-picture]");
    const pdf = viewer.querySelector("[data-viewer-pdf]");
    const caption = viewer.querySelector("[data-viewer-caption]");
    const scans = [...viewer.querySelectorAll("[data-viewer-open]")];
    if (!picture || !scans.length) return null;
    let turn = 0;
    let zoom = 0;

    const dress = () => {
      picture.className = `case-picture turn-${turn} zoom-${zoom}`;
    };
    const current = () => Math.max(0, scans.findIndex((scan) => scan.hasAttribute("aria-current")));
    const open = (scan) => {
      for (const each of scans) each.removeAttribute("aria-current");
      scan.setAttribute("aria-current", "true");
      const isPdf = scan.dataset.pdf === "yes";
      picture.hidden = isPdf;
      pdf.hidden = !isPdf;
      if (isPdf) {
        pdf.src = scan.href;
        pdf.title = scan.dataset.name;
      } else {
        picture.src = scan.href;
        picture.alt = scan.dataset.name;
      }
      caption.textContent = scan.dataset.name;
      turn = 0;
      zoom = 0;
      dress();
      scan.scrollIntoView({ block: "nearest", inline: "nearest" });
    };
    const step = (by) => open(scans[(current() + by + scans.length) % scans.length]);

    return {
      open,
      previous: () => step(-1),
      next: () => step(1),
      turn: () => {
        turn = (turn + 1) % TURNS;
        dress();
      },
      larger: () => {
        zoom = Math.min(zoom + 1, ZOOM_MAX);
        dress();
      },
      smaller: () => {
        zoom = Math.max(zoom - 1, 0);
        dress();
      },
    };
  };

  const known = new WeakMap();
  const viewerOf = (element) => {
    const viewer = element.closest("[data-viewer]");
    if (!viewer) return null;
    if (!known.has(viewer)) known.set(viewer, setUp(viewer));
    return known.get(viewer);
  };

  document.addEventListener("click", (event) => {
    const scan = event.target.closest("[data-viewer-open]");
    if (scan && !event.ctrlKey && !event.metaKey && !event.shiftKey) {
      event.preventDefault();
      viewerOf(scan)?.open(scan);
      return;
    }
    for (const name of ["previous", "next", "turn", "larger", "smaller"]) {
      const button = event.target.closest(`[data-viewer-${name}]`);
      if (button) viewerOf(button)?.[name]();
    }
    const phrase = event.target.closest("[data-phrase]");
    const into = phrase && document.getElementById(phrase.dataset.phraseInto);
    if (into) {
      into.value = into.value ? `${into.value}\n${phrase.dataset.phrase}` : phrase.dataset.phrase;
      into.focus();
    }
  });

  const KEYS = { ArrowLeft: "previous", ArrowRight: "next", "+": "larger", "-": "smaller", r: "turn" };
  document.addEventListener("keydown", (event) => {
    if (event.isComposing || event.ctrlKey || event.altKey || event.metaKey) return;
    const stage = event.target.closest?.("[data-viewer-stage]");
    const act = stage && KEYS[event.key];
    if (!act) return;
    event.preventDefault();
    viewerOf(stage)?.[act]();
  });
})();
