// The official Clerk backend client against the sandbox: node sdk_clerk.mjs http://127.0.0.1:PORT

import { createClerkClient, verifyToken } from "@clerk/backend";
import { verifyWebhook } from "@clerk/backend/webhooks";
import { createPublicKey } from "node:crypto";
import { createServer } from "node:http";

const BASE = process.argv[2].replace(/\/+$/, "");
const STUDIO = "http://127.0.0.1:9";
const publishableKey = "pk_test_Y2xlcmsubG9jYWxob3N0JA";
const secretKey = "sk_test_sandbox0000000000000000000000000000000000";
const apiUrl = BASE + "/clerk";
const telemetry = { disabled: true };
const clerk = createClerkClient({ secretKey, publishableKey, apiUrl, telemetry });

let passed = 0;
function check(name, condition) {
  if (!condition) {
    console.error(`sdk clerk: ${name} failed`);
    process.exit(1);
  }
  passed += 1;
}

async function reason(call) {
  try {
    await call;
    return "accepted";
  } catch (error) {
    return error.reason ?? error.errors?.[0]?.code ?? String(error);
  }
}

// A receiver of webhooks.
const letters = [];
const receiver = createServer((request, response) => {
  const parts = [];
  request.on("data", (part) => parts.push(part));
  request.on("end", () => {
    letters.push({ headers: request.headers, body: Buffer.concat(parts) });
    response.end();
  });
});
await new Promise((resolve) => receiver.listen(0, "127.0.0.1", resolve));
const hook = `http://127.0.0.1:${receiver.address().port}/hook`;
const post = (path, body) =>
  fetch(BASE + path, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(body),
  });
await post("/clerk/_webhook", { url: hook });

// Backend API.
const email = `ada-${Date.now()}@example.com`;
const user = await clerk.users.createUser({ emailAddress: [email], firstName: "Ada" });
check("a user is created", user.id.startsWith("user_"));
const shown = await clerk.users.getUser(user.id);
check("the primary address is known", shown.primaryEmailAddress.emailAddress === email);
check("it is verified", shown.primaryEmailAddress.verification.status === "verified");
const renamed = await clerk.users.updateUser(user.id, { lastName: "Lovelace" });
check("a user is renamed", renamed.fullName === "Ada Lovelace");
const session = await clerk.sessions.createSession({ userId: user.id });
check("a session is active", session.status === "active");
const { jwt } = await clerk.sessions.getToken(session.id);
const testing = await clerk.testingTokens.createTestingToken();
check("a testing token is given", testing.token.length > 10);
const jwks = await clerk.jwks.getJwks();
check("the keys are listed", jwks.keys.some((key) => key.kty === "RSA"));

// Tokens.
const options = { secretKey, apiUrl, apiVersion: "v1", skipJwksCache: true };
const claims = await verifyToken(jwt, options);
check("a token verifies by the key set", claims.sub === user.id && claims.sid === session.id);
async function forge(wish) {
  const answer = await post("/clerk/_token", { session: session.id, azp: STUDIO, ...wish });
  return (await answer.json()).jwt;
}
const strict = { ...options, authorizedParties: [STUDIO] };
const told = (wish, settings = strict) => forge(wish).then((token) => reason(verifyToken(token, settings)));
const now = Math.floor(Date.now() / 1000);
check("the right page is accepted", (await told({})) === "accepted");
check("another page is not", (await told({ azp: "http://evil.example" })) === "token-invalid-authorized-parties");
check("an old token is expired", (await told({ claims: { iat: now - 100, exp: now - 40 } })) === "token-expired");
check("an early one waits", (await told({ claims: { nbf: now + 60 } })) === "token-not-active-yet");
check("a foreign key is noticed", (await told({ foreign_key: true })) === "token-invalid-signature");
check("an unknown key id too", (await told({ header: { kid: "ins_other" } })) === "jwk-kid-mismatch");
check("another algorithm too", (await told({ header: { alg: "HS256" } })) === "token-invalid-algorithm");
const issuer = { ...strict, issuer: BASE + "/clerk" };
check("the issuer is ours", (await told({}, issuer)) === "accepted");
check("no other is", (await told({ claims: { iss: "https://x.example" } }, issuer)) !== "accepted");
const template = await clerk.sessions.getToken(session.id, "supabase");
async function bearer(token) {
  const request = new Request(STUDIO, { headers: { authorization: `Bearer ${token}` } });
  const state = await clerk.authenticateRequest(request, { authorizedParties: [STUDIO] });
  return state.toAuth()?.userId ? "signed-in" : "signed-out";
}
check("a session token lets an API caller in", (await bearer(await forge({}))) === "signed-in");
check("a template's token does not", (await bearer(template.jwt)) === "signed-out");
const machine = { header: { cat: "cl_B7d4PD333AAA" } };
check("nor does a machine's", (await told(machine)) === "token-invalid");
check("a pending session is no session", (await bearer(await forge({ claims: { sts: "pending" } }))) === "signed-out");
const rsa = jwks.keys.find((key) => key.kty === "RSA");
const jwtKey = createPublicKey({ key: rsa, format: "jwk" }).export({ type: "spki", format: "pem" });
check("a token verifies without network", (await verifyToken(jwt, { jwtKey })).sub === user.id);

// The handshake, judged by the official middleware.
const toSandbox = (url) => url.replace("https://clerk.localhost/", BASE + "/clerk/");
let jar = {};
let portalCookie = "";
const cookies = () => Object.entries(jar).map(([name, value]) => `${name}=${value}`).join("; ");
function keep(headers) {
  for (const line of headers.getSetCookie()) {
    const [pair] = line.split(";");
    const at = pair.indexOf("=");
    jar[pair.slice(0, at)] = pair.slice(at + 1);
  }
}
async function visit(url) {
  const headers = { cookie: cookies(), accept: "text/html", "sec-fetch-dest": "document" };
  const request = new Request(url, { headers });
  return clerk.authenticateRequest(request, { authorizedParties: [STUDIO] });
}
async function openStudio(start) {
  let url = start;
  for (let hop = 0; hop < 6; hop += 1) {
    const state = await visit(url);
    keep(state.headers);
    const location = state.headers.get("location");
    if (!location) return state;
    if (location.startsWith("https://clerk.localhost/")) {
      const answer = await fetch(toSandbox(location), { redirect: "manual", headers: { cookie: portalCookie } });
      portalCookie = (answer.headers.getSetCookie()[0] ?? portalCookie).split(";")[0];
      url = answer.headers.get("location");
    } else {
      url = location;
    }
  }
  return { status: "loop" };
}
const stranger = await openStudio(STUDIO + "/studio");
check("a stranger is signed out", stranger.status === "signed-out");
const form = new URLSearchParams({ email_address: email, redirect_url: STUDIO + "/studio" });
const signedIn = await fetch(BASE + "/clerk/sign-in", {
  method: "POST",
  body: form,
  redirect: "manual",
  headers: { cookie: portalCookie },
});
check("the portal leads back", signedIn.status === 303);
const member = await openStudio(signedIn.headers.get("location"));
check("the handshake signs in", member.status === "signed-in");
check("it is the same person", member.toAuth().userId === user.id);
const stay = await visit(STUDIO + "/studio");
check("the next page needs no handshake", stay.status === "signed-in");
await fetch(BASE + "/clerk/sign-out", { method: "POST", body: form, redirect: "manual", headers: { cookie: portalCookie } });
jar = Object.fromEntries(Object.entries(jar).filter(([name]) => !name.startsWith("__session")));
const left = await openStudio(STUDIO + "/studio");
check("signing out ends it", left.status === "signed-out");

// The end of a session and of a user.
const revoked = await clerk.sessions.revokeSession(session.id);
check("a session is revoked", revoked.status === "revoked");
check("it mints no more", (await reason(clerk.sessions.getToken(session.id))) === "resource_not_found");
await clerk.users.deleteUser(user.id);
check("a deleted user is gone", (await reason(clerk.users.getUser(user.id))) === "resource_not_found");
const stolen = createClerkClient({ secretKey: "sk_live_x", apiUrl, telemetry });
check("another key is refused", (await reason(stolen.users.getUser(user.id))) === "clerk_key_invalid");

// Webhooks.
const wanted = ["user.created", "user.updated", "session.created", "session.ended", "session.revoked", "user.deleted"];
const deadline = Date.now() + 20_000;
const types = () => letters.map((letter) => JSON.parse(letter.body).type);
while (!types().includes("user.deleted") && Date.now() < deadline) {
  await new Promise((resolve) => setTimeout(resolve, 20));
}
check("every change is told", wanted.every((type) => types().includes(type)));
const signingSecret = "whsec_bmV4b3JhIHNhbmRib3ggd2ViaG9va3Mgb25seQ==";
for (const letter of letters) {
  const request = new Request(hook, { method: "POST", headers: letter.headers, body: letter.body });
  const event = await verifyWebhook(request, { signingSecret });
  check("a webhook's signature holds", event.type.length > 0);
}
receiver.close();

console.log(`sdk clerk: ${passed} checks passed`);
