/** Results side by side: every clip of the page from its beginning, together. */
import { on, one } from "asset(app.js)";

const clips = () => [...document.querySelectorAll(".versus .card[data-state=ready] video")];

/** Shown as soon as there are two clips to play. */
function offer() {
  one("[data-play-all]")?.classList.toggle("is-waiting", clips().length < 2);
}

on("click", "[data-play-all]", () => {
  for (const clip of clips()) {
    if (clip.dataset.src && !clip.src) clip.src = clip.dataset.src;
    clip.closest(".card").dataset.playing = "";
    clip.currentTime = 0;
    clip.play().catch(() => {});
  }
});

const versus = one(".versus");
if (versus) new MutationObserver(offer).observe(versus, { childList: true, subtree: true });
offer();
