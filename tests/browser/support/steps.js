/** What people do in the studio, in the words of its pages. */

import assert from "node:assert/strict";

export const PASSWORD = "a quiet harbour at dawn";
let members = 0;

/** Becomes a member and arrives in the studio. @param {import("playwright-core").Page} page */
export async function signUp(page) {
  members += 1;
  const email = `member${members}@example.com`;
  await page.goto("/sign-up");
  await page.getByLabel("Name").fill("Ada Lindqvist");
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(PASSWORD);
  await page.getByRole("button", { name: "Create account" }).click();
  await page.waitForURL("**/studio");
  return { email, password: PASSWORD };
}

/** Writes a wish into the quick composer and sends it. */
export async function order(page, { model, words }) {
  if (model) await chooseModel(page, model);
  await page.getByLabel("Describe what you want to see").fill(words);
  await page.getByRole("button", { name: /^Generate/ }).click();
}

/** Picks a model from the menu of the quick composer. @param {string} title */
export async function chooseModel(page, title) {
  await page.getByRole("button", { name: /^Model:/ }).click();
  await page.locator("#models").getByRole("radio", { name: title }).check({ force: true });
  await page.keyboard.press("Escape");
  await page.locator("#models").waitFor({ state: "hidden" });
}

/** The card of a wish, by its words. */
export const cardOf = (page, words) => page.locator("nx-card", { hasText: words });

/** Waits until the card of a wish says where it stands: "ready", "refused", … */
export async function cardIs(page, words, state) {
  await page.locator(`nx-card[data-state=${state}]`, { hasText: words }).waitFor();
}

/** Waits until the balance in the bar reads `credits`. */
export async function balanceIs(page, credits) {
  const number = page.locator("nx-credits .credits-number");
  await number.filter({ hasText: new RegExp(`^${credits}$`) }).waitFor();
}

/** Waits for a toast that says this. @param {string | RegExp} words */
export const toastSays = (page, words) =>
  page.locator("nx-toasts .toast").filter({ hasText: words }).first().waitFor();

/** Ticks a page so that a reload would be noticed. */
export async function tick(page) {
  await page.evaluate(() => {
    window.ticked = true;
  });
}

/** Fails if the page was loaded again since it was ticked. */
export async function assertStillTicked(page) {
  assert.equal(await page.evaluate(() => window.ticked), true, "the page was loaded again");
}
