/** The merchant that the sandbox plays: its checkout, and the page on which its time is moved. */

import assert from "node:assert/strict";

/** What opens the merchant's API in the sandbox. */
const KEY = "Bearer sandbox-lemon-key";

/** Pays on the checkout page, and comes back. @param {RegExp} card as its button says */
export async function pay(page, card = /with the test card/) {
  await page.waitForURL("**/lemon/checkout/**");
  await page.getByRole("button", { name: card }).click();
  await page.waitForURL("**/studio");
}

/**
 * Moves the merchant's time and the studio's with it; says when every webhook has arrived.
 * @param {{studio: import("./studio.js").Studio}} place
 * @param {"next" | "day" | "week" | "month"} step
 */
export async function pass(page, { studio }, step) {
  await backstage(page, { studio }, { step });
}

/** Does on the merchant's own pages what its people would do there. @param {Record<string, string>} form */
export async function backstage(page, { studio }, form) {
  const answer = await page.request.post(`${studio.sandbox}/lemon/_backstage`, { form });
  assert.ok(answer.ok(), `the merchant refuses: ${answer.status()}`);
}

/** Pauses the latest subscription, as the merchant's support can. @param {"free" | "void"} mode */
export async function pause(page, { studio }, mode) {
  const id = await latest(page, studio, "subscriptions");
  const attributes = { pause: { mode } };
  const answer = await page.request.patch(`${studio.sandbox}/lemon/v1/subscriptions/${id}`, {
    headers: { authorization: KEY, "content-type": "application/vnd.api+json" },
    data: { data: { type: "subscriptions", id, attributes } },
  });
  assert.ok(answer.ok(), `not paused: ${answer.status()}`);
}

/** Reports the latest order's payment as stolen. */
export async function reportStolen(page, place) {
  const stolen = await latest(page, place.studio, "orders");
  await backstage(page, place, { stolen });
}

async function latest(page, studio, kind) {
  const answer = await page.request.get(`${studio.sandbox}/lemon/v1/${kind}`, {
    headers: { authorization: KEY },
  });
  const { data } = await answer.json();
  return data.map(({ id }) => id).sort((a, b) => b - a)[0];
}
