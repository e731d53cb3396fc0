// Pictures before and after: zoomed and moved together, one wiped over the other; drawn while one waits.
// Everything is delegated to the document, since the page is renewed round these elements.

import { all, the } from "./shared/dom";

const LOOK_MS = 1500;
const SLOWEST_MS = 15_000;
const STEPS = [1, 1.5, 2, 3, 4, 6, 8];

interface Drawing {
  drawing: string;
  waiting: boolean;
}

function section(within: EventTarget | null): HTMLElement | null {
  return within instanceof Element ? within.closest<HTMLElement>("[data-pictures]") : null;
}

/** Show the pictures of one drawing at a zoom, keeping what is in the middle there. */
function zoom(box: HTMLElement, step: number): void {
  const at = Math.max(0, Math.min(STEPS.length - 1, step));
  const by = STEPS[at] ?? 1;
  box.dataset["step"] = String(at);
  the<HTMLElement>("[data-zoomed]", box).textContent = `${Math.round(by * 100)} %`;
  for (const pane of all<HTMLElement>("div.pane", box)) {
    const middle = (pane.scrollLeft + pane.clientWidth / 2) / pane.scrollWidth;
    const height = (pane.scrollTop + pane.clientHeight / 2) / pane.scrollHeight;
    the<HTMLElement>("img", pane).style.width = `${by * 100}%`;
    pane.classList.toggle("near", by > 1);
    pane.scrollLeft = middle * pane.scrollWidth - pane.clientWidth / 2;
    pane.scrollTop = height * pane.scrollHeight - pane.clientHeight / 2;
  }
}

function step(box: HTMLElement): number {
  return Number(box.dataset["step"] ?? "0");
}

/** Move every other pane of a drawing to where this one is, as a share of its size. */
function follow(pane: HTMLElement): void {
  const box = section(pane);
  if (!box) return;
  const across = pane.scrollWidth - pane.clientWidth;
  const down = pane.scrollHeight - pane.clientHeight;
  for (const other of all<HTMLElement>("div.pane", box)) {
    if (other === pane) continue;
    const left = across > 0 ? (pane.scrollLeft / across) * (other.scrollWidth - other.clientWidth) : 0;
    const top = down > 0 ? (pane.scrollTop / down) * (other.scrollHeight - other.clientHeight) : 0;
    // A pane that is moved by this tells of it too; it must not move the first one back.
    if (Math.abs(other.scrollLeft - left) > 1) other.scrollLeft = left;
    if (Math.abs(other.scrollTop - top) > 1) other.scrollTop = top;
  }
}

/** Lay what the partner gets over what is yours, up to a share of the width. */
function wipe(range: HTMLInputElement): void {
  const box = section(range);
  if (!box) return;
  const [mine, theirs] = all<HTMLElement>("div.pane", box);
  if (!mine || !theirs) return;
  range.ariaValueText = `${range.value} %`;
  mine.querySelector(".over")?.remove();
  if (range.value === "0") return;
  const over = the<HTMLImageElement>("img", theirs).cloneNode() as HTMLImageElement;
  over.className = "over";
  over.alt = "";
  over.style.clipPath = `inset(0 ${100 - Number(range.value)}% 0 0)`;
  mine.append(over);
}

document.addEventListener("click", (event) => {
  const button = event.target instanceof Element ? event.target.closest<HTMLElement>("[data-zoom]") : null;
  const box = section(button);
  if (!button || !box) return;
  const by = Number(button.dataset["zoom"]);
  zoom(box, by === 0 ? 0 : step(box) + by);
});

document.addEventListener("input", (event) => {
  const range = event.target;
  if (range instanceof HTMLInputElement && range.dataset["wipe"] !== undefined) wipe(range);
});

document.addEventListener(
  "scroll",
  (event) => {
    const pane = event.target;
    if (pane instanceof HTMLElement && pane.classList.contains("pane")) follow(pane);
  },
  true,
);

document.addEventListener(
  "wheel",
  (event) => {
    const box = section(event.target);
    if (!box || !event.ctrlKey || !(event.target as Element).closest("div.pane")) return;
    event.preventDefault();
    zoom(box, step(box) + (event.deltaY < 0 ? 1 : -1));
  },
  { passive: false },
);

document.addEventListener("keydown", (event) => {
  const pane = event.target;
  const box = section(pane);
  if (!box || !(pane instanceof HTMLElement) || !pane.classList.contains("pane")) return;
  if (event.key === "+" || event.key === "=") zoom(box, step(box) + 1);
  else if (event.key === "-") zoom(box, step(box) - 1);
  else if (event.key === "0") zoom(box, 0);
  else return;
  event.preventDefault();
});

document.addEventListener("pointerdown", (event) => {
  const pane = event.target instanceof Element ? event.target.closest<HTMLElement>("div.pane") : null;
  if (!pane || event.button !== 0 || event.pointerType === "touch" || !pane.classList.contains("near")) return;
  const from = { x: event.clientX + pane.scrollLeft, y: event.clientY + pane.scrollTop };
  pane.setPointerCapture(event.pointerId);
  const move = (moved: PointerEvent): void => {
    pane.scrollLeft = from.x - moved.clientX;
    pane.scrollTop = from.y - moved.clientY;
  };
  const end = (): void => pane.removeEventListener("pointermove", move);
  pane.addEventListener("pointermove", move);
  pane.addEventListener("pointerup", end, { once: true });
  pane.addEventListener("pointercancel", end, { once: true });
});

/** Put the pictures that are drawn by now where they were waited for. */
async function renew(drawings: Drawing[]): Promise<void> {
  const done = drawings.filter((one) => !one.waiting).map((one) => `pictures-${one.drawing}`);
  const due = done.filter((id) => document.getElementById(id)?.dataset["waiting"] !== undefined);
  if (!due.length) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const id of due) {
    const fresh = page.getElementById(id);
    if (fresh) document.getElementById(id)?.replaceWith(fresh);
  }
}

async function look(wait: number): Promise<void> {
  await new Promise((later) => setTimeout(later, wait));
  const waiting = document.querySelector<HTMLElement>("[data-pictures][data-waiting]");
  const working = document.querySelector("[data-working]");
  if (!waiting && !working) return;
  let next = LOOK_MS;
  if (waiting) {
    try {
      const path = `/api/v1/parts/${waiting.dataset["pictures"]}/pictures`;
      const answer = await fetch(path, { headers: { Accept: "application/json" } });
      if (!answer.ok) return;
      await renew(((await answer.json()) as { pictures: Drawing[] }).pictures);
    } catch {
      // Offline for a moment: look again, ever less often.
      next = Math.min(wait * 2, SLOWEST_MS);
    }
  }
  await look(next);
}

void look(LOOK_MS);
