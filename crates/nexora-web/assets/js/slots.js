/**
 * Pictures in a composer: dropped, pasted or chosen, on their way with progress, put in order, taken
 * out. Loaded when somebody comes near a composer; without it the same fields are sent as a form.
 *
 * A tile is a picture with the input that names it. It stands in a slot (`.held`) or on a shelf
 * (`.shelf-list`) and moves between them; the server draws every one.
 */

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const FROM_PAGE = { headers: { "hx-request": "true" } };

/** Runs `act` when an element matching `selector` sees `type`, before anybody else does. */
function on(type, selector, act) {
  document.addEventListener(type, (event) => {
    const found = event.target.closest?.(selector);
    if (found) act(found, event);
  }, true);
}

/** @param {string} text @param {"ok"|"err"|"info"} kind */
const toast = (text, kind = "err") => one("nx-toasts")?.push(text, kind);
const fieldOf = (slot) => slot.dataset.slot;
const isFrame = (slot) => fieldOf(slot) !== "references";
const heldIn = (slot) => all(".held > .tile:not(.is-none)", slot);
const chosen = (form) => one("input[name=model]:checked", form);

/** Whether the chosen model has a slot. The full composer shows no other. */
function takes(form, slot) {
  if ("full" in form.dataset) return true;
  return (chosen(form)?.dataset.takes ?? "").split(" ").includes(fieldOf(slot));
}

/** How many pictures a slot has room for. */
function room(slot) {
  const max = slot.dataset.max ?? chosen(slot.form)?.dataset.references ?? 1;
  return isFrame(slot) ? 1 : Number(max);
}

/** The words above a slot. */
const nameOf = (slot) => one("legend", slot).firstChild.textContent.trim().toLowerCase();

/** Prices, shapes and notes follow from what stands in the slots. @param {HTMLFormElement} form */
function changed(form) {
  fit(form);
  form.dispatchEvent(new Event("change", { bubbles: true }));
}

/** What the chosen model has no place for stays, put aside, and is said. */
function fit(form) {
  const aside = [];
  for (const slot of all(".slot", form)) {
    const isTaken = takes(form, slot);
    const held = heldIn(slot);
    slot.disabled = !isTaken;
    held.forEach((tile, n) => {
      const isAside = isTaken && n >= room(slot);
      tile.classList.toggle("is-aside", isAside);
      for (const input of all("input", tile)) input.disabled = isAside;
    });
    if (isTaken && held.length > room(slot)) aside.push(`${room(slot)} ${nameOf(slot)} at most`);
    else if (!isTaken && held.length) aside.push(`no ${nameOf(slot)}`);
  }
  const title = one(".option-title", chosen(form)?.closest(".option"))?.firstChild.textContent ?? "It";
  const note = one(".slots-note", form);
  if (note) note.textContent = aside.length ? `${title} takes ${aside.join(" and ")}. The rest is put aside.` : "";
  const shape = one(".ratio-menu select", form);
  const hasFrame = all(".slot:not(:disabled)", form).some((slot) => isFrame(slot) && heldIn(slot).length);
  if (shape) shape.disabled = hasFrame;
}

/** Puts a tile into a slot; a frame gives its place up. Whether there was room. */
function put(slot, tile) {
  const held = heldIn(slot);
  const twin = held.find((it) => it !== tile && it.dataset.source && it.dataset.source === tile.dataset.source);
  if (twin) tile.remove();
  if (twin) return true;
  if (isFrame(slot)) held.filter((it) => it !== tile).forEach((it) => takeOut(slot, it));
  else if (held.length >= room(slot)) {
    tile.remove();
    toast(`There is room for ${room(slot)} ${nameOf(slot)}.`);
    return false;
  }
  one(".held", slot).append(tile);
  const input = one("input", tile);
  if (input) input.checked = true;
  return true;
}

/** Takes a tile out; it goes back to the shelf if that is there. */
function takeOut(slot, tile) {
  const input = one("input", tile);
  const shelf = one(".shelf-list:not([aria-busy])", slot);
  tile.classList.remove("is-aside");
  if (input) input.checked = input.disabled = false;
  if (shelf && tile.dataset.source) shelf.prepend(tile);
  else tile.remove();
  const none = one(".is-none input", slot);
  if (none) none.checked = true;
}

/** @param {string} html @returns {HTMLElement} */
function drawn(html) {
  const template = document.createElement("template");
  template.innerHTML = html;
  return template.content.firstElementChild;
}

/** A tile for a file that is on its way: its picture, how far it is, and how to stop it. */
function coming(file, stop) {
  const tile = document.createElement("div");
  tile.className = "tile is-coming";
  const canvas = document.createElement("canvas");
  const bar = document.createElement("progress");
  bar.max = 1;
  bar.setAttribute("aria-label", `Uploading ${file.name}`);
  const cancel = document.createElement("button");
  cancel.type = "button";
  cancel.className = "tile-act";
  cancel.setAttribute("aria-label", `Stop uploading ${file.name}`);
  cancel.textContent = "×";
  cancel.addEventListener("click", stop);
  tile.append(canvas, bar, cancel);
  preview(file, canvas);
  return tile;
}

/** Pixels across a preview. */
const PREVIEW_PX = 240;

async function preview(file, canvas) {
  try {
    const picture = await createImageBitmap(file, { resizeWidth: PREVIEW_PX });
    canvas.width = picture.width;
    canvas.height = picture.height;
    canvas.getContext("2d").drawImage(picture, 0, 0);
  } catch {
    // What this browser cannot draw may still be a picture; the server judges it.
  }
}

/** Sends a file; its tile takes the place of the one that shows how far it is. */
function bring(slot, file) {
  const request = new XMLHttpRequest();
  const tile = coming(file, () => request.abort());
  if (!put(slot, tile)) return;
  const form = slot.form;
  const end = () => {
    tile.remove();
    changed(form);
    arrived(form);
  };
  request.open("POST", `/api/uploads?slot=${fieldOf(slot)}`);
  request.setRequestHeader("hx-request", "true");
  request.setRequestHeader("content-type", "application/octet-stream");
  request.upload.addEventListener("progress", ({ loaded, total }) => {
    one("progress", tile).value = loaded / total;
  });
  request.addEventListener("load", () => {
    if (request.status === 201) {
      tile.before(drawn(request.responseText));
      tile.remove();
      put(slot, heldIn(slot).at(-1));
    } else {
      const said = request.getResponseHeader("x-toast");
      toast(said ? decodeURIComponent(said) : "The picture was not kept. Try again.");
    }
    end();
  });
  request.addEventListener("error", () => {
    toast("The studio did not answer, so the picture was not kept. Try again.");
    end();
  });
  request.addEventListener("abort", end);
  request.send(file);
}

/** Puts one of the member's own pictures into a slot, by its id. */
async function take(slot, id) {
  const answer = await fetch(`/api/pictures?slot=${fieldOf(slot)}&ids=${id}`, FROM_PAGE);
  const said = answer.headers.get("x-toast");
  if (!answer.ok) return toast(said ? decodeURIComponent(said) : "This picture is not there any more.");
  put(slot, drawn(await answer.text()));
  changed(slot.form);
}

/** The slot for pictures that were not dropped on one: the first with room. */
function openSlot(form) {
  const slots = all(".slot", form).filter((slot) => takes(form, slot));
  return slots.find((slot) => heldIn(slot).length < room(slot)) ?? slots[0] ?? otherModel(form);
}

/** The chosen model begins with words alone: another one is chosen, and said. */
function otherModel(form) {
  const radio = all("input[name=model][data-takes]:not(:disabled)", form).find(
    (it) => it.dataset.takes.includes("first_frame") && !one(".option-lock", it.closest(".option")),
  );
  if (!radio) return void toast("This model takes no pictures. Choose another one.");
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
  const title = one(".option-title", radio.closest(".option")).firstChild.textContent;
  toast(`${title} makes pictures move, so it is chosen now.`, "info");
  return one(".slot[data-slot=first_frame]", form);
}

/** @param {HTMLElement} place where they were dropped or pasted @param {Iterable<File>} files */
function bringAll(place, files) {
  const form = place.closest("#composer") ?? one("#composer");
  for (const file of files) {
    const slot = place.closest(".slot") ?? openSlot(form);
    if (slot) bring(slot, file);
  }
}

on("change", ".slot-add input", (input) => {
  bringAll(input, [...input.files]);
  input.value = "";
});

on("change", ".shelf-list .tile input", (input) => {
  const slot = input.closest(".slot");
  const tile = input.closest(".tile");
  if (!input.checked || tile.matches(".is-none")) return;
  put(slot, tile);
  if (isFrame(slot)) input.closest("details").open = false;
  fit(slot.form);
});

on("change", ".held input", (input) => {
  if (!input.checked) takeOut(input.closest(".slot"), input.closest(".tile"));
  fit(input.form);
});

on("change", "#composer input[name=model]", (radio) => fit(radio.form));

on("click", ".tile-act[data-act]", (button) => {
  const slot = button.closest(".slot");
  const tile = button.closest(".tile");
  if (button.dataset.act === "out") {
    takeOut(slot, tile);
    one(".slot-add input", slot).focus();
  } else {
    tile.previousElementSibling?.before(tile);
    button.focus();
  }
  changed(slot.form);
});

document.addEventListener("paste", (event) => {
  const { files: found, types } = event.clipboardData;
  const files = [...found];
  const form = one("#composer");
  // Words copied from a table or a page come with a picture of themselves: the words are meant.
  if (!files.length || !form || types.includes("text/plain")) return;
  event.preventDefault();
  bringAll(form, files);
});

/** The tile that is being dragged within its slot. @type {HTMLElement | null} */
let dragged = null;
/** The id of one of our pictures in what is dragged: a card, a tile, a picture on a page. */
const idIn = (moved) => /\/media\/((?:ast|upl)_\w+)/.exec(moved.getData("text/html"))?.[1];

on("dragstart", ".held .tile", (tile) => {
  dragged = tile;
});

on("dragend", ".tile", () => {
  dragged = null;
});

on("dragover", "#composer", (form, event) => {
  const types = [...event.dataTransfer.types];
  if (!types.includes("Files") && !types.includes("text/html")) return;
  event.preventDefault();
  const slot = event.target.closest(".slot");
  for (const it of all(".slot", form)) it.classList.toggle("is-over", it === slot);
  form.classList.add("is-dropping");
  const over = event.target.closest(".held .tile");
  if (!dragged || !over || over === dragged || over.parentElement !== dragged.parentElement) return;
  const isBefore = dragged.compareDocumentPosition(over) & Node.DOCUMENT_POSITION_PRECEDING;
  over[isBefore ? "before" : "after"](dragged);
});

/** Nothing hovers over a composer any more. */
function settle() {
  for (const it of all(".is-dropping, .is-over")) it.classList.remove("is-dropping", "is-over");
}

on("dragleave", "#composer", (form, event) => {
  if (!form.contains(event.relatedTarget)) settle();
});

on("drop", "#composer", (form, event) => {
  event.preventDefault();
  settle();
  const place = event.target;
  const own = place.closest(".slot");
  if (dragged && own === dragged.closest(".slot")) return changed(form);
  const files = [...event.dataTransfer.files];
  const id = idIn(event.dataTransfer);
  // A picture dragged from a page comes as a file, too; its id is worth more.
  if (id) {
    const slot = own ?? openSlot(form);
    if (slot) take(slot, id);
  } else if (files.length) bringAll(place, files);
});

/** A shelf is filled when it is first opened. */
on("toggle", "details.shelf", async (shelf) => {
  if (!shelf.open) return;
  for (const other of all("details.shelf[open]")) if (other !== shelf) other.open = false;
  const list = one(".shelf-list[aria-busy]", shelf);
  if (!list) return;
  const slot = shelf.closest(".slot");
  const answer = await fetch(`/api/pictures?slot=${fieldOf(slot)}`, FROM_PAGE);
  if (!answer.ok) return toast("Your pictures could not be fetched. Try again.");
  list.innerHTML = await answer.text();
  list.removeAttribute("aria-busy");
  const held = heldIn(slot).map((tile) => tile.dataset.source);
  for (const tile of all(".tile", list)) if (held.includes(tile.dataset.source)) tile.remove();
});

document.addEventListener("pointerdown", ({ target }) => {
  for (const shelf of all(".slots:not(.is-spread) details.shelf[open]")) {
    if (!shelf.contains(target)) shelf.open = false;
  }
});

on("keydown", "details.shelf[open]", (shelf, event) => {
  if (event.key !== "Escape") return;
  shelf.open = false;
  one("summary", shelf).focus();
});

/** Orders that wait for their pictures. @type {WeakMap<HTMLFormElement, HTMLElement | null>} */
const waiting = new WeakMap();

on("submit", "#composer", (form, event) => {
  if (!one(".tile.is-coming", form)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  waiting.set(form, event.submitter);
  toast("Your picture is still on its way. This starts as soon as it is here.", "info");
});

function arrived(form) {
  if (one(".tile.is-coming", form) || !waiting.has(form)) return;
  const button = waiting.get(form);
  waiting.delete(form);
  form.requestSubmit(button);
}

// What was chosen before this module was here.
for (const input of all(".slot-add input")) {
  if (!input.files.length) continue;
  bringAll(input, [...input.files]);
  input.value = "";
}
if (one("#composer")) fit(one("#composer"));
