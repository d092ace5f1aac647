/** Selling: a paywall, a checkout, what it opens, and how it ends. The sandbox is the merchant. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { Faults, SIZES } from "./support/faults.js";
import { countShifts } from "./support/judge.js";
import { pass, pause, pay, reportStolen } from "./support/merchant.js";
import { INSTANT, openPlace } from "./support/place.js";
import { assertStillTicked, balanceIs, cardIs, chooseModel, order, signUp, tick } from "./support/steps.js";
import { visit } from "./support/visitor.js";

const SEEDANCE = "Seedance 2.0 Cinematic";
const WISH = "A glass whale over a city at dawn";

const place = openPlace(INSTANT);
const gate = (page) => page.locator(".gate:visible");
const planIs = (page, words) => page.locator("#owner-plan", { hasText: words }).waitFor({ state: "attached" });

test("a paywall is met and passed, and every page opens before ones eyes", async () => {
  await visit(place, { beyond: true }, async (page, visitor) => {
    await signUp(page);
    const watching = await visitor.newPage();
    await watching.goto("/studio");
    await chooseModel(watching, SEEDANCE);
    await watching.locator(".gate:visible", { hasText: "part of the Pro plan: $59/month" }).waitFor();
    await tick(watching);
    const bench = await visitor.newPage();
    await bench.goto("/generate?kind=video&model=seedance-2.0");
    await bench.locator("#quote").getByText("part of the Pro plan").waitFor();
    await tick(bench);

    await chooseModel(page, SEEDANCE);
    assert.equal(await page.getByRole("button", { name: /^Generate/ }).count(), 0, "it is locked");
    await gate(page).getByRole("button", { name: "Get Pro · $59/month" }).click();
    await pay(page);
    await page.getByText("Thank you.").waitFor();
    await tick(page);
    for (const one of [page, watching, bench]) {
      await balanceIs(one, 1015);
      await planIs(one, "Pro plan");
    }
    await chooseModel(page, SEEDANCE);
    assert.equal(await gate(page).count(), 0);
    await order(page, { words: WISH });
    await cardIs(page, WISH, "ready");
    await balanceIs(page, 965);
    await assertStillTicked(page);

    await watching.getByRole("button", { name: /^Generate/ }).waitFor();
    assert.equal(await gate(watching).count(), 0, "the model that was chosen before is open");
    await assertStillTicked(watching);
    await bench.locator("#quote").getByText("Held now, charged when it arrives").waitFor();
    await assertStillTicked(bench);
  });
});

test("a plan is cancelled and ends by the calendar; what was bought stays", async () => {
  await visit(place, { beyond: true }, async (page, visitor) => {
    await signUp(page);
    await subscribe(page, "Get Pro");
    await page.goto("/profile");
    await page.locator("#credits").getByRole("button", { name: "Get 100 credits · $15" }).click();
    await pay(page);
    await balanceIs(page, 1115);

    await page.goto("/profile");
    await page.locator("#plan").getByText(/Renews on .* for \$59\./).waitFor();
    await page.locator("#plan").getByRole("link", { name: "Cancel" }).click();
    await page.getByText("1000 monthly credits").waitFor();
    await page.getByText("115 credits stay").waitFor();
    await page.getByRole("button", { name: "Cancel the subscription" }).click();
    await page.waitForURL("**/profile#plan");
    await page.locator("#banners").getByText("does not renew").waitFor();
    await page.locator("#banners").getByRole("button", { name: "Resume Pro" }).click();
    await page.getByText("Your plan goes on").waitFor();
    assert.equal(await page.locator("#banners .banner").count(), 0);
    await page.locator("#plan").getByRole("link", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Cancel the subscription" }).click();
    await page.locator("#plan").getByText("does not renew").waitFor();

    const studio = await visitor.newPage();
    await studio.goto("/studio");
    for (const one of [page, studio]) await tick(one);
    await pass(page, place, "month");
    for (const one of [page, studio]) {
      await balanceIs(one, 115);
      await planIs(one, "Free plan");
    }
    await page.locator("#plan .plan-name", { hasText: "Free" }).waitFor();
    await page.locator("#credits .bucket", { hasText: "Bought credits" }).waitFor();
    await chooseModel(studio, SEEDANCE);
    await gate(studio).getByText("part of the Pro plan").waitFor();
    for (const one of [page, studio]) await assertStillTicked(one);
  });
});

test("the same without JavaScript: forms, links, and pages that are loaded again", async () => {
  await visit(place, { javaScriptEnabled: false, beyond: true }, async (page) => {
    await signUp(page);
    await chooseModel(page, SEEDANCE);
    await gate(page).getByRole("button", { name: "Get Pro · $59/month" }).click();
    await pay(page);
    await loadUntil(page, "1015");
    await chooseModel(page, SEEDANCE);
    await order(page, { words: WISH });
    await cardIs(page, WISH, "ready");
    await balanceIs(page, 965);

    await page.getByRole("link", { name: "Profile" }).click();
    await page.locator("#plan").getByRole("link", { name: "Cancel" }).click();
    await page.getByRole("button", { name: "Cancel the subscription" }).click();
    await page.locator("#plan").getByText("does not renew").waitFor();
    await pass(page, place, "month");
    await page.goto("/studio");
    await loadUntil(page, "15");
    await planIs(page, "Free plan");
    await chooseModel(page, SEEDANCE);
    await gate(page).getByText("part of the Pro plan").waitFor();
  });
});

test("a plan is changed: up at once, down with the next month", async () => {
  await visit(place, { beyond: true }, async (page) => {
    await signUp(page);
    await page.goto("/pricing");
    await page.getByRole("button", { name: "Get Growth · $29/month" }).click();
    await pay(page);
    await balanceIs(page, 215);
    await page.goto("/profile");
    await page.locator("#plan").getByRole("link", { name: "Change to Pro · $59/month" }).click();
    await page.getByText("800 more credits today").waitFor();
    await page.getByRole("button", { name: "Change now and pay the difference" }).click();
    await page.waitForURL("**/profile#plan");
    await balanceIs(page, 1015);
    await page.locator("#plan .plan-name", { hasText: "Pro" }).waitFor();
    await page.locator("#payments").getByText("Change of plan").waitFor();

    await page.locator("#plan").getByRole("link", { name: "Change to Growth" }).click();
    await page.getByText("Nothing is charged or paid back today.").waitFor();
    await page.getByRole("button", { name: "Change with the next payment" }).click();
    await page.locator("#plan").getByText(/Becomes Growth on/).waitFor();
    await pass(page, place, "month");
    await balanceIs(page, 215);
    await page.locator("#plan .plan-name", { hasText: "Growth" }).waitFor();
  });
});

test("a card that fails is said everywhere, and another one puts it right", async () => {
  await visit(place, { beyond: true }, async (page) => {
    await signUp(page);
    await subscribe(page, "Get Growth", /fails at the renewal/);
    await pass(page, place, "month");
    const banner = page.locator("#banners .banner", { hasText: "did not go through" });
    await banner.waitFor();
    await banner.getByRole("link", { name: "Update the card" }).click();
    await page.waitForURL("**/lemon/subscription/**");
    await page.getByRole("button", { name: "Use the test card" }).first().click();
    await page.goto("/studio");
    await banner.waitFor({ state: "detached" });
    await balanceIs(page, 215);
  });
});

test("a run beyond the balance shows the cheapest way on, also to a page that was open", async () => {
  await visit(place, { beyond: true }, async (page, visitor) => {
    await signUp(page);
    const other = await visitor.newPage();
    await other.goto("/studio");
    await order(page, { model: "Wan 2.1 Turbo", words: "A slow river" });
    await cardIs(page, "A slow river", "ready");
    for (const one of [page, other]) {
      await balanceIs(one, 7);
      await chooseModel(one, "Wan 2.1 Turbo");
      await gate(one).getByText("You have 7 credits, this needs 8 credits. 1 more is needed.").waitFor();
    }
    await page.goto("/generate?kind=video&model=wan-2.1-turbo");
    const quote = page.locator("#quote");
    await quote.getByRole("button", { name: "Get 100 credits · $15" }).click();
    await page.waitForURL("**/lemon/checkout/**");
    await page.getByRole("button", { name: /with the test card/ }).click();
    await page.waitForURL("**/studio");
    for (const one of [page, other]) {
      await balanceIs(one, 107);
      await gate(one).waitFor({ state: "detached" });
    }
  });
});

test("whoever leaves takes their data along and is gone", async () => {
  await visit(place, { beyond: true, expected: [/status of (401|422)/] }, async (page) => {
    const { password } = await signUp(page);
    await page.goto("/profile");
    const downloading = page.waitForEvent("download");
    await page.locator("#belongings").getByRole("link", { name: "Download" }).click();
    assert.equal((await downloading).suggestedFilename(), "nexora-export.json");
    await page.locator("#belongings").getByRole("link", { name: "Delete account" }).click();
    await page.getByText("15 credits are lost.").waitFor();
    await page.getByLabel("Your password").fill("not the password at all");
    await page.getByRole("button", { name: "Delete everything" }).click();
    await page.getByRole("alert").getByText("nothing was deleted").waitFor();
    await page.getByLabel("Your password").fill(password);
    await page.getByRole("button", { name: "Delete everything" }).click();
    await page.getByText("Your account was deleted.").waitFor();
    await page.goto("/studio");
    await page.waitForURL("**/sign-in?return_to=*");
  });
});

for (const viewport of SIZES) {
  test(`the pages about money, ${viewport.width} px wide`, async () => {
    const options = { viewport, beyond: true, expected: [/status of 40[23]/] };
    await visit(place, options, async (page, visitor) => {
      await countShifts(visitor.context);
      await signUp(page);
      const faults = new Faults(page, viewport);
      await faults.look("pricing-free", "/pricing?plan=pro");
      await faults.look("gate", "/studio?model=seedance-2.0");
      await faults.look("gate-generate", "/generate?kind=video&model=seedance-2.0");
      await faults.look("profile-free", "/profile");
      await refused(page);
      await faults.judge("plan-required");

      await page.goto("/pricing");
      await page.getByRole("button", { name: "Get Growth" }).click();
      await page.waitForURL("**/lemon/checkout/**");
      await faults.judge("checkout", []);
      await pay(page, /fails at the renewal/);
      await balanceIs(page, 215);
      await faults.look("pricing-growth", "/pricing");
      await faults.look("profile-renews", "/profile");
      await faults.look("change-up", "/profile/plan?to=pro");
      await faults.look("cancel", "/profile/cancel");
      await faults.look("delete", "/profile/delete");
      await page.goto("/profile/cancel");
      await page.getByRole("button", { name: "Cancel the subscription" }).click();
      await page.waitForURL("**/profile#plan");
      await faults.look("profile-ends", "/profile");
      await page.locator("#banners").getByRole("button", { name: "Resume" }).click();
      await page.waitForURL("**/profile#plan");
      await pass(page, place, "month");
      await page.locator("#banners .banner", { hasText: "did not go through" }).waitFor();
      await faults.look("profile-past-due", "/profile");
      await faults.look("studio-past-due", "/studio");
      faults.assertNone();
    });
  });
}

for (const viewport of SIZES) {
  test(`the pages of a plan in trouble, ${viewport.width} px wide`, async () => {
    await visit(place, { viewport, beyond: true }, async (page, visitor) => {
      await countShifts(visitor.context);
      const { email } = await signUp(page);
      const faults = new Faults(page, viewport);
      await subscribe(page, "Get Pro", /with the test card/);
      await pause(page, place, "free");
      await bannerSays(page, "Payments are paused. You keep Pro meanwhile.");
      await faults.look("profile-paused-kept", "/profile");
      await pause(page, place, "void");
      await bannerSays(page, "and your plan with them");
      await faults.look("profile-paused", "/profile");
      await reportStolen(page, place);
      await pass(page, place, "day");
      await bannerSays(page, "on hold");
      await faults.look("profile-frozen", "/profile");
      await faults.look("studio-frozen", "/studio");
      await place.studio.tell("member", "set-plan", email, "growth", "--reason", "a present");
      await faults.look("profile-frozen-given", "/profile");
      faults.assertNone();
    });
  });

  test(`the pages of a plan nobody pays, ${viewport.width} px wide`, async () => {
    await visit(place, { viewport, beyond: true }, async (page, visitor) => {
      await countShifts(visitor.context);
      const { email } = await signUp(page);
      const faults = new Faults(page, viewport);
      await subscribe(page, "Get Growth", /fails at the renewal/);
      await pass(page, place, "month");
      await bannerSays(page, "did not go through");
      for (const step of ["week", "week", "day"]) await pass(page, place, step);
      await bannerSays(page, "so your plan has ended");
      await faults.look("profile-unpaid", "/profile");
      await faults.look("pricing-unpaid", "/pricing");
      await place.studio.tell("member", "set-plan", email, "pro", "--reason", "a present");
      await faults.look("profile-given", "/profile");
      faults.assertNone();
    });
  });
}

const bannerSays = (page, words) => page.locator("#banners .banner", { hasText: words }).waitFor();

/** Buys a plan from the profile and has it. */
async function subscribe(page, words, card) {
  await page.goto("/profile");
  await page.locator("#plan").getByRole("button", { name: words }).click();
  await pay(page, card);
  await planIs(page, words.replace("Get ", ""));
}

/** An order that needs a larger plan, sent by a page that does not know it. */
async function refused(page) {
  await page.goto("/studio");
  await page.evaluate(() => {
    const form = document.createElement("form");
    form.method = "post";
    form.action = "/api/video/generate";
    for (const [name, value] of [["model", "seedance-2.0"], ["prompt", "a whale"]]) {
      const field = document.createElement("input");
      [field.name, field.value] = [name, value];
      form.append(field);
    }
    document.body.append(form);
    form.submit();
  });
  await page.getByRole("heading", { name: "A larger plan is needed" }).waitFor();
  await page.getByRole("button", { name: "Get Pro · $59/month" }).waitFor();
}

/** Loads the page again until the balance reads so: without scripts nothing appears by itself. */
async function loadUntil(page, credits) {
  const number = page.locator("nx-credits .credits-number");
  while ((await number.innerText()) !== credits) await page.reload();
}
