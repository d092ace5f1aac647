/** The contact sheet of a board: it follows its runs, and its frames can be dragged to their places. */
import { on, one } from "asset(app.js)";

const story = one("#story");

/** A card that changed is about a frame of this page: the sheet is asked for again. */
one("#live")?.addEventListener("htmx:sse:before:message", ({ detail }) => {
  const run = /#(gen_\w+)/.exec(detail.message.data)?.[1];
  if (run && one(`[data-runs~="${run}"]`, story)) story.dispatchEvent(new Event("stale"));
});

/** The frame under the hand. @type {HTMLElement | null} */
let held = null;

on("dragstart", ".frame", (frame, event) => {
  held = frame;
  frame.dataset.held = "";
  event.dataTransfer.effectAllowed = "move";
  event.dataTransfer.setData("text/plain", frame.dataset.place);
});

on("dragover", ".frame", (frame, event) => {
  if (!held) return;
  event.preventDefault();
  mark(frame === held ? null : frame);
});

on("drop", ".frame", (frame, event) => {
  if (!held) return;
  event.preventDefault();
  if (frame !== held) send(held, frame.dataset.place);
});

document.addEventListener("dragend", () => {
  mark(null);
  if (held) delete held.dataset.held;
  held = null;
});

/** Shows where the frame would go. @param {HTMLElement | null} frame */
function mark(frame) {
  for (const other of story.querySelectorAll("[data-over]")) {
    if (other !== frame) delete other.dataset.over;
  }
  if (frame) frame.dataset.over = Number(frame.dataset.place) > Number(held.dataset.place) ? "after" : "before";
}

/** @param {HTMLElement} frame @param {string} place from 1 */
function send(frame, place) {
  const form = one("form.frame-drop", frame);
  one("[name=to]", form).value = place;
  form.requestSubmit();
}
