// On every page: forms that speak JSON, copy buttons, local times, the language.

import { call } from "./shared/api";
import { all, refuse, the } from "./shared/dom";
import { localTimes, moment, said } from "./shared/words";

type Answer = Record<string, unknown>;

/** Return a form's fields as the API wants them; what is optional and empty stays away. */
function fieldsOf(form: HTMLFormElement): Answer {
  const fields: Answer = {};
  for (const field of all<HTMLInputElement>("[name]", form)) {
    const kind = field.dataset["kind"];
    const group = field.dataset["within"];
    if (group) {
      const within = (fields[group] ??= {}) as Answer;
      if (field.value) within[field.name] = field.value;
    } else if (kind === "list") {
      const list = (fields[field.name] ??= []) as string[];
      if (field.checked) list.push(field.value);
    } else if (kind === "bool") fields[field.name] = field.checked;
    else if (field.value === "" && kind === "optional") continue;
    else if (kind === "number") fields[field.name] = Number(field.value);
    else fields[field.name] = field.value;
  }
  if (form.dataset["token"] !== undefined) fields["token"] = location.hash.slice(1);
  return fields;
}

function show(form: HTMLFormElement, answer: Answer): void {
  const result = the<HTMLElement>(form.dataset["shows"] ?? "");
  for (const place of all<HTMLElement>("[data-fill]", result)) {
    const value = String(answer[place.dataset["fill"] ?? ""] ?? "");
    if (place instanceof HTMLInputElement) place.value = value;
    else place.textContent = place.dataset["as"] === "time" ? moment(value) : value;
  }
  result.hidden = false;
  result.tabIndex = -1;
  result.focus();
}

async function send(form: HTMLFormElement): Promise<void> {
  const question = form.dataset["confirm"];
  if (question && !confirm(question)) return;
  const box = the<HTMLElement>("[data-problem]", form);
  const button = the<HTMLButtonElement>("button:not([type=button])", form);
  box.hidden = true;
  button.disabled = true;
  try {
    const [method, path] = (form.dataset["call"] ?? "").split(" ") as [string, string];
    const body = form.dataset["bare"] === undefined ? fieldsOf(form) : undefined;
    const answer = await call<Answer>(method, path, body);
    if (form.dataset["shows"]) {
      show(form, answer);
      form.reset();
    }
    const next = form.dataset["then"];
    if (next === "reload") location.reload();
    else if (next) location.assign(next);
  } catch (error) {
    refuse(box, error);
  } finally {
    button.disabled = false;
    document.dispatchEvent(new Event("answered"));
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target as HTMLFormElement;
  if (form.dataset["call"] === undefined) return;
  event.preventDefault();
  void send(form);
});

document.addEventListener("click", (event) => {
  const target = event.target as HTMLElement;
  const copy = target.closest<HTMLButtonElement>("[data-copy]");
  if (copy) {
    const field = the<HTMLInputElement>(copy.dataset["copy"] ?? "");
    field.select();
    void navigator.clipboard?.writeText(field.value);
    copy.textContent = said("island.copied");
  }
  const language = target.closest<HTMLButtonElement>("[data-language]");
  if (language) {
    const secure = location.protocol === "https:" ? "; secure" : "";
    document.cookie = `language=${language.dataset["language"]}; path=/; max-age=31536000; samesite=lax${secure}`;
    location.reload();
  }
});

localTimes(document);
