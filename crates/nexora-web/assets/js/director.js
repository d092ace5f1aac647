/** The Director studio's own part: pictures are dropped or chosen, and shown before they go. */
import { on, one } from "asset(app.js)";

/** Pixels a preview has on each side. */
const PREVIEW_PX = 144;

/** Draws each chosen picture small; the page's policy lets no blob be shown as it is. */
async function preview(input) {
  const place = one("#cast-previews");
  const chosen = [...input.files].slice(0, Number(input.dataset.max));
  const drawn = await Promise.all(chosen.map(draw));
  place.replaceChildren(...drawn.filter(Boolean));
}

/** @returns {Promise<HTMLCanvasElement | undefined>} nothing for what is no picture */
async function draw(file) {
  const picture = await createImageBitmap(file).catch(() => undefined);
  if (!picture) return undefined;
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = PREVIEW_PX;
  const scale = PREVIEW_PX / Math.min(picture.width, picture.height);
  const [width, height] = [picture.width * scale, picture.height * scale];
  const [x, y] = [(PREVIEW_PX - width) / 2, (PREVIEW_PX - height) / 2];
  canvas.getContext("2d").drawImage(picture, x, y, width, height);
  canvas.setAttribute("role", "img");
  canvas.setAttribute("aria-label", file.name);
  picture.close();
  return canvas;
}

on("change", "#cast-pictures", preview);

for (const zone of document.querySelectorAll("[data-drop]")) {
  const mark = (over) => zone.toggleAttribute("data-over", over);
  zone.addEventListener("dragover", (event) => {
    event.preventDefault();
    mark(true);
  });
  zone.addEventListener("dragleave", () => mark(false));
  zone.addEventListener("drop", (event) => {
    event.preventDefault();
    mark(false);
    const input = document.getElementById(zone.dataset.drop);
    input.files = event.dataTransfer.files;
    preview(input);
  });
}

/** Pressed once is enough: the training must not begin twice. */
on("submit", "form[enctype]", (form) => {
  const button = form.querySelector("[type=submit]");
  setTimeout(() => (button.disabled = true));
});
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form[enctype] [type=submit]")) button.disabled = false;
});
