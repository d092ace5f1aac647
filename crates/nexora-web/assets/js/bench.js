/** The full composer's own part, loaded by its page alone. */
import { on, one } from "asset(app.js)";

/** The full composer shows another model's settings without losing a word that was written. */
on("change", "#composer[data-full] input[name=model]", async (radio) => {
  const kept = { prompt: "", negative_prompt: "" };
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(radio.form)) {
    if (name in kept) kept[name] = value;
    else if (name !== "key" && typeof value === "string" && value) query.append(name, value);
  }
  const address = "/generate?" + query;
  await htmx.ajax("GET", address, {
    source: document.body,
    target: "#composer",
    select: "#composer",
    swap: "outerHTML",
  });
  history.replaceState(history.state, "", address);
  for (const [name, value] of Object.entries(kept)) {
    const field = one(`#composer [name=${name}]`);
    if (field) field.value = value;
  }
  one("#composer .models-face")?.focus();
});

/** Another model for less: ticked as if by hand, so that everything that is written stays. */
on("click", "#quote button[name=instead]", (button, event) => {
  event.preventDefault();
  one(`#composer input[name=model][value="${button.value}"]`)?.click();
});
