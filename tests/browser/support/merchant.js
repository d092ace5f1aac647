/** The merchant that the sandbox plays: its checkout, and the page on which its time is moved. */

import assert from "node:assert/strict";

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
  const address = `${studio.sandbox}/lemon/_backstage`;
  const answer = await page.request.post(address, { form: { step } });
  assert.ok(answer.ok(), `time does not move: ${answer.status()}`);
}
