/**
 * From a card to its page and back, the picture itself travels (cross-document transitions).
 * @param {string | undefined} address of the other page
 */
function carry({ viewTransition }, address) {
  const path = address && new URL(address).pathname;
  const picture = viewTransition && (one(".stage") ?? one(`.card-media[href="${path}"]`));
  if (!picture) return;
  picture.style.viewTransitionName = "hero";
  viewTransition.finished.finally(() => {
    picture.style.viewTransitionName = "";
  });
}

addEventListener("pageswap", (event) => carry(event, event.activation?.entry?.url));
addEventListener("pagereveal", (event) => carry(event, navigation.activation?.from?.url));

export { on, one };
