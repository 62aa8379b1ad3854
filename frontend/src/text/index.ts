import { en, type Catalogue } from "./en";

/** The sentences of the dashboard in the language it runs in. There is one so far. */
export const text: Catalogue = en;

const whole = new Intl.DateTimeFormat(text.locale, { dateStyle: "medium", timeStyle: "short" });

/** A moment as people of this place write it, to the minute. */
export function when(moment: string | null | undefined): string {
  if (!moment) return text.common.never;
  const date = new Date(moment);
  return Number.isNaN(date.getTime()) ? moment : whole.format(date);
}
