// @ts-check
// The projector: one frame, in letters that can be read from the last row. Space reveals the next field.

import { byId, closestTo } from "../shared/dom.js";

export function setUpProjector({ step, stopFollowing, detail }) {
  document.documentElement.classList.add("project");
  byId("projector-hint").hidden = false;
  detail.current().rowsFolded = 2;
  let revealed = 0; // fields
  let frame = null;

  // After each redraw, fields that are not yet revealed stay covered.
  new MutationObserver(cover).observe(detail.root, { childList: true });
  addEventListener("keydown", (event) => {
    // On a button, Space presses it. Fields and bytes are buttons, too, but there it reveals.
    if (event.key !== " " || closestTo(event, "input, textarea, select, button:not(.byte, .field-box)")) return;
    event.preventDefault();
    stopFollowing();
    byId("projector-hint").hidden = true;
    if (event.shiftKey) revealed = Math.max(0, revealed - 1);
    else if (frame && revealed >= frame.fields.length) return step(1);
    else revealed += 1;
    cover();
    if (!frame || revealed === 0) return;
    detail.chooseField(frame.fields[revealed - 1].name);
    detail.root.querySelector(".explanation").scrollIntoView({ block: "nearest" });
  });

  function cover() {
    const now = detail.current().frame;
    if (now !== frame) {
      frame = now;
      revealed = 0;
    }
    if (!frame) return;
    const hidden = new Set(frame.fields.slice(revealed).map(({ name }) => name));
    for (const place of detail.root.querySelectorAll(".field-box, .strip")) {
      const name = place.dataset.fields ?? "payload";
      place.classList.toggle("covered", hidden.has(name));
    }
    const done = revealed >= frame.fields.length;
    detail.root.querySelector(".explanation")?.classList.toggle("covered", revealed === 0);
    detail.root.querySelector(".tools-say")?.classList.toggle("covered", !done);
  }
}
