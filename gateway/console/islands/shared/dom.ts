// Small typed doors to the document: finding what a page promises, showing what went wrong.

import { Problem } from "./api";
import { said } from "./words";

/** Return the element that the template must have; its absence is a bug, said at once. */
export function the<E extends Element>(selector: string, within: ParentNode = document): E {
  const found = within.querySelector<E>(selector);
  if (!found) throw new Error(`the page has no ${selector}`);
  return found;
}

export function all<E extends Element>(selector: string, within: ParentNode = document): E[] {
  return [...within.querySelectorAll<E>(selector)];
}

export function copyOf(selector: string): HTMLElement {
  const first = the<HTMLTemplateElement>(selector).content.firstElementChild;
  return (first as Element).cloneNode(true) as HTMLElement;
}

/** Put a refusal into its box: the sentence and, where there are, the reasons. */
export function refuse(box: HTMLElement, error: unknown): void {
  const sentence = document.createElement("p");
  sentence.textContent = error instanceof Error ? error.message : said("island.unreachable");
  const reasons = document.createElement("ul");
  for (const reason of error instanceof Problem ? error.reasons : []) {
    const line = document.createElement("li");
    line.textContent = reason;
    reasons.append(line);
  }
  box.replaceChildren(sentence, ...(reasons.childElementCount ? [reasons] : []));
  box.hidden = false;
  box.tabIndex = -1;
  box.focus();
}
