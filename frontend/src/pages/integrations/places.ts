/** What a CRM with several places has to be told before its consent page can be opened: the question of each. */
import type { components } from "../../api/schema.gen";
import { ApiError, asApiError } from "../../api/errors";

/** Where the account is, by the names of the API; what is not given stays out. */
export type Place = Pick<components["schemas"]["InitBody"], "dataCenter" | "environment" | "myDomain" | "organizationUrl">;

export type Question = "dataCenter" | "environment" | "organizationUrl";

const QUESTIONS: Record<string, Question> = { zoho: "dataCenter", salesforce: "environment", dynamics: "organizationUrl" };

/** What is asked before a connect of this CRM, or null. A connection that is renewed stays where its account is. */
export function questionOf(providerId: string, connectionId?: string): Question | null {
  return connectionId === undefined ? (QUESTIONS[providerId] ?? null) : null;
}

/** Zoho's data centres by the ids of the API; the words stand in the catalogue. */
export const DATA_CENTRES = ["us", "eu", "in", "au", "jp", "cn", "ca", "sa", "uk", "ae"] as const;

export type Environment = "production" | "sandbox" | "myDomain";
export const ENVIRONMENTS: readonly Environment[] = ["production", "sandbox", "myDomain"];

/** What has been entered so far. It lives as long as the dialogue and is stored nowhere. */
export interface Entered {
  dataCenter: string;
  environment: Environment;
  myDomain: string;
  organizationUrl: string;
}

export const NOTHING_ENTERED: Entered = { dataCenter: "", environment: "production", myDomain: "", organizationUrl: "" };

/** What is sent of the entered; blank fields are left out, so that the hub's own setting holds or the CRM decides. */
export function placeOf(question: Question | null, entered: Entered): Place {
  switch (question) {
    case "dataCenter":
      return entered.dataCenter ? { dataCenter: entered.dataCenter } : {};
    case "environment":
      return entered.environment === "myDomain" ? { myDomain: entered.myDomain.trim() } : { environment: entered.environment };
    case "organizationUrl": {
      const organizationUrl = entered.organizationUrl.trim();
      return organizationUrl ? { organizationUrl } : {};
    }
    case null:
      return {};
  }
}

/** The hub's refusal of what was entered, to be told at the field; null for a failure that no other entry can cure. */
export function refusalOf(error: unknown): ApiError | null {
  const told = asApiError(error);
  return told.status === 400 && told.code === "invalid_input" ? told : null;
}
