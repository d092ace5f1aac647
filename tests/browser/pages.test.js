/**
 * Every page, on a desk and on a telephone: accessible, still, no wider than its window, content with
 * its own origin. Leaves a picture of each in target/screens.
 */

import assert from "node:assert/strict";
import { test } from "node:test";
import { gzipSync } from "node:zlib";

import { Faults, SIZES } from "./support/faults.js";
import { assertAccessible, assertFits, countShifts } from "./support/judge.js";
import { INSTANT, openPlace } from "./support/place.js";
import { cardIs, cardOf, order, signUp } from "./support/steps.js";
import { visit } from "./support/visitor.js";

/** First load of the studio, gzipped. */
const SCRIPT_BYTES_MAX = 20_000;
const STYLE_BYTES_MAX = 25_000;

const MODELS = {
  image: ["flux-schnell", "dall-e-2", "dall-e-3", "nano-banana-2"],
  video: ["wan-2.1-turbo", "kling-3.0", "luma-ray-2", "seedance-2.0"],
};
/** The works on the design page are samples; nobody made them. */
const SAMPLE = /\/media\/ast_0193.*status of 401/;

const place = openPlace(INSTANT);

for (const viewport of SIZES) {
  test(`the public pages, ${viewport.width} px wide`, async () => {
    await visit(place, { viewport, expected: [/nowhere.*status of 404/, SAMPLE] }, async (page, visitor) => {
      await countShifts(visitor.context);
      const faults = new Faults(page, viewport);
      await faults.look("home", "/");
      await faults.look("pricing", "/pricing");
      await faults.look("sign-in", "/sign-in");
      await faults.look("sign-up", "/sign-up");
      await faults.look("terms", "/terms");
      await faults.look("privacy", "/privacy");
      // Its samples are of a fixed day: their clocks jump to the present when they start.
      await faults.look("design", "/design", [assertFits, assertAccessible]);
      await faults.look("not-found", "/nowhere");
      faults.assertNone();
    });
  });

  test(`the pages of a new member, ${viewport.width} px wide`, async () => {
    await visit(place, { viewport }, async (page, visitor) => {
      await countShifts(visitor.context);
      await signUp(page);
      const faults = new Faults(page, viewport);
      await faults.look("studio-empty", "/studio");
      await faults.look("history-empty", "/history");
      await faults.look("history-nothing-fits", "/history?q=heron");
      for (const [kind, models] of Object.entries(MODELS)) {
        for (const model of models) {
          await faults.look(`generate-${model}`, `/generate?kind=${kind}&model=${model}`);
        }
      }
      faults.assertNone();
    });
  });

  test(`the pages of somebody at work, ${viewport.width} px wide`, async () => {
    await visit(place, { viewport }, async (page, visitor) => {
      await countShifts(visitor.context);
      await signUp(page);
      const { picture, clip, cancelled } = await work(page);
      const faults = new Faults(page, viewport);
      await faults.look("studio-full", "/studio");
      await faults.look("history", "/history");
      await faults.look("generate-full", "/generate?kind=image");
      await faults.look("picture", picture);
      await faults.look("clip", clip);
      await faults.look("cancelled", cancelled);
      await faults.look("receipt", `${picture}/receipt`);
      await faults.look("profile", "/profile");
      await page.goto("/studio");
      await page.getByRole("button", { name: /^Model:/ }).click();
      await page.locator("#models").waitFor();
      await faults.judge("picker");
      faults.assertNone();
    });
  });
}

test("the pages of something that runs", async () => {
  await visit(place, {}, async (page, visitor) => {
    await countShifts(visitor.context);
    await signUp(page);
    const words = "A clock without hands [sandbox:stuck]";
    await order(page, { model: "Wan 2.1 Turbo", words });
    await cardIs(page, words, "running");
    const address = await addressOf(page, words);
    for (const viewport of SIZES) {
      await page.setViewportSize(viewport);
      const faults = new Faults(page, viewport);
      await faults.look("studio-running", "/studio");
      await faults.look("running", address);
      await faults.look("receipt-running", `${address}/receipt`);
      faults.assertNone();
    }
  });
});

test("the studio is light, and its policy strict", async () => {
  await visit(place, {}, async (page) => {
    await signUp(page);
    const weights = { script: 0, stylesheet: 0 };
    const bodies = [];
    page.on("response", (response) => {
      const type = response.request().resourceType();
      if (type in weights) bodies.push([type, response]);
    });
    const answer = await page.goto("/studio", { waitUntil: "load" });
    assert.ok(bodies.length >= 2, "there are scripts and styles to weigh");
    for (const [type, response] of bodies) {
      weights[type] += gzipSync(await response.body(), { level: 9 }).length;
    }
    assert.ok(weights.script <= SCRIPT_BYTES_MAX, `${weights.script} bytes of script`);
    assert.ok(weights.stylesheet <= STYLE_BYTES_MAX, `${weights.stylesheet} bytes of style`);

    const policy = answer.headers()["content-security-policy"];
    assert.match(policy, /default-src 'none'/);
    assert.match(policy, /script-src 'self'(;|$)/);
    assert.match(policy, /style-src 'self'(;|$)/);
    assert.doesNotMatch(policy, /unsafe-inline|unsafe-eval/);
  });
});

/** One run of each outcome; the addresses of three of them. */
async function work(page) {
  const refused = "Something nobody may paint [sandbox:refuse]";
  await order(page, { model: "FLUX Schnell", words: refused });
  await cardIs(page, refused, "refused");
  const picture = "A lighthouse above a stormy sea at dusk";
  await order(page, { words: picture });
  await cardIs(page, picture, "ready");
  const cancelled = "A clock without hands [sandbox:stuck]";
  await order(page, { model: "Wan 2.1 Turbo", words: cancelled });
  await cardIs(page, cancelled, "running");
  await cardOf(page, cancelled).getByRole("button", { name: "Cancel" }).click();
  await cardIs(page, cancelled, "cancelled");
  const clip = "Golden hour over a mountain lake";
  await order(page, { words: clip });
  await cardIs(page, clip, "ready");
  return {
    picture: await addressOf(page, picture),
    clip: await addressOf(page, clip),
    cancelled: await addressOf(page, cancelled),
  };
}

const addressOf = async (page, words) => `/g/${await cardOf(page, words).getAttribute("id")}`;
