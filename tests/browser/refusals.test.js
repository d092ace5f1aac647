/** When something does not work, people read why, and their credits are where they were. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { INSTANT, openPlace } from "./support/place.js";
import { balanceIs, cardIs, cardOf, chooseModel, order, signUp, toastSays } from "./support/steps.js";
import { visit } from "./support/visitor.js";

const place = openPlace(INSTANT);
/** A page's live line, with the stamp of what the page shows. */
const LIVE = /\/live\?/;

test("an order the plan does not cover is counted down, refused, and counted back", async () => {
  await visit(place, { expected: [/status of 403/] }, async (page) => {
    await signUp(page);
    // A page from before the model's price and tier changed.
    await page.locator("#models input[value='seedance-2.0']").evaluate((radio) => {
      radio.closest("label").querySelector(".option-lock").className = "option-wait";
      radio.checked = true;
      radio.dataset.cost = "10";
    });
    await page.getByLabel("Describe what you want to see").fill("A glass whale over a city");
    const answer = await hold(page, "/api/video/generate");
    await page.locator("#prompt").press("Control+Enter");
    await balanceIs(page, 5);
    await answer.release();
    await toastSays(page, /Pro/);
    await balanceIs(page, 15);
    assert.equal(await page.locator("nx-card").count(), 0);
    assert.equal(await page.locator("#prompt").inputValue(), "A glass whale over a city");
  });
});

test("an order beyond the balance is said at once and never sent", async () => {
  await visit(place, {}, async (page) => {
    await signUp(page);
    await order(page, { model: "Wan 2.1 Turbo", words: "Rain on a tin roof" });
    await balanceIs(page, 7);
    await order(page, { model: "FLUX Schnell", words: "A tin roof" });
    await balanceIs(page, 2);
    let sent = false;
    page.on("request", (request) => (sent ||= request.method() === "POST"));
    await order(page, { words: "Another tin roof" });
    await toastSays(page, "This needs 5 credits; you have 2.");
    await balanceIs(page, 2);
    assert.equal(sent, false);
  });
});

test("a tab that missed the last orders is told by the server, and counted back", async () => {
  await visit(place, { expected: [/status of 402/, /ERR_FAILED|Failed to fetch/] }, async (page, visitor) => {
    await signUp(page);
    const stale = await visitor.newPage();
    await stale.route(LIVE, (route) => route.abort());
    await stale.goto("/studio");
    await order(page, { model: "Wan 2.1 Turbo", words: "Fog over a harbour" });
    await balanceIs(page, 7);

    await balanceIs(stale, 15);
    await chooseModel(stale, "Wan 2.1 Turbo");
    const answer = await hold(stale, "/api/video/generate");
    await order(stale, { words: "Fog over a valley" });
    await balanceIs(stale, 7);
    await answer.release();
    await toastSays(stale, /8 credits/);
    await balanceIs(stale, 15);
    await stale.unroute(LIVE);
    await stale.reload();
    await balanceIs(stale, 7);
    assert.equal(await cardOf(stale, "Fog over a valley").count(), 0);
  });
});

test("without JavaScript an order beyond the balance leads to a page that says so", async () => {
  await visit(place, { javaScriptEnabled: false, expected: [/status of 402/] }, async (page) => {
    await signUp(page);
    await order(page, { model: "Wan 2.1 Turbo", words: "A slow river" });
    await balanceIs(page, 7);
    await order(page, { model: "Wan 2.1 Turbo", words: "A fast river" });
    await page.getByRole("heading", { name: "Not enough credits" }).waitFor();
    await page.getByText("Nothing was charged").first().waitFor();
    await page.goto("/studio");
    await balanceIs(page, 7);
  });
});

test("a studio that does not answer costs nothing", async () => {
  await visit(place, { expected: [/ERR_CONNECTION_RESET|Failed to fetch/] }, async (page) => {
    await signUp(page);
    await page.route("**/api/image/generate", (route) => route.abort("connectionreset"));
    await order(page, { words: "A bridge in the mist" });
    await toastSays(page, "The studio did not answer. Nothing was charged.");
    await balanceIs(page, 15);
    // The words are still there, and so is the key: sending again orders once.
    await page.unroute("**/api/image/generate");
    await page.getByRole("button", { name: /^Generate/ }).click();
    await cardIs(page, "A bridge in the mist", "ready");
    await balanceIs(page, 10);
  });
});

test("a declined wish says who declined it, and its credits return", async () => {
  await visit(place, {}, async (page) => {
    await signUp(page);
    await order(page, { words: "A portrait nobody should see [sandbox:refuse]" });
    await cardIs(page, "A portrait nobody should see", "refused");
    const card = cardOf(page, "A portrait nobody should see");
    await card.getByText(/declined this prompt.*Nothing was charged/).waitFor();
    await card.getByText("5 credits returned").waitFor();
    await balanceIs(page, 15);
    await page.goto("/profile#ledger");
    const lines = await page.locator(".ledger-sentence b").allInnerTexts();
    assert.deepEqual(lines, ["5 credits returned", "5 credits held", "15 credits granted"]);
  });
});

test("a run that hangs can be cancelled, and its credits return", async () => {
  await visit(place, {}, async (page) => {
    await signUp(page);
    await order(page, { model: "Wan 2.1 Turbo", words: "A clock without hands [sandbox:stuck]" });
    await cardIs(page, "A clock without hands", "running");
    await balanceIs(page, 7);
    await cardOf(page, "A clock without hands").getByRole("button", { name: "Cancel" }).click();
    await cardIs(page, "A clock without hands", "cancelled");
    await cardOf(page, "A clock without hands").getByText("8 credits returned").waitFor();
    await balanceIs(page, 15);
  });
});

test("what did not work is tried again as a run of its own", async () => {
  await visit(place, {}, async (page) => {
    await signUp(page);
    const words = "A paper boat in a storm drain [sandbox:refuse*1]";
    await order(page, { words });
    await cardIs(page, words, "refused");
    await cardOf(page, words).getByRole("button", { name: "Try again" }).click();
    await cardIs(page, words, "ready");
    assert.equal(await cardOf(page, words).count(), 2);
    await balanceIs(page, 10);
  });
});

test("remix puts a wish back into the composer", async () => {
  await visit(place, {}, async (page) => {
    await signUp(page);
    await order(page, { model: "Wan 2.1 Turbo", words: "Snow on a quiet street" });
    await cardIs(page, "Snow on a quiet street", "ready");
    await page.reload();
    await cardOf(page, "Snow on a quiet street").getByRole("link", { name: "Remix" }).click();
    assert.equal(await page.locator("#prompt").inputValue(), "Snow on a quiet street");
    await page.getByRole("button", { name: "Model: Wan 2.1 Turbo" }).waitFor();

    await page.goto("/history");
    await cardOf(page, "Snow on a quiet street").getByRole("link", { name: "Remix" }).click();
    await page.waitForURL("**/generate?from=*");
    assert.equal(await page.getByLabel("Prompt").inputValue(), "Snow on a quiet street");
    await page.getByLabel("Prompt").fill("Snow on a loud street");
    await page.locator(".choice", { hasText: "9:16" }).click();
    await page.locator("#quote").getByText("You have 7 credits, this needs 8 credits.").waitFor();
  });
});

test("news that overtakes the answer to an order is not lost", async () => {
  await visit(place, {}, async (page) => {
    await signUp(page);
    const words = "A letter that arrives before it is sent [sandbox:refuse]";
    await page.route("**/api/image/generate", async (route) => {
      const response = await route.fetch();
      // The run goes on while its answer is on the way.
      for (let state = ""; state !== "refused"; ) {
        const list = await page.request.get("/api/generations");
        state = (await list.json()).items[0]?.state;
      }
      await route.fulfill({ response });
    });
    await order(page, { words });
    await cardIs(page, words, "refused");
    await balanceIs(page, 15);
  });
});

test("pressing twice orders once", async () => {
  await visit(place, {}, async (page) => {
    await signUp(page);
    await page.getByLabel("Describe what you want to see").fill("Two doors");
    await page.getByRole("button", { name: /^Generate/ }).dblclick();
    await cardIs(page, "Two doors", "ready");
    await page.goto("/history");
    assert.equal(await page.locator("nx-card").count(), 1);
    await balanceIs(page, 10);
  });
});

/** Keeps a request from being answered until it is released. */
async function hold(page, path) {
  let release;
  const released = new Promise((resolve) => {
    release = resolve;
  });
  await page.route(`**${path}`, async (route) => {
    await released;
    await route.continue();
  });
  return { release };
}
