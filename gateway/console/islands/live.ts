// A page that is still being worked on looks again until it is not, and says when it changed.

import { the } from "./shared/dom";
import { localTimes } from "./shared/words";

const EVERY_MS = 1200;
const SLOWEST_MS = 10_000;

async function look(wait: number): Promise<void> {
  await new Promise((later) => setTimeout(later, wait));
  const live = the<HTMLElement>("#live");
  let next = wait;
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (answer.redirected || !answer.ok) return location.reload();
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    const fresh = the<HTMLElement>("#live", page);
    const status = the<HTMLElement>("#live-status");
    const told = the<HTMLElement>("#live-status", page).textContent;
    if (status.textContent !== told) status.textContent = told;
    const finished = fresh.dataset["working"] === undefined;
    if (finished || fresh.querySelectorAll(".busy").length !== live.querySelectorAll(".busy").length) {
      live.replaceChildren(...fresh.childNodes);
      localTimes(live);
    }
    if (finished) {
      delete live.dataset["working"];
      return;
    }
    next = EVERY_MS;
  } catch {
    // Offline for a moment: look again, ever less often.
    next = Math.min(wait * 2, SLOWEST_MS);
  }
  await look(next);
}

/** Show anew what an answered form may have changed, and leave the rest of the page alone. */
async function again(): Promise<void> {
  const shown = document.querySelector<HTMLElement>("#travels");
  if (!shown) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.querySelector<HTMLElement>("#travels");
  if (!fresh) return;
  shown.replaceChildren(...fresh.childNodes);
  localTimes(shown);
}

document.addEventListener("answered", () => void again());
if (the<HTMLElement>("#live").dataset["working"] !== undefined) void look(EVERY_MS);
