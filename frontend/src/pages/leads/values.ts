import { text } from "../../text";

/** A field's value as people read it. */
export function shown(value: unknown): string {
  if (value === null || value === undefined) return "";
  if (Array.isArray(value)) return value.join(", ");
  if (typeof value !== "object") return String(value);
  if ("given" in value) return value.given ? text.lead.consentYes : text.lead.consentNo;
  if ("amount" in value) return [value.amount, (value as { currency?: string }).currency].filter(Boolean).join(" ");
  return Object.entries(value)
    .map(([name, part]) => `${name}: ${shown(part)}`)
    .join(", ");
}
