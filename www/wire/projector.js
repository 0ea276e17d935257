// The projector: one frame, in letters that the last row can read. Space shows the next step of it.

import { byId } from "../shared/dom.js";

export function setUpProjector({ step, hold, detail }) {
  document.documentElement.classList.add("project");
  byId("projector-hint").hidden = false;
  detail.current().rowsFolded = 2;
  let shown = 0; // fields that are revealed
  let frame = null;

  // Drawn anew or moved on, what is not yet revealed stays covered.
  new MutationObserver(cover).observe(detail.root, { childList: true });
  addEventListener("keydown", (event) => {
    // Space presses a button, but not one of the fields and bytes: in a frame it reveals.
    if (event.key !== " " || event.target.closest("input, textarea, select, button:not(.byte, .field-box)")) return;
    event.preventDefault();
    hold();
    byId("projector-hint").hidden = true;
    if (event.shiftKey) shown = Math.max(0, shown - 1);
    else if (frame && shown >= frame.fields.length) return step(1);
    else shown += 1;
    cover();
    if (!frame || shown === 0) return;
    detail.chooseField(frame.fields[shown - 1].name);
    detail.root.querySelector(".explanation").scrollIntoView({ block: "nearest" });
  });

  function cover() {
    const now = detail.current().frame;
    if (now !== frame) {
      frame = now;
      shown = 0;
    }
    if (!frame) return;
    const hidden = new Set(frame.fields.slice(shown).map(({ name }) => name));
    for (const place of detail.root.querySelectorAll(".field-box, .strip")) {
      const name = place.dataset.fields ?? "payload";
      place.classList.toggle("covered", hidden.has(name));
    }
    const done = shown >= frame.fields.length;
    detail.root.querySelector(".explanation")?.classList.toggle("covered", shown === 0);
    detail.root.querySelector(".tools-say")?.classList.toggle("covered", !done);
  }
}
