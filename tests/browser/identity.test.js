/** Clerk says who somebody is: the sandbox plays it. */

import assert from "node:assert/strict";
import path from "node:path";
import { test } from "node:test";

import { assertAccessible, assertFits, settle } from "./support/judge.js";
import { pass, pay } from "./support/merchant.js";
import { INSTANT, openPlace } from "./support/place.js";
import { assertStillTicked, balanceIs, cardIs, chooseModel, order, tick } from "./support/steps.js";
import { NARROW, SCREENS, WIDE, visit } from "./support/visitor.js";

const place = openPlace({ ...INSTANT, NEXORA_IDENTITY: "clerk-sandbox" });
/** What a page's live line says when its session has ended. */
const SIGNED_OUT = /status (of )?401/;
/** Clerk's cookies: each has a plain name and one with the suffix of the instance. */
const SUFFIX = "_uosMEFaG";
const SEEDANCE = "Seedance 2.0 Cinematic";
let members = 0;

for (const javaScriptEnabled of [true, false]) {
  const how = javaScriptEnabled ? "with scripts" : "without scripts";

  test(`${how}, a newcomer comes in through Clerk, works, and leaves`, async () => {
    const browser = { javaScriptEnabled, reducedMotion: "reduce" };
    await visit(place, { ...browser, beyond: true, expected: [SIGNED_OUT] }, async (page) => {
      await page.goto("/history?kind=video");
      await page.waitForURL("**/sign-in?return_to=*");
      await look(page, `clerk-sign-in-${how}`);
      await page.getByRole("link", { name: /^Start with 15/ }).click();
      await page.waitForURL("**/sign-up?return_to=*");
      await look(page, `clerk-sign-up-${how}`);
      await through(page, javaScriptEnabled, "up");
      const email = await createAccount(page);
      await page.waitForURL("**/history?kind=video");

      await page.goto("/studio");
      await balanceIs(page, 15);
      const words = "a lighthouse in the fog";
      if (javaScriptEnabled) await order(page, { words });
      else await orderPlainly(page, words);
      await cardIs(page, words, "ready");

      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByText("You are signed out.").waitFor();
      await page.goto("/studio");
      await page.waitForURL("**/sign-in?return_to=*");
      await through(page, javaScriptEnabled, "in");
      await page.getByLabel("E-mail address").fill(email);
      await page.getByRole("button", { name: "Continue" }).click();
      await page.waitForURL("**/studio");
      await cardIs(page, words, "ready");
    });
  });

  test(`${how}, what one of Clerk's people buys opens, and ends by the calendar`, async () => {
    const gate = (page) => page.locator(".gate:visible");
    await visit(place, { javaScriptEnabled, beyond: true }, async (page) => {
      await join(page, javaScriptEnabled);
      await chooseModel(page, SEEDANCE);
      await gate(page).getByRole("button", { name: "Get Pro · $59/month" }).click();
      await pay(page);
      if (javaScriptEnabled) await tick(page);
      await creditsBecome(page, javaScriptEnabled, 1015);
      await chooseModel(page, SEEDANCE);
      await order(page, { words: "a paper city in the rain" });
      await cardIs(page, "a paper city in the rain", "ready");
      if (javaScriptEnabled) await assertStillTicked(page);
      await balanceIs(page, 965);

      await page.goto("/profile");
      await page.locator("#credits").getByRole("button", { name: "Get 100 credits" }).click();
      await pay(page);
      await creditsBecome(page, javaScriptEnabled, 1065);
      await page.goto("/profile/cancel");
      await page.getByRole("button", { name: "Cancel the subscription" }).click();
      await page.locator("#plan").getByText("does not renew").waitFor();
      await pass(page, place, "month");
      await page.goto("/studio");
      // The starter credits and the bought ones stay.
      await creditsBecome(page, javaScriptEnabled, 115);
      await chooseModel(page, SEEDANCE);
      await gate(page).getByText("part of the Pro plan").waitFor();
    });
  });
}

test("where Clerk's scripts do not come, the link leads to its page", async () => {
  await visit(place, { beyond: true, expected: [/ERR_FAILED/] }, async (page) => {
    await page.route("**/npm/**", (route) => route.abort());
    await page.goto("/sign-up");
    const link = page.getByRole("link", { name: "Continue to sign up" });
    await link.waitFor();
    await link.click();
    await createAccount(page);
    await page.waitForURL("**/studio");
    await balanceIs(page, 15);
  });
});

test("what Clerk keeps is changed at Clerk's and arrives by itself", async () => {
  await visit(place, { beyond: true }, async (page) => {
    await join(page);
    await page.goto("/profile");
    assert.equal(await page.getByLabel("New password").count(), 0, "passwords are Clerk's");
    await look(page, "clerk-profile");
    await page.getByRole("link", { name: /Change them at Clerk/ }).click();
    await page.getByLabel("First name").fill("Adelaide");
    await page.getByRole("button", { name: "Save" }).click();
    await page.getByLabel("First name").waitFor();
    const renamed = page.getByRole("heading", { level: 1, name: /Adelaide/ });
    do await page.goto("/profile");
    while (!(await renamed.isVisible()));
  });
});

test("a form that is sent too late leads over Clerk and back", async () => {
  await visit(place, { beyond: true, javaScriptEnabled: false }, async (page, visitor) => {
    await join(page, false);
    // Our session is over, and the token's minute, too: only Clerk knows who it is.
    await bring(visitor, await token(visitor, { iat: 1e9, nbf: 1e9, exp: 1e9 + 60 }));
    await visitor.context.clearCookies({ name: "nexora" });
    await page.getByLabel("Describe what you want to see").fill("a lost wish");
    await page.getByRole("button", { name: /^Generate/ }).click();
    await page.waitForURL("**/studio");
    await balanceIs(page, 15);
  });
});

test("what ends at Clerk's ends in every tab", async () => {
  await visit(place, { beyond: true, expected: [SIGNED_OUT] }, async (page, visitor) => {
    await join(page);
    const { sid } = claims(await cookie(visitor, "__session"));
    const ended = await fetch(`${place.studio.sandbox}/clerk/v1/sessions/${sid}/revoke`, {
      method: "POST",
      headers: { authorization: "Bearer sk_test_sandbox" },
    });
    assert.equal(ended.status, 200);
    // The page is led to the door by itself.
    await page.waitForURL("**/sign-in?return_to=*");
  });
});

test("whoever acts for somebody reads so on every page, and can stop", async () => {
  await visit(place, { beyond: true, expected: [SIGNED_OUT] }, async (page, visitor) => {
    await join(page);
    const act = { sub: "user_support", iss: "https://clerk.example" };
    await bring(visitor, await token(visitor, { act }));
    for (const at of ["/studio", "/profile", "/"]) {
      await page.goto(at);
      await page.getByText("You act in the name of Ada Lindqvist").waitFor();
      await look(page, `clerk-acting${at.replaceAll("/", "-")}`);
    }
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("You are signed out.").waitFor();
    assert.equal(await page.getByText("You act in the name of").count(), 0);
  });
});

/** Becomes a member by way of Clerk's own page. */
async function join(page, hasScripts = true) {
  await page.goto("/sign-up");
  await through(page, hasScripts, "up");
  await createAccount(page);
  await page.waitForURL("**/studio");
}

/** From our door to Clerk's page: by what its script mounted, or by the link. */
async function through(page, hasScripts, which) {
  const link = hasScripts ? `Sign ${which} with the played Clerk` : `Continue to sign ${which}`;
  await page.getByRole("link", { name: link }).click();
  const title = which === "up" ? "Sign up" : "Sign in";
  await page.getByRole("heading", { name: title }).waitFor();
}

async function createAccount(page) {
  members += 1;
  const email = `clerk${members}@example.com`;
  await page.getByLabel("First name").fill("Ada");
  await page.getByLabel("Last name").fill("Lindqvist");
  await page.getByLabel("E-mail address").fill(email);
  await page.getByRole("button", { name: "Create account" }).click();
  return email;
}

async function orderPlainly(page, words) {
  await page.getByLabel("Describe what you want to see").fill(words);
  await page.getByRole("button", { name: /^Generate/ }).click();
  await page.waitForURL("**/studio");
}

/** Waits until the balance reads so; without scripts by loading the page again. */
async function creditsBecome(page, hasScripts, credits) {
  const number = page.locator("nx-credits .credits-number");
  while (!hasScripts && (await number.innerText()) !== `${credits}`) await page.reload();
  await balanceIs(page, credits);
}

async function cookie({ context }, name) {
  const cookies = await context.cookies(place.studio.url);
  return cookies.find((it) => it.name === name).value;
}

/** What a token claims. */
const claims = (jwt) => JSON.parse(Buffer.from(jwt.split(".")[1], "base64url").toString());

/** A token of the visitor's session at Clerk's, with other claims. */
async function token(visitor, changed) {
  const { sid } = claims(await cookie(visitor, "__session"));
  const answer = await fetch(`${place.studio.sandbox}/clerk/_token`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ session: sid, azp: place.studio.url, claims: changed }),
  });
  return (await answer.json()).jwt;
}

/** From here on the browser brings this token. */
async function bring({ context }, value) {
  const names = ["__session", `__session${SUFFIX}`];
  await context.addCookies(names.map((name) => ({ name, value, url: place.studio.url })));
}

/** Takes a picture of a page, wide and narrow, and judges it. */
async function look(page, name) {
  for (const [size, viewport] of [["wide", WIDE], ["narrow", NARROW]]) {
    await page.setViewportSize(viewport);
    if (await scripted(page)) {
      await settle(page);
      await assertFits(page);
      await assertAccessible(page);
    }
    await page.screenshot({ path: path.join(SCREENS, `${name.replaceAll(" ", "-")}-${size}.png`) });
  }
  await page.setViewportSize(WIDE);
}

/** Whether the page's own scripts run: without them, neither do the judges. */
const scripted = (page) => page.locator("nx-toasts:defined").count().then(Boolean);
