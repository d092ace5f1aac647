/**
 * Mounts Clerk's own form on the sign-in and sign-up pages, in place of the link to its page. Clerk's
 * two scripts stand before this one; if they did not come, the link simply stays.
 */
const place = document.querySelector("#clerk");
const link = document.querySelector("#portal");

/** The studio's colours. */
const appearance = {
  variables: {
    colorPrimary: "#06b6d4",
    colorBackground: "#0d0d10",
    colorForeground: "#ffffff",
    colorMutedForeground: "#a1a1aa",
    colorInput: "#18181b",
    colorInputForeground: "#ffffff",
    borderRadius: "10px",
  },
};

async function mount({ mount, home, signIn, signUp }) {
  const { Clerk, __internal_ClerkUICtor: ClerkUI } = window;
  if (!Clerk || !ClerkUI) return;
  const doors = { signInUrl: signIn, signUpUrl: signUp };
  await Clerk.load({ ui: { ClerkUI }, telemetry: false, appearance, ...doors });
  const leads = { forceRedirectUrl: home, ...doors };
  place.hidden = false;
  if (mount === "sign-up") {
    Clerk.mountSignUp(place, { ...leads, signInForceRedirectUrl: home });
  } else {
    Clerk.mountSignIn(place, { ...leads, signUpForceRedirectUrl: home });
  }
  link.hidden = true;
}

mount(place.dataset).catch(() => {
  place.hidden = true;
  link.hidden = false;
});
