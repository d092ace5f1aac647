// The official Lemon Squeezy client against the sandbox: node sdk_lemon.mjs http://127.0.0.1:PORT
// The client's address is fixed; a wrapper around fetch sends its calls here.

import * as lemon from "@lemonsqueezy/lemonsqueezy.js";

const BASE = process.argv[2].replace(/\/+$/, "");
const OFFICIAL = "https://api.lemonsqueezy.com/";
const realFetch = globalThis.fetch;
globalThis.fetch = (url, init) => realFetch(String(url).replace(OFFICIAL, BASE + "/lemon/"), init);

let passed = 0;
function check(name, condition) {
  if (!condition) {
    console.error(`sdk lemon: ${name} failed`);
    process.exit(1);
  }
  passed += 1;
}

async function answered(call) {
  const { statusCode, data, error } = await call;
  if (error) {
    console.error("sdk lemon:", statusCode, error, JSON.stringify(error.cause));
    process.exit(1);
  }
  return data;
}

async function pay(url, card) {
  const body = new URLSearchParams({ card, email: "ada@example.com", name: "Ada" });
  return realFetch(url, { method: "POST", body, redirect: "manual" });
}

lemon.lemonSqueezySetup({ apiKey: "sandbox-lemon-key" });
const me = await answered(lemon.getAuthenticatedUser());
check("the key belongs to test mode", me.meta.test_mode === true);
check("the store is there", (await answered(lemon.getStore(1))).data.id === "1");

// Checkout.
const checkout = await answered(
  lemon.createCheckout(1, 101, {
    productOptions: { enabledVariants: [101], redirectUrl: "http://127.0.0.1:9/account" },
    checkoutOptions: { embed: false, skipTrial: true },
    checkoutData: { email: "ada@example.com", custom: { checkoutRef: "ref_1" } },
    preview: true,
    testMode: true,
    expiresAt: "2999-01-01T00:00:00.000Z",
  }),
);
check("a checkout has a URL", checkout.data.attributes.url.includes("/checkout/custom/"));
check("its price is shown", checkout.data.attributes.preview.total === 2900);
const again = await answered(lemon.getCheckout(checkout.data.id));
check("it can be read again", again.data.attributes.variant_id === 101);
const wrong = await lemon.createCheckout(1, 101, { checkoutData: { email: "nobody" } });
check("a wrong address is refused", wrong.statusCode === 422);
check("the field is named", wrong.error.cause[0].source.pointer.endsWith("/email"));

// Purchase.
check("a failing card is declined", (await pay(checkout.data.attributes.url, "declined")).status === 422);
const paid = await pay(checkout.data.attributes.url, "good");
check("paying leads back", paid.headers.get("location") === "http://127.0.0.1:9/account");
const page = await answered(
  lemon.listSubscriptions({ filter: { storeId: 1, userEmail: "ada@example.com" }, page: { size: 5 } }),
);
check("the subscription is listed", page.meta.page.total === 1);
const id = page.data[0].id;
const subscription = await answered(lemon.getSubscription(id));
check("it is active", subscription.data.attributes.status === "active");
check("its ids are numbers", Number.isInteger(subscription.data.attributes.customer_id));
const customer = await answered(lemon.getCustomer(subscription.data.attributes.customer_id));
check("the portal can be opened", (await realFetch(customer.data.attributes.urls.customer_portal)).ok);
const order = await answered(lemon.getOrder(subscription.data.attributes.order_id));
check("the order is paid", order.data.attributes.status === "paid");

// Changes.
const upgraded = await answered(lemon.updateSubscription(id, { variantId: 102, invoiceImmediately: true }));
check("the plan changes at once", upgraded.data.attributes.variant_id === 102);
const paused = await answered(lemon.updateSubscription(id, { pause: { mode: "free", resumesAt: null } }));
check("it can be paused", paused.data.attributes.pause.mode === "free");
const unpaused = await answered(lemon.updateSubscription(id, { pause: null }));
check("and go on", unpaused.data.attributes.status === "active");
const cancelled = await answered(lemon.cancelSubscription(id));
check("it can be cancelled", cancelled.data.attributes.ends_at !== null);
const resumed = await answered(lemon.updateSubscription(id, { cancelled: false }));
check("and resumed", resumed.data.attributes.status === "active");

// Invoices.
const invoices = await answered(lemon.listSubscriptionInvoices({ filter: { subscriptionId: id } }));
check("both invoices are listed", invoices.data.length === 2);
const initial = invoices.data.find((one) => one.attributes.billing_reason === "initial");
const refunded = await answered(lemon.issueSubscriptionInvoiceRefund(initial.id, 900));
check("a part is given back", refunded.data.attributes.status === "partial_refund");
const rest = await answered(lemon.issueOrderRefund(order.data.id, 2000));
check("then the rest, by the order", rest.data.attributes.refunded === true);
const link = await answered(lemon.generateSubscriptionInvoice(initial.id));
check("an invoice can be downloaded", (await realFetch(link.meta.urls.download_invoice)).ok);

// The rest.
const variants = await answered(lemon.listVariants());
check("variants are listed", variants.data.length === 4);
const missing = await lemon.getSubscription("1");
check("an unknown subscription is not found", missing.statusCode === 404);
lemon.lemonSqueezySetup({ apiKey: "" });

console.log(`sdk lemon: ${passed} checks passed`);
