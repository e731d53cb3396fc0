// A released part's travels: who may receive it, where it went, stopping it.

import { call } from "./shared/api";
import { all, copyOf, the } from "./shared/dom";
import { localTimes, said } from "./shared/words";

interface Partner {
  id: string;
  name: string;
  country: string;
}

interface Transfer {
  transfer: string;
  partner: string;
  destination: string;
  state: string;
  created_at: string;
  expires_at: string | null;
}

const section = document.querySelector<HTMLElement>("#travels");

function partnerOption(partner: Partner): HTMLOptionElement {
  return new Option(`${partner.name} (${partner.country})`, partner.id);
}

function row(transfer: Transfer, names: Map<string, string>): HTMLElement {
  const made = copyOf("#transfer-row");
  const fill = (name: string, words: string): void => {
    the<HTMLElement>(`[data-fill="${name}"]`, made).textContent = words;
  };
  fill("partner", names.get(transfer.partner) ?? transfer.partner);
  fill("destination", transfer.destination);
  for (const [name, at] of [["sent", transfer.created_at], ["until", transfer.expires_at]] as const) {
    const time = the<HTMLTimeElement>(`[data-fill="${name}"]`, made);
    if (at) time.dateTime = at;
    else time.textContent = "–";
  }
  const pill = the<HTMLElement>(".pill", made);
  pill.textContent = said(`state.${transfer.state}`, transfer.state);
  pill.classList.toggle("good", transfer.state === "active");
  const form = the<HTMLFormElement>("form", made);
  form.dataset["call"] = `POST /api/v1/transfers/${transfer.transfer}/revoke`;
  form.hidden = transfer.state !== "active";
  return made;
}

async function show(part: string): Promise<void> {
  const [{ partners }, { transfers }] = await Promise.all([
    call<{ partners: Partner[] }>("GET", "/api/v1/partners"),
    call<{ transfers: Transfer[] }>("GET", `/api/v1/parts/${part}/transfers`),
  ]);
  for (const select of all<HTMLSelectElement>("#partner")) {
    if (select.options.length <= 1) select.append(...partners.map(partnerOption));
    the<HTMLElement>("#no-partners").hidden = partners.length > 0;
  }
  const names = new Map(partners.map((one) => [one.id, one.name]));
  const list = the<HTMLElement>("#transfers");
  list.replaceChildren(...transfers.map((one) => row(one, names)));
  the<HTMLElement>("#went").hidden = transfers.length === 0;
  the<HTMLElement>("#nowhere").hidden = transfers.length > 0;
  localTimes(list);
}

const part = section?.dataset["part"];
if (part) {
  void show(part);
  document.addEventListener("sent", () => void show(part));
}
