/** The film of a board: its takes on one screen, one after the other, the next one loaded ahead. */
import { on, one } from "asset(app.js)";

const film = one("#film");
const takes = film ? [...document.querySelectorAll("#reel [data-clip]")] : [];
const screens = film ? [...film.querySelectorAll("video")] : [];
const parts = film ? [...film.querySelectorAll(".film-part")] : [];

/** Which take is on, and on which of the two screens. */
let place = 0;
let front = 0;

const now = () => screens[front];
const caption = () => `${place + 1} · ${takes[place].dataset.words}`;

/** Puts a take on a screen that does not show it yet. @param {HTMLVideoElement} screen @param {number} n */
function load(screen, n) {
  const take = takes[n];
  if (!take || screen.dataset.clip === take.dataset.clip) return;
  screen.dataset.clip = take.dataset.clip;
  screen.src = take.dataset.clip;
  screen.poster = one("video", take).poster;
}

/** Shows the take at `place`; the other screen gets the one after it. */
function show() {
  const [ahead] = screens.filter((screen) => screen.dataset.clip === takes[place].dataset.clip);
  front = ahead ? screens.indexOf(ahead) : front;
  load(now(), place);
  now().currentTime = 0;
  for (const screen of screens) screen.toggleAttribute("data-on", screen === now());
  const other = screens[1 - front];
  other.pause();
  load(other, place + 1);
  one(".film-caption", film).textContent = caption();
  parts.forEach((part, n) => part.style.setProperty("--done", n < place ? 1 : 0));
}

async function play() {
  try {
    await now().play();
  } catch {
    // A browser may refuse to play; the button stays.
  }
}

/** @param {number} n */
function go(n) {
  place = Math.max(0, Math.min(n, takes.length - 1));
  show();
  return play();
}

/** The button says what it would do. */
function mark() {
  const plays = !now().paused && !now().ended;
  film.toggleAttribute("data-plays", plays);
  one(".film-play", film).ariaLabel = plays ? "Pause" : "Play";
}

for (const screen of screens) {
  screen.addEventListener("play", mark);
  screen.addEventListener("pause", mark);
  screen.addEventListener("timeupdate", () => {
    if (screen !== now()) return;
    parts[place].style.setProperty("--done", screen.currentTime / (screen.duration || 1));
  });
  screen.addEventListener("ended", () => {
    if (screen !== now()) return;
    if (place + 1 < takes.length) return go(place + 1);
    film.dataset.seen = "";
    place = 0;
    show();
    mark();
  });
}

on("click", ".film-play", () => (now().paused ? play() : now().pause()));
on("click", ".film-part", (part) => go(parts.indexOf(part)));

if (takes.length) show();
