/** A card plays its clip under the pointer or the focus; on a touch screen, when it is central. */
class NxCard extends HTMLElement {
  #wait = 0;

  connectedCallback() {
    localise(this);
    if (calm.matches || !one("video[data-src]", this)) return;
    if (noHover.matches) return central.observe(this);
    // Crossing a card on the way elsewhere does not start it.
    this.addEventListener("pointerenter", () => {
      this.#wait = setTimeout(() => this.play(), 90);
    });
    this.addEventListener("pointerleave", () => this.stop());
    this.addEventListener("focusin", () => this.play());
    this.addEventListener("focusout", () => this.stop());
    if (this.matches(":hover, :focus-within")) this.play();
  }

  disconnectedCallback() {
    central.unobserve(this);
    near.delete(this);
    this.stop();
  }

  async play() {
    const video = one("video", this);
    if (!video) return;
    if (!video.src) video.src = video.dataset.src;
    try {
      await video.play();
      this.dataset.playing = "";
    } catch {
      // A browser may refuse to play; the still stays.
    }
  }

  stop() {
    clearTimeout(this.#wait);
    delete this.dataset.playing;
    one("video", this)?.pause();
  }
}

/** Cards in sight of a touch screen, and the one of them that plays. @type {Set<NxCard>} */
const near = new Set();
let playing = null;

const central = new IntersectionObserver((entries) => {
  for (const entry of entries) {
    if (entry.isIntersecting) near.add(entry.target);
    else near.delete(entry.target);
  }
  const distance = (card) => {
    const { top, bottom } = card.getBoundingClientRect();
    return Math.abs(top + bottom - innerHeight);
  };
  const best = [...near].sort((a, b) => distance(a) - distance(b))[0] ?? null;
  if (best === playing) return;
  playing?.stop();
  playing = best;
  playing?.play();
}, { threshold: [0.6, 0.9] });

customElements.define("nx-card", NxCard);

/** Time gone by, counted on once a second. */
class NxElapsed extends HTMLElement {
  #timer = 0;

  connectedCallback() {
    const since = Number(this.getAttribute("since"));
    const draw = () => {
      const seconds = Math.max(0, Math.floor((Date.now() - since) / 1000));
      const words = Math.floor(seconds / 60) + ":" + String(seconds % 60).padStart(2, "0");
      one("time", this).textContent = words;
    };
    this.#timer = setInterval(draw, 1000);
  }

  disconnectedCallback() {
    clearInterval(this.#timer);
  }
}
customElements.define("nx-elapsed", NxElapsed);
