/** Who is signed in, where, and for how long. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { INSTANT, openPlace } from "./support/place.js";
import { PASSWORD, signUp } from "./support/steps.js";
import { visit } from "./support/visitor.js";

const place = openPlace(INSTANT);
const OTHER_PASSWORD = "a loud harbour at noon";
/** What a page's live line says when its session has ended. */
const SIGNED_OUT = /status (of )?401/;

test("whoever signs out is out, and comes back to where they wanted to be", async () => {
  await visit(place, { expected: [SIGNED_OUT] }, async (page) => {
    const { email } = await signUp(page);
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByText("You are signed out.").waitFor();

    await page.goto("/history?kind=video");
    await page.waitForURL("**/sign-in?return_to=*");
    await signIn(page, email, "not the password at all");
    const alert = await page.getByRole("alert").innerText();
    assert.match(alert, /e-mail.*password/i);
    assert.equal(await page.getByLabel("E-mail").inputValue(), email, "the address is kept");
    assert.equal(await page.getByLabel("Password").inputValue(), "", "the password is not");

    await signIn(page, email, PASSWORD);
    await page.waitForURL("**/history?kind=video");
  });
});

test("somebody who is inside already is not asked again", async () => {
  await visit(place, {}, async (page) => {
    await signUp(page);
    await page.goto("/sign-in?return_to=%2Fprofile");
    await page.waitForURL("**/profile");
    await page.goto("/sign-in?return_to=https%3A%2F%2Fevil.example%2F");
    await page.waitForURL("**/studio");
  });
});

test("a new password ends every other session", async () => {
  await withTwoBrowsers(async (page, other, email) => {
    await page.goto("/profile");
    await page.getByLabel("Present password").fill("not the password at all");
    await page.getByLabel("New password").fill(OTHER_PASSWORD);
    await page.getByRole("button", { name: "Change password" }).click();
    await page.locator("#current-error").waitFor();

    await page.getByLabel("Present password").fill(PASSWORD);
    await page.getByLabel("New password").fill(OTHER_PASSWORD);
    await page.getByRole("button", { name: "Change password" }).click();
    await page.getByText("Your password was changed. All other browsers were signed out.").waitFor();

    // The other browser's page is led to the door by itself.
    await other.waitForURL("**/sign-in?return_to=*");
    await signIn(other, email, PASSWORD);
    await other.getByRole("alert").waitFor();
    await signIn(other, email, OTHER_PASSWORD);
    await other.waitForURL("**/studio");
  });
});

test("a session can be ended from another browser", async () => {
  await withTwoBrowsers(async (page, other) => {
    await page.goto("/profile");
    const sessions = page.locator(".sessions li");
    assert.equal(await sessions.count(), 2);
    await sessions.getByRole("button", { name: /^Sign out/ }).click();
    await page.getByText("That browser was signed out.").waitFor();
    assert.equal(await sessions.count(), 1);
    await other.waitForURL("**/sign-in?return_to=*");
  });
});

test("a lost cookie leads to the door and back", async () => {
  await visit(place, { expected: [SIGNED_OUT] }, async (page, visitor) => {
    // A live line that finds the cookie gone would lead to the door as well, and back to the studio.
    const heard = page.waitForResponse(/\/live\?/);
    const { email } = await signUp(page);
    await heard;
    await visitor.context.clearCookies();
    await page.goto("/profile");
    await page.waitForURL("**/sign-in?return_to=*");
    const listening = page.waitForResponse(/\/live\?/);
    await signIn(page, email, PASSWORD);
    await page.waitForURL("**/profile");
    await listening;

    // A form that was open meanwhile is not sent into nothing.
    await visitor.context.clearCookies();
    await page.getByRole("button", { name: "Save" }).click();
    await page.waitForURL("**/sign-in?return_to=*");
    await signIn(page, email, PASSWORD);
    await page.waitForURL("**/profile");
  });
});

/** The same member in two browsers. */
async function withTwoBrowsers(walk) {
  await visit(place, { expected: [SIGNED_OUT, /status of 422/] }, async (page) => {
    const { email } = await signUp(page);
    await visit(place, { expected: [SIGNED_OUT] }, async (other) => {
      await other.goto("/sign-in");
      await signIn(other, email, PASSWORD);
      await other.waitForURL("**/studio");
      await walk(page, other, email);
    });
  });
}

async function signIn(page, email, password) {
  await page.getByLabel("E-mail").fill(email);
  await page.getByLabel("Password").fill(password);
  await page.getByRole("button", { name: "Sign in" }).click();
}
