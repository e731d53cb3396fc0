// The page's language: sentences that islands say come with the page, numbers from the browser.

const known: Record<string, string> = JSON.parse(document.body.dataset["words"] ?? "{}");

/** Return the sentence under a key with its {places} filled. */
export function said(key: string, otherwise?: string, places: Record<string, string> = {}): string {
  const sentence = known[key] ?? otherwise ?? key;
  return sentence.replace(/\{(\w+)\}/g, (place, name: string) => places[name] ?? place);
}

export function bytes(count: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let unit = 0;
  let value = count;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  const digits = unit > 0 && value < 100 ? 1 : 0;
  return `${value.toLocaleString(document.documentElement.lang, { maximumFractionDigits: digits })} ${units[unit]}`;
}

export function moment(iso: string): string {
  return new Date(iso).toLocaleString(document.documentElement.lang, {
    dateStyle: "medium",
    timeStyle: "short",
  });
}

/** Show every moment in the reader's own time; the exact one stays in the title. */
export function localTimes(within: ParentNode): void {
  for (const time of within.querySelectorAll<HTMLTimeElement>("time[datetime]")) {
    time.title = time.dateTime;
    time.textContent = moment(time.dateTime);
  }
}
