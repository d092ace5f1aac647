/**
 * Nexora in the browser.
 *
 * Every page works without this module; it makes them instant. No build step, no eval, no inline
 * handlers. Parts, joined in this order: base, credits, cards, composer, live, morph.
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

/** Short words in the corner, announced politely. */
class NxToasts extends HTMLElement {
  /** How long a toast stays, in ms; it stays while the pointer rests on it. */
  static STAY_MS = 5200;
  /** More than this many at once are noise. */
  static MAX = 4;

  /** @param {string} text @param {"ok"|"err"|"info"} kind @param {string} [href] */
  push(text, kind = "info", href = "") {
    const toast = document.createElement("div");
    toast.className = "toast glass";
    toast.dataset.kind = kind;
    const words = document.createElement(href.startsWith("/") ? "a" : "span");
    if (href.startsWith("/")) words.href = href;
    words.textContent = text;
    toast.append(words);
    this.append(toast);
    while (this.children.length > NxToasts.MAX) this.firstElementChild.remove();
    this.#leave(toast);
  }

  #leave(toast) {
    setTimeout(() => {
      if (toast.matches(":hover, :focus-within")) return this.#leave(toast);
      toast.dataset.out = "";
      setTimeout(() => toast.remove(), 400);
    }, NxToasts.STAY_MS);
  }
}
customElements.define("nx-toasts", NxToasts);

/** @param {string} text @param {"ok"|"err"|"info"} [kind] @param {string} [href] */
const toast = (text, kind, href) => one("nx-toasts")?.push(text, kind, href);

/** Moments in the reader's own zone; the server writes them in UTC. */
const FORMS = {
  full: { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" },
  day: { day: "numeric", month: "short", year: "numeric" },
};

/** @param {ParentNode} root */
function localise(root) {
  for (const time of all("time[data-form]", root)) {
    const moment = new Date(time.dateTime);
    if (!Number.isNaN(moment.valueOf())) {
      time.title = time.textContent;
      time.textContent = moment.toLocaleString("en-GB", FORMS[time.dataset.form]);
    }
    delete time.dataset.form;
  }
}
localise(document);
