/** One prompt on several models: priced before, watched side by side, paid for one by one. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Faults, SIZES } from "./support/faults.js";
import { countShifts } from "./support/judge.js";
import { INSTANT, openPlace } from "./support/place.js";
import { assertStillTicked, balanceIs, cardIs, cardOf, signUp, tick } from "./support/steps.js";
import { visit } from "./support/visitor.js";

const place = openPlace(INSTANT);

/** A member of the Pro plan with this many credits to spend. */
async function signUpAsPro(page, credits) {
  const { email } = await signUp(page);
  await place.studio.tell("member", "set-plan", email, "pro", "--reason", "to compare");
  await place.studio.tell("member", "grant", email, String(credits), "--reason", "to compare");
  await page.goto("/studio");
}

const pick = (page, title) => page.getByRole("checkbox", { name: title });
const terms = (page) => page.locator("#terms");
const column = (page, title) => page.locator(".versus-one", { hasText: title });

/** Ticks a box or a radio by its words, once nothing lies over it. */
const press = (page, within, words) => page.locator(`${within} label`, { hasText: words }).click();

/** Chooses exactly these models, and waits until the price is that of them. */
async function choose(page, titles, price) {
  const chosen = page.locator(".compare-cards label:has(input:checked)");
  for (let left = await chosen.count(); left > 0; left -= 1) await chosen.first().click();
  for (const title of titles) await press(page, ".compare-cards", title);
  await terms(page).locator(".quote-total", { hasText: `${price} credits` }).waitFor();
}

test("one prompt on three models; one declines and is returned alone", async () => {
  await visit(place, {}, async (page) => {
    // The Pro plan's own credits come with a payment; nothing was paid here.
    await signUpAsPro(page, 85);
    const words = "A heron lands on a frozen lake at first light [sandbox:refuse@replicate]";
    await page.goto("/generate?kind=image");
    await page.getByLabel("Prompt").fill(words);
    await page.getByRole("link", { name: "Compare", exact: true }).click();
    await page.waitForURL("**/compare?*");
    assert.equal(await page.getByLabel("Prompt").inputValue(), words, "the words came along");

    await choose(page, ["FLUX Schnell", "Nano Banana 2", "Soul 2"], 30);
    await press(page, "#terms", "16:9");
    await terms(page).getByText("You keep").waitFor();
    await page.getByRole("button", { name: /^Compare/ }).click();
    await page.waitForURL("**/compare/cmp_*");
    await tick(page);
    await column(page, "FLUX Schnell").locator("nx-card[data-state=refused]").waitFor();
    await column(page, "FLUX Schnell").getByText("5 credits returned").waitFor();
    for (const title of ["Nano Banana 2", "Soul 2"]) {
      await column(page, title).locator("nx-card[data-state=ready]").waitFor();
    }
    await balanceIs(page, 75);
    await assertStillTicked(page);

    await column(page, "Soul 2").locator("a.card-media").click();
    await page.waitForURL("**/g/*");
    await page.getByRole("link", { name: "Receipt" }).click();
    await page.getByText("10 credits").first().waitFor();
    await page.goBack();
    await page.getByRole("link", { name: "Side by side" }).click();
    await page.waitForURL("**/compare/cmp_*");
    await page.getByRole("link", { name: "Change and compare again" }).click();
    await page.waitForURL("**/compare?*");
    assert.equal(await page.getByLabel("Prompt").inputValue(), words);
    assert.ok(await pick(page, "Soul 2").isChecked());
    await page.goto("/history");
    await cardIs(page, words, "refused");
    assert.equal(await cardOf(page, words).count(), 3, "each is a run like any other");
  });
});

test("what a model cannot do is said, and the price follows every choice", async () => {
  await visit(place, {}, async (page) => {
    await signUpAsPro(page, 400);
    await page.goto("/compare?kind=video");
    await choose(page, ["Kling 3.0", "Luma Ray 2"], 40);
    assert.equal(await terms(page).getByRole("radio", { name: "1:1" }).count(), 0, "Luma makes no square");
    await page.locator("#seed").waitFor({ state: "detached" });
    await choose(page, ["Kling 3.0", "Wan 2.1 Turbo", "Seedance 2.0 Cinematic"], 73);
    await terms(page).getByText("Length 5 s").waitFor();
    await page.locator("#seed").fill("7");
    await page.locator("#seed").press("Tab");
    await terms(page).getByText("Takes no seed").first().waitFor();
    for (const title of ["Wan 2.1 Turbo", "Kling 3.0"]) await press(page, ".compare-cards", title);
    await terms(page).getByText("Choose 2 to 4 models.").waitFor();
    await page.getByRole("button", { name: /^Compare/, disabled: true }).waitFor();
  });
});

test("a new member sees what is missing, and cannot press", async () => {
  await visit(place, {}, async (page) => {
    await signUp(page);
    await page.goto("/compare?kind=video&models=wan-2.1-turbo&models=kling-3.0");
    await terms(page).getByText("8 more are needed.").waitFor();
    await page.getByRole("button", { name: /^Compare/, disabled: true }).waitFor();
    await choose(page, ["Wan 2.1 Turbo", "Seedance 2.0 Cinematic"], 58);
    await terms(page).getByText("is part of the Pro plan").waitFor();
  });
});

test("a result is varied, and made again", async () => {
  await visit(place, {}, async (page) => {
    await signUpAsPro(page, 85);
    const words = "A lighthouse above a stormy sea at dusk";
    await page.goto("/generate?kind=image&model=flux-schnell");
    await page.getByLabel("Prompt").fill(words);
    await page.getByRole("button", { name: /^Generate/ }).click();
    await cardIs(page, words, "ready");
    await cardOf(page, words).locator("a.card-media").click();
    await page.waitForURL("**/g/*");
    const result = page.url();
    await press(page, ".vary", "15 credits");
    await page.getByRole("button", { name: "Make variations" }).click();
    await page.waitForURL("**/compare/cmp_*");
    await page.getByText("3 variations").waitFor();
    await page.locator(".versus-one nx-card[data-state=ready]").nth(3).waitFor();
    await page.goto(result);
    await page.getByRole("button", { name: /^Make it again/ }).click();
    await page.waitForURL("**/compare/cmp_*");
    await page.locator(".versus-verdict", { hasText: "The same" }).waitFor();
  });
});

for (const viewport of SIZES) {
  test(`the pages of a comparison, ${viewport.width} px wide`, async () => {
    await visit(place, { viewport }, async (page, visitor) => {
      await countShifts(visitor.context);
      await signUpAsPro(page, 400);
      const faults = new Faults(page, viewport);
      await faults.look("compare-new", "/compare");
      const pictures = await start(page, "image", ["FLUX Schnell", "DALL·E 3 class", "Nano Banana 2"], 35);
      await faults.look("compare-pictures", pictures);
      const clips = await start(page, "video", ["Wan 2.1 Turbo", "Kling 3.0"], 23);
      await faults.look("compare-clips", clips);
      await faults.look("compare-earlier", "/compare?kind=video");
      faults.assertNone();
    });
  });
}

/** Compares and waits until everything is made; where it is shown. */
async function start(page, kind, titles, price) {
  await page.goto(`/compare?kind=${kind}`);
  await page.getByLabel("Prompt").fill("A lighthouse above a stormy sea at dusk");
  await choose(page, titles, price);
  await page.getByRole("button", { name: /^Compare/ }).click();
  await page.waitForURL("**/compare/cmp_*");
  for (const title of titles) {
    await column(page, title).locator("nx-card[data-state=ready]").waitFor();
  }
  return new URL(page.url()).pathname;
}
