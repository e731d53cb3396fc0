// The boxes of a findings table, ticked many at once: those of some kinds, all, or none.

import { all } from "./shared/dom";

document.addEventListener("click", (event) => {
  const button = (event.target as HTMLElement).closest<HTMLButtonElement>("[data-tick]");
  const form = button?.closest("form");
  if (!button || !form) return;
  const kinds = (button.dataset["tick"] ?? "").split(" ");
  for (const box of all<HTMLInputElement>("input[data-category]", form)) {
    const wanted = kinds.includes("*") || kinds.includes(box.dataset["category"] ?? "");
    // "All people" adds to what is ticked; only "none" takes anything back.
    box.checked = wanted || (kinds[0] !== "" && box.checked);
  }
});
