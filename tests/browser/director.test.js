/** The Director studio: what others see of it, how somebody is made, and how a shot is directed. */

import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";

import { Faults, SIZES } from "./support/faults.js";
import { countShifts } from "./support/judge.js";
import { pay } from "./support/merchant.js";
import { INSTANT, openPlace } from "./support/place.js";
import { balanceIs, cardIs, signUp } from "./support/steps.js";
import { visit } from "./support/visitor.js";

const ARTS = path.resolve(import.meta.dirname, "../../public/arts");
const FACES = ["rose-perfume.jpg", "phoenix.jpg", "gold-satin.jpg"];

const place = openPlace(INSTANT);

/** A page is there in some 20 ms, and the merchant's word in a second. */
const LOOKS_MAX = 1000;
const isOn = (page, plan) => page.locator("#owner-plan", { hasText: `${plan} plan` }).count();

/** Buys a plan on the page with the prices. @param {"Growth" | "Pro"} plan */
async function subscribe(page, plan, { again = false } = {}) {
  await page.goto(`/pricing?plan=${plan.toLowerCase()}`);
  await page.getByRole("button", { name: `Get ${plan}` }).first().click();
  await pay(page);
  // Without scripts nothing says that the merchant has told the studio: the page is asked for again.
  for (let looks = 0; again && looks < LOOKS_MAX && !(await isOn(page, plan)); looks += 1) {
    await page.goto("/studio");
  }
  await page.locator("#owner-plan", { hasText: `${plan} plan` }).waitFor({ state: "attached" });
}

/** Fills the form for a new character and sends it. */
async function makeCharacter(page, name) {
  await page.getByLabel("Name", { exact: true }).fill(name);
  await page.locator("#cast-pictures").setInputFiles(FACES.map((face) => path.join(ARTS, face)));
  await page.locator("#cast-previews canvas").nth(FACES.length - 1).waitFor();
  await page.getByLabel(/somebody who agreed/).check();
  await page.getByRole("button", { name: /^Train the character/ }).click();
}

/** Presses the small picture of a camera move. @param {string} title */
const chooseMove = (page, title) => page.locator("label.lens-choice", { hasText: title }).click();

const actorIs = (page, name, state) =>
  page.locator(`.actor[data-state=${state}]`, { hasText: name }).waitFor();

test("a Growth member meets the paywall and is refused", async () => {
  await visit(place, { beyond: true }, async (page) => {
    await signUp(page);
    await subscribe(page, "Growth");
    await page.getByRole("link", { name: "Director" }).click();
    await page.getByText("Director studio · Pro plan").waitFor();
    await page.getByRole("link", { name: /^Change to Pro/ }).waitFor();
    assert.equal(await page.locator("form[enctype]").count(), 0, "there is nothing to fill in");
    const face = await readFile(path.join(ARTS, FACES[0]));
    const refused = await page.request.post("/api/characters", {
      headers: { accept: "application/json" },
      multipart: {
        name: "Bea",
        consent: "yes",
        pictures: { name: "face.jpg", mimeType: "image/jpeg", buffer: face },
      },
    });
    assert.equal(refused.status(), 403);
    assert.equal((await refused.json()).code, "plan_required");
    await balanceIs(page, 215);
  });
});

test("somebody is made of three pictures, is in a still, and is deleted", async () => {
  await visit(place, { beyond: true }, async (page) => {
    await signUp(page);
    await subscribe(page, "Pro");
    await page.getByRole("link", { name: "Director" }).click();
    await page.getByRole("link", { name: "Characters" }).click();
    await page.getByText("Nobody yet.").waitFor();
    await makeCharacter(page, "Ada");
    await page.getByText("The training begins.").waitFor();
    await actorIs(page, "Ada", "ready");
    await balanceIs(page, 1015);
    await page.getByLabel("What Ada does in the still").fill("Ada on a pier at dawn");
    await page.getByRole("button", { name: /^Make a still/ }).click();
    await page.waitForURL("**/studio");
    await cardIs(page, "Ada on a pier at dawn", "ready");
    await balanceIs(page, 1005);
    await page.goto("/director/characters");
    await page.getByText("Delete", { exact: true }).click();
    await page.getByRole("button", { name: "Delete for good" }).click();
    await page.getByText("Nobody yet.").waitFor();
  });
});

test("without scripts it is the same", async () => {
  await visit(place, { beyond: true, javaScriptEnabled: false }, async (page) => {
    await signUp(page);
    await subscribe(page, "Pro", { again: true });
    await page.goto("/director/characters");
    await page.getByLabel("Name", { exact: true }).fill("Bea");
    await page.locator("#cast-pictures").setInputFiles(path.join(ARTS, FACES[0]));
    await page.getByLabel(/somebody who agreed/).check();
    await page.getByRole("button", { name: /^Train the character/ }).click();
    await actorIs(page, "Bea", "ready");
  });
});

test("a shot is directed: who is in it, where the camera goes, and 120 credits on the receipt", async () => {
  await visit(place, { beyond: true }, async (page) => {
    await signUp(page);
    await subscribe(page, "Pro");
    await page.goto("/director/characters");
    await makeCharacter(page, "Ada");
    await actorIs(page, "Ada", "ready");
    await page.getByRole("link", { name: "Shot" }).click();
    await page.getByLabel("Prompt").fill("Ada turns into the light");
    await page.locator("label.face", { hasText: "Ada" }).click();
    await chooseMove(page, "Crash zoom in");
    await page.locator("#quote", { hasText: "120 credits" }).waitFor();
    await page.getByRole("button", { name: /^Generate/ }).click();
    await cardIs(page, "Ada turns into the light", "ready");
    await balanceIs(page, 895);
    await page.locator("nx-card a.card-media").first().click();
    await page.getByText("Crash zoom in").waitFor();
    await page.getByRole("link", { name: "Receipt" }).click();
    await page.getByText("120 credits charged").first().waitFor();
  });
});

test("every page of it can be looked at, wide and narrow", async () => {
  for (const viewport of SIZES) {
    await visit(place, { viewport, beyond: true }, async (page, visitor) => {
      await countShifts(visitor.context);
      const faults = new Faults(page, viewport);
      await signUp(page);
      await faults.look("director-paywall", "/director");
      await subscribe(page, "Pro");
      await faults.look("director-characters-empty", "/director/characters");
      await makeCharacter(page, "Ada");
      await actorIs(page, "Ada", "ready");
      await makeCharacter(page, "Bea [sandbox:fail]");
      await actorIs(page, "Bea", "failed");
      await makeCharacter(page, "Cleo [sandbox:stuck]");
      await actorIs(page, "Cleo", "training");
      await faults.judge("director-characters");
      await page.goto("/director/shot");
      await page.getByLabel("Prompt").fill("Ada crosses the bridge in the rain");
      await page.getByRole("button", { name: /^Generate/ }).click();
      await cardIs(page, "Ada crosses the bridge in the rain", "ready");
      await chooseMove(page, "Pan left");
      await faults.judge("director-shot");
      faults.assertNone();
    });
  }
});
