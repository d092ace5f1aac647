/** From a card to its page and back, the picture itself travels (cross-document transitions). */
const HERO = "hero";

/** The picture of this page that leads to `address`. @param {string | undefined} address */
function pictureFor(address) {
  if (!address) return null;
  const { pathname } = new URL(address);
  return all(".card-media[href]").find((link) => link.getAttribute("href") === pathname) ?? null;
}

addEventListener("pageswap", (event) => {
  if (!event.viewTransition) return;
  const picture = one(".stage") ?? pictureFor(event.activation?.entry?.url);
  if (picture) picture.style.viewTransitionName = HERO;
});

addEventListener("pagereveal", (event) => {
  if (!event.viewTransition) return;
  const picture = one(".stage") ?? pictureFor(navigation?.activation?.from?.url);
  if (!picture) return;
  picture.style.viewTransitionName = HERO;
  event.viewTransition.finished.finally(() => {
    picture.style.viewTransitionName = "";
  });
});
