/** Remix: the wish of a card goes into the composer of this page, if there is one to fill. */
on("click", "[data-remix]", (source, event) => {
  const form = one("form#composer:not([data-full])");
  if (!form || event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  const { remix, remixModel, remixRatio = "" } = source.dataset;
  const prompt = one("#prompt", form);
  prompt.value = remix;
  const model = all("input[name=model]:not(:disabled)", form).find((it) => it.value === remixModel);
  if (model) model.checked = true;
  offerRatios(form, remixRatio);
  form.scrollIntoView({ block: "center", behavior: calm.matches ? "auto" : "smooth" });
  prompt.focus({ preventScroll: true });
  prompt.setSelectionRange(remix.length, remix.length);
});

/** Only the shapes of the chosen model can be chosen. @param {HTMLFormElement} form */
function offerRatios(form, wanted) {
  const select = one("select[name=aspect_ratio]", form);
  const taken = one("input[name=model]:checked", form)?.dataset.ratios?.split(" ");
  if (!select || !taken) return;
  for (const option of select.options) {
    option.hidden = option.disabled = option.value !== "" && !taken.includes(option.value);
  }
  if (wanted !== undefined) select.value = wanted;
  if (select.selectedOptions[0]?.disabled !== false) select.value = "";
}

on("change", "#composer:not([data-full]) input[name=model]", (radio) => offerRatios(radio.form));
const quick = one("form#composer:not([data-full])");
if (quick) offerRatios(quick);

/** Pictures have a module of their own, loaded when somebody comes near a composer. */
for (const near of ["focusin", "pointerover", "dragenter"]) {
  on(near, "#composer", () => import("asset(slots.js)"));
}

/** The menu closes on a choice made with the pointer; arrow keys leave it open. */
on("click", ".picker-menu .option", (option, event) => {
  if (event.detail > 0) option.closest("[popover]").hidePopover();
});

/** Ctrl or Cmd with Enter sends; Enter on a model does not. */
document.addEventListener("keydown", (event) => {
  const form = event.target.closest?.("form[data-keys=submit]");
  if (!form || event.key !== "Enter") return;
  if (event.ctrlKey || event.metaKey) {
    event.preventDefault();
    const button = all("button.go:not(:disabled)", form).find((it) => it.checkVisibility());
    if (button) form.requestSubmit(button);
  } else if (event.target.matches("input")) {
    event.preventDefault();
  }
});

/**
 * A link away from a composer takes the prompt with it. The server reads 64 kB of address, and a
 * character takes 12 bytes at most: 5000 fit.
 */
on("click", "a[data-keep]", (link) => {
  const query = new URLSearchParams(link.search);
  query.set("prompt", one("#prompt").value.slice(0, 5000));
  link.search = query;
});

/** Filters work the moment they are changed. */
on("change", "form[data-live] :is(select, input[type=checkbox])", (field) => {
  field.form.requestSubmit();
});
