/**
 * The balance, shown before the server has answered: what the server last said, minus what was
 * just promised. The server always has the last word.
 */
class NxCredits extends HTMLElement {
  #server = 0;
  #held = 0;
  /** @type {Map<symbol, number>} promised to orders that were not answered yet */
  #promised = new Map();
  #shown = 0;
  #frame = 0;
  /** How often news came, and whether the last were left aside. */
  #news = 0;
  #missed = false;

  connectedCallback() {
    this.#server = this.#shown = Number(this.getAttribute("available")) || 0;
    this.#held = Number(this.getAttribute("held")) || 0;
  }

  get available() {
    return [...this.#promised.values()].reduce((rest, cost) => rest - cost, this.#server);
  }

  /** Counts `cost` down at once; the token settles it. @param {number} cost */
  promise(cost) {
    const token = Symbol();
    this.#promised.set(token, cost);
    this.#draw();
    return token;
  }

  /** The order was taken; the server's own balance counts. */
  keep(token, available) {
    const cost = this.#promised.get(token) ?? 0;
    this.#promised.delete(token);
    if (Number.isFinite(available)) {
      this.#server = available;
      this.#held += cost;
    }
    this.#draw();
    this.#flag("bump");
    this.#catchUp();
  }

  /** The order was not taken; everything is as it was. */
  rollBack(token) {
    this.#promised.delete(token);
    this.#draw();
    this.#flag("shake");
    this.#catchUp();
  }

  /** Its order may have ended before it was answered: which of the two is newer, the server knows. */
  async #catchUp() {
    if (!this.#missed || this.#promised.size) return;
    this.#missed = false;
    const news = this.#news;
    const { available, held } = await (await fetch("/api/credits")).json();
    if (news === this.#news) this.sync(available, held);
  }

  /** News over the live line. While an order is on its way, its answer comes first. */
  sync(available, held) {
    this.#news += 1;
    this.#missed = this.#promised.size > 0;
    if (this.#missed) return;
    this.#server = available;
    this.#held = held;
    this.#draw();
  }

  #flag(name) {
    this.dataset[name] = "";
    setTimeout(() => delete this.dataset[name], 500);
  }

  #draw() {
    this.toggleAttribute("data-waiting", this.#promised.size > 0);
    one(".credits-held", this).textContent = this.#held > 0 ? this.#held + " held" : "";
    one(".credits-unit", this).textContent = this.available === 1 ? "credit" : "credits";
    const number = one(".credits-number", this);
    const from = this.#shown;
    const to = this.available;
    const begin = performance.now();
    const span = calm.matches ? 1 : 420;
    const step = (now) => {
      const part = Math.min(1, Math.max(0, (now - begin) / span));
      this.#shown = Math.round(from + (to - from) * (1 - (1 - part) ** 3));
      number.textContent = this.#shown;
      if (part < 1) this.#frame = requestAnimationFrame(step);
      else one(".credits-said", this).textContent = `Balance: ${to} credits.`;
    };
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(step);
  }
}
customElements.define("nx-credits", NxCredits);

/** @returns {NxCredits | null} */
const credits = () => one("nx-credits");

/**
 * What is promised for each request on its way; `UNSENT` for one the balance does not reach.
 * @type {WeakMap<object, symbol>}
 */
const promises = new WeakMap();
const UNSENT = Symbol();

/** The price on the button that is seen, in credits. @param {HTMLFormElement} form */
function shownPrice(form) {
  const priced = one(".cost[data-cost]", form) ?? one("input[name=model]:checked", form);
  return Number(priced?.dataset.cost) || 0;
}

/** @param {object} ctx of htmx */
const isOrder = ({ sourceElement, request }) =>
  sourceElement?.id === "composer" && request.method === "POST";

document.addEventListener("htmx:config:request", ({ detail: { ctx } }) => {
  // htmx reads `formaction` on boosted forms only.
  const action = ctx.request.submitter?.getAttribute("formaction");
  if (action && isOrder(ctx)) ctx.request.action = action;
});

document.addEventListener("htmx:before:request", (event) => {
  const { ctx } = event.detail;
  if (!isOrder(ctx)) return;
  const cost = shownPrice(ctx.sourceElement);
  const balance = credits();
  if (balance && balance.available < cost) {
    event.preventDefault();
    promises.set(ctx, UNSENT);
    toast(`This needs ${cost} credits; you have ${balance.available}.`, "err");
  } else if (balance) {
    promises.set(ctx, balance.promise(cost));
  }
});

/** No answer, or one without words. */
const WENT_WRONG = "The studio did not answer. Nothing was charged.";

document.addEventListener("htmx:finally:request", ({ detail: { ctx } }) => {
  const token = promises.get(ctx);
  if (token === UNSENT) return;
  const headers = ctx.response?.headers;
  const ok = ctx.response && ctx.response.status < 400;
  const available = Number(headers?.get("x-credits") ?? NaN);
  if (token && ok) credits().keep(token, available);
  else if (token) credits().rollBack(token);
  const said = headers?.get("x-toast");
  if (said) toast(decodeURIComponent(said), ok ? "ok" : "err");
  else if (!ok && ctx.request.method !== "GET") toast(WENT_WRONG, "err");
  if (ok && token) renewKey(ctx.sourceElement);
});

/** Each order has a key of its own, so that pressing twice orders once. */
function renewKey(form) {
  const key = form.elements.namedItem("key");
  if (key) key.value = crypto.getRandomValues(new Uint32Array(4)).join("-");
}
