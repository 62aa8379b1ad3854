import type { Lead } from "../../api/shapes";
import { text } from "../../text";

/** What a lead is called by: the person, else the address, the company, or its own id at the host. */
export function leadName(lead: Lead): string {
  const person = [lead.firstName, lead.lastName].filter(Boolean).join(" ");
  return person || lead.email || lead.company || lead.phone || lead.externalId || text.leads.noName;
}
