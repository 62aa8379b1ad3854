/** A failure as the hub tells it: a code for programs, a cause and a cure for people, a reference for whoever helps. */
export class ApiError extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    message: string,
    readonly hint: string,
    readonly requestId: string | null,
    readonly details: Record<string, unknown> = {},
  ) {
    super(message);
    this.name = "ApiError";
  }
}

interface Told {
  error?: { code?: string; message?: string; hint?: string; requestId?: string; details?: Record<string, unknown> };
}

/** The failure in an answer's body; whatever a proxy put there instead becomes one too. */
export function errorFrom(status: number, body: unknown, requestId: string | null): ApiError {
  const told = (typeof body === "object" && body !== null ? (body as Told).error : undefined) ?? {};
  return new ApiError(
    status,
    told.code ?? "no_answer",
    told.message ?? `The hub answered with status ${status}.`,
    told.hint ?? "",
    told.requestId ?? requestId,
    told.details,
  );
}

/** Anything thrown, as a failure that can be shown. */
export function asApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  const message = error instanceof Error ? error.message : String(error);
  return new ApiError(0, "unexpected", message, "", null);
}
