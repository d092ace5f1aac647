/**
 * Nexora in the browser.
 *
 * Every page works without this module; it makes them instant. No build step, no eval, no inline
 * handlers. Parts, joined in this order: base, credits, cards, composer, live, morph. bench.js
 * stands alone.
 *
 * How the server speaks to it:
 *  - a fragment answer carries `x-credits: <available>` when the balance changed, and
 *    `x-toast: <percent-encoded sentence>` when there is something to say;
 *  - `GET /live` (see live.js) sends cards without an event name, and the named events
 *    `credits`, `toast` and `refresh`.
 */

/** @type {(selector: string, root?: ParentNode) => HTMLElement | null} */
const one = (selector, root = document) => root.querySelector(selector);
/** @type {(selector: string, root?: ParentNode) => HTMLElement[]} */
const all = (selector, root = document) => [...root.querySelectorAll(selector)];

const calm = matchMedia("(prefers-reduced-motion: reduce)");
const noHover = matchMedia("(hover: none)");

/** Runs `act` when an element matching `selector` sees `type`. */
function on(type, selector, act) {
  document.addEventListener(type, (event) => {
    const found = event.target.closest?.(selector);
    if (found) act(found, event);
  });
}

/** How long a toast stays, in ms; it stays while the pointer rests on it. */
const STAY_MS = 5200;

/** Short words in the corner, announced politely. */
class NxToasts extends HTMLElement {
  /** @param {string} text @param {"ok"|"err"|"info"} kind @param {string} [href] */
  push(text, kind = "info", href = "") {
    const toast = document.createElement("div");
    toast.className = "toast glass";
    toast.dataset.kind = kind;
    const words = document.createElement(href ? "a" : "span");
    if (href) words.href = href;
    words.textContent = text;
    toast.append(words);
    this.append(toast);
    this.#leave(toast);
  }

  #leave(toast) {
    setTimeout(() => {
      if (toast.matches(":hover, :focus-within")) return this.#leave(toast);
      toast.dataset.out = "";
      setTimeout(() => toast.remove(), 400);
    }, STAY_MS);
  }
}
customElements.define("nx-toasts", NxToasts);

/** @param {string} text @param {"ok"|"err"|"info"} [kind] @param {string} [href] */
const toast = (text, kind, href) => one("nx-toasts")?.push(text, kind, href);

const DAY = { day: "numeric", month: "short", year: "numeric" };
const FULL = { ...DAY, hour: "2-digit", minute: "2-digit", timeZoneName: "short" };

/**
 * Moments in the reader's own zone; the server writes them in UTC, in the same form, so that
 * nothing moves. @param {ParentNode} root
 */
function localise(root) {
  for (const time of all("time[data-form]", root)) {
    const form = time.dataset.form === "full" ? FULL : DAY;
    time.textContent = new Date(time.dateTime).toLocaleString("en-GB", form);
    delete time.dataset.form;
  }
}
localise(document);
