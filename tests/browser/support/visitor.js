/** Somebody in front of a browser, and the rules every page has to keep under their eyes. */

import assert from "node:assert/strict";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";

import { chromium } from "playwright-core";

/** What keeps Debian's Chromium from calling home; names other than this machine's do not resolve. */
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
  "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
];
/** Where pictures of pages go, for people to look at. */
export const SCREENS = path.resolve(import.meta.dirname, "../../../target/screens");
/** Long enough for a clip to be rendered on a busy machine; nothing waits this long in vain. */
const PATIENCE_MS = 60_000;

/**
 * What Chromium itself says, with no script of a page involved, when it draws the next page without
 * the transition that its style sheet asks for.
 */
const CHROMIUM = /AbortError: Transition was skipped/;

export const WIDE = { width: 1440, height: 900 };
export const NARROW = { width: 390, height: 844 };

/** @returns {Promise<import("playwright-core").Browser>} */
export const openBrowser = () => chromium.launch({ executablePath: "/usr/bin/chromium", args: FLAGS });

/**
 * Walks through the studio as one visitor with a fresh browser profile, and fails if any page on the
 * way complained, broke its content security policy, or asked another origin for anything.
 *
 * @param {{browser: import("playwright-core").Browser, studio: {url: string}}} place
 * @param {object} options of the browser profile; `expected`: complaints that belong to the walk;
 *   `beyond`: whether the walk leads over pages that the sandbox plays
 * @param {(page: import("playwright-core").Page, visitor: Visitor) => Promise<void>} walk
 */
export async function visit({ browser, studio }, options, walk) {
  const { expected = [], beyond = false, ...profile } = options;
  const context = await browser.newContext({ baseURL: studio.url, viewport: WIDE, ...profile });
  try {
    const sites = beyond ? [studio.url, studio.sandbox] : [studio.url];
    const visitor = new Visitor(context, sites, expected);
    await walk(await visitor.newPage(), visitor);
    visitor.assertContent();
  } catch (error) {
    await keepSights(context, studio);
    throw error;
  } finally {
    await context.close();
  }
}

function uncaught(error) {
  const { name, message, stack } = error.error();
  return `uncaught at ${error.page()?.url()}: ${name}: ${message}\n${stack}`;
}

/** What the pages looked like when something failed, and what the studio had said. */
async function keepSights(context, studio) {
  const name = path.join(SCREENS, `failed-${Date.now()}`);
  await mkdir(SCREENS, { recursive: true });
  for (const [n, page] of context.pages().entries()) {
    await page.screenshot({ path: `${name}-${n}.png` });
  }
  const runs = await context.request.get("/api/generations");
  await writeFile(`${name}.txt`, `${await runs.text()}\n\n${studio.said}\n`);
}

class Visitor {
  #sites;
  #expected;
  /** @type {string[]} */
  complaints = [];
  /** @type {import("playwright-core").BrowserContext} */
  context;

  constructor(context, sites, expected) {
    this.context = context;
    this.#sites = sites;
    this.#expected = [...expected, CHROMIUM];
    context.setDefaultTimeout(PATIENCE_MS);
    context.on("request", (request) => this.#judge(request));
    context.on("console", (message) => {
      if (!["error", "warning"].includes(message.type())) return;
      this.#complain(`${message.type()} at ${message.location().url}: ${message.text()}`);
    });
    context.on("weberror", (error) => this.#complain(uncaught(error)));
  }

  newPage() {
    return this.context.newPage();
  }

  /** From here on, a complaint like this belongs to the walk. @param {RegExp} complaint */
  expect(complaint) {
    this.#expected.push(complaint);
  }

  /** Fails if anything was complained about. */
  assertContent() {
    assert.deepEqual(this.complaints, [], "the browser had complaints");
  }

  #judge(request) {
    const url = new URL(request.url());
    const inline = ["data:", "blob:", "about:"].includes(url.protocol);
    if (!inline && !this.#sites.includes(url.origin)) {
      this.complaints.push(`a request left the studio: ${url.origin}`);
    }
  }

  #complain(words) {
    if (!this.#expected.some((pattern) => pattern.test(words))) this.complaints.push(words);
  }
}
