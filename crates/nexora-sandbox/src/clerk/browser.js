/**
 * Stands in for ClerkJS on the product's own pages: what it mounts leads to the played portal.
 * Like the real one it wants its key, its components, and to be loaded before it mounts anything.
 */
(() => {
  const script = document.currentScript;
  const portal = new URL("../../../../", script.src);
  if (!script.dataset.clerkPublishableKey) throw new Error("Missing publishable key");
  let loaded = false;

  const mount = (page, words) => (node, { forceRedirectUrl = "/" } = {}) => {
    if (!loaded) throw new Error("Clerk was not loaded with components");
    const address = new URL(page, portal);
    address.searchParams.set("redirect_url", new URL(forceRedirectUrl, location.href));
    const link = document.createElement("a");
    link.className = "sandbox-clerk";
    link.href = address;
    link.textContent = words;
    // As the real components do: a style sheet of their own, written into the page.
    const style = document.createElement("style");
    style.textContent =
      ".sandbox-clerk{display:block;padding:14px;border:1px solid #444;border-radius:10px;" +
      "color:#fff;text-align:center;text-decoration:none}";
    node.replaceChildren(style, link);
  };

  window.Clerk = {
    async load({ ui } = {}) {
      loaded = ui?.ClerkUI === window.__internal_ClerkUICtor && Boolean(ui?.ClerkUI);
    },
    mountSignIn: mount("sign-in", "Sign in with the played Clerk"),
    mountSignUp: mount("sign-up", "Sign up with the played Clerk"),
  };
})();
