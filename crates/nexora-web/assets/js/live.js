/**
 * The live line: one `GET /live` per page, held by htmx's SSE extension on `#live`.
 *
 *  - A message without an event name is a card:
 *    `data: <hx-partial hx-target="#gen_…" hx-swap="outerHTML"><nx-card …></hx-partial>`.
 *    The extension swaps it in by itself, like whatever else depends on credits and plan.
 *  - `event: credits`, `data: {"available":7,"held":8}`
 *  - `event: billing`: htmx hears it, for parts of a page that show purchases.
 *  - `event: cast`: htmx hears it, for pages that show characters.
 *  - `event: toast`,   `data: {"kind":"ok|err|info","text":"…","href":"/g/…"}`
 *  - `event: refresh`: something was missed; the page is loaded again.
 */
const live = one("#live");

/** @param {string} name @param {(body: any) => void} act */
function hear(name, act) {
  live?.addEventListener(name, ({ detail }) => act(JSON.parse(detail.data || "{}")));
}

hear("credits", ({ available, held }) => credits()?.sync(available, held));
hear("toast", ({ kind, text, href }) => toast(text, kind, href));
/** Loads the page again, but never under the hands of somebody who writes. */
function refresh() {
  if (!one("textarea:focus, input:focus")) location.reload();
}

hear("refresh", refresh);
// Whoever was signed out elsewhere is led to the door, as any page of theirs would lead them.
live?.addEventListener("htmx:sse:error", ({ detail }) => detail.status === 401 && refresh());

/** Until every change that was sent is answered and shown. */
async function answered() {
  while (one(".htmx-request:not(#live)")) await new Promise((go) => setTimeout(go, 20));
}

/**
 * News waits for answers on their way, which are older: a quick run may end before its order is
 * answered. What a page has no place for is dropped instead of complained about.
 */
live?.addEventListener("htmx:sse:before:message", ({ detail }) => {
  const { data, event: name } = detail.message;
  const [target] = (!name && /#[\w-]+/.exec(data)) || [];
  detail.waitUntil(answered().then(() => (detail.cancelled = target && !one(target))));
});

/** A card that changed its state shows its words for a moment; an awaited one brings its page. */
const NEW_MS = 6000;
new MutationObserver((changes) => {
  const cards = (nodes) => [...nodes].filter((node) => node instanceof NxCard);
  const before = new Map();
  for (const card of changes.flatMap((change) => cards(change.removedNodes))) {
    before.set(card.id, card.dataset.state);
  }
  for (const card of changes.flatMap((change) => cards(change.addedNodes))) {
    if (card.closest("[data-awaits]") && "ended" in card.dataset) return location.reload();
    if (before.get(card.id) === card.dataset.state) continue;
    card.dataset.new = "";
    setTimeout(() => delete card.dataset.new, NEW_MS);
  }
}).observe(document.body, { childList: true, subtree: true });
