/** The error log. */
import { number } from "./plural";

export const errors = {
  errors: {
    title: "Error log",
    lead: "What went wrong, why, and what helps. The same failure again raises its count.",
    empty: "No errors",
    emptyHint: "Nothing has gone wrong, or it is past the time that errors are kept.",
    emptyFiltered: "No error matches",
    code: "Kind of error",
    cause: "Cause",
    hint: "What helps",
    retry: "Try again",
    retrying: "Trying ...",
    retried: "It worked: the lead is in the CRM.",
    retriedFailed: "It failed again. The newest entry says why.",
    notRetryable: "Trying again cannot help before the cause is removed.",
    times: (count: number) => `${number(count)} times`,
    lead_link: "The lead",
    vendor: "CRM's code",
    correlation: "CRM's reference",
    operation: "While",
    since: (when: string) => `first ${when}`,
  },
};
