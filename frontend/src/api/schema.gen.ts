// Generated from the hub's OpenAPI document by `make client`. Do not edit.

export interface paths {
    "/api/v1/crm-integration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    provider?: string | null;
                    connectionId?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/crm-integration/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/crm-integration/oauth/init": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["InitBody"];
                };
            };
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/crm-integration/oauth/callback/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    provider: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/crm-integration/oauth/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CompleteBody"];
                };
            };
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/crm-integration/connections": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/crm-integration/connections/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["leadbridge__integrations__bodies__ChangeBody"];
                };
            };
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/crm-integration/test-connection": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["ConnectionChoice"] | null;
                };
            };
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/crm-integration/error-logs": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    provider?: string | null;
                    connectionId?: string | null;
                    code?: string | null;
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                    /** @description From this time on (ISO 8601 with zone). */
                    since?: string | null;
                    /** @description Before this time (ISO 8601 with zone). */
                    until?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhook/crm/{provider}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    provider: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhook/crm/{provider}/{connection_key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    provider: string;
                    connection_key: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/webhook/automation/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    key: string;
                };
                cookie?: never;
            };
            /** @description Anything up to 256 KB; it becomes the event's `data`. With a top-level `executionId` it is a report on that execution. */
            requestBody?: {
                content: {
                    /**
                     * @example {
                     *       "test": "data"
                     *     }
                     */
                    "application/json": unknown;
                    "application/x-www-form-urlencoded": Record<string, never>;
                    "text/plain": string;
                };
            };
            responses: {
                /** @description Successful Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/leads/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: {
                    /** @description What a row may do to a record already there; default fill_blanks. */
                    merge?: components["schemas"]["MergeMode"] | null;
                    /** @description Where phone numbers without country code are dialled. */
                    defaultCountry?: string | null;
                    /** @description Only if it is recognised wrongly. */
                    encoding?: string | null;
                    /** @description Only if it is recognised wrongly: one of , ; | tab (by its name, or itself). */
                    delimiter?: string | null;
                    /** @description The row that names the columns, from 1; 0 where none does. */
                    headerRow?: string | null;
                    /** @description JSON, header to field (null: keep as custom field): {"Kunde": "company"} */
                    mapping?: string | null;
                    /** @description Import no row if any would be rejected; default false. */
                    allOrNothing?: boolean | null;
                    /** @description Let the leads start automations; default false. A preview tells how many. */
                    triggerAutomations?: boolean | null;
                    /** @description Name of the file, when it is the body itself. */
                    name?: string;
                    /** @description Only tell how the file would be read; nothing is written. */
                    preview?: boolean;
                    /** @description Seconds for which the answer waits for the import's end. */
                    wait?: number;
                };
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "multipart/form-data": {
                        /** Format: binary */
                        file: string;
                    };
                    "text/csv": string;
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                };
            };
            responses: {
                /** @description With `preview`: how the file is read. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
                /** @description Successful Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
                /** @description The import goes on; look again. */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/leads/imports/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: {
                    /** @description What a row may do to a record already there; default fill_blanks. */
                    merge?: components["schemas"]["MergeMode"] | null;
                    /** @description Where phone numbers without country code are dialled. */
                    defaultCountry?: string | null;
                    /** @description Only if it is recognised wrongly. */
                    encoding?: string | null;
                    /** @description Only if it is recognised wrongly: one of , ; | tab (by its name, or itself). */
                    delimiter?: string | null;
                    /** @description The row that names the columns, from 1; 0 where none does. */
                    headerRow?: string | null;
                    /** @description JSON, header to field (null: keep as custom field): {"Kunde": "company"} */
                    mapping?: string | null;
                    /** @description Import no row if any would be rejected; default false. */
                    allOrNothing?: boolean | null;
                    /** @description Let the leads start automations; default false. A preview tells how many. */
                    triggerAutomations?: boolean | null;
                    /** @description Name of the file, when it is the body itself. */
                    name?: string;
                };
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "multipart/form-data": {
                        /** Format: binary */
                        file: string;
                    };
                    "text/csv": string;
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                };
            };
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/leads/imports/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/leads/imports/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/leads/imports/{id}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: {
                    /** @description Seconds for which the answer waits for the end of it. */
                    wait?: number;
                };
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/leads/imports/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/leads/imports/{id}/rejects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    severity?: components["schemas"]["Severity"];
                    format?: "json" | "csv";
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                        "text/csv": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/leads/imports/{id}/leads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/leads/fields": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/leads/fields/{field}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    field: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["FieldBody"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "key": "plan",
                         *         "label": "Plan",
                         *         "type": "choice",
                         *         "choices": [
                         *           "gold",
                         *           "silver"
                         *         ],
                         *         "filter": true,
                         *         "custom": true
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    field: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/leads/high-value": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "value": {
                         *           "amount": "10000",
                         *           "currency": "EUR"
                         *         },
                         *         "score": 80
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        put: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ThresholdBody"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "value": {
                         *           "amount": "10000",
                         *           "currency": "EUR"
                         *         },
                         *         "score": 80
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/leads/views": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": [
                         *         {
                         *           "_id": "674085f0c2a1b94d3e5f6074",
                         *           "record": "lead",
                         *           "name": "Hot leads in Spain",
                         *           "ownerId": "674085f0c2a1b94d3e5f6075",
                         *           "shared": true,
                         *           "filters": {
                         *             "status": [
                         *               "new"
                         *             ],
                         *             "country": "ES"
                         *           },
                         *           "sort": "-createdAt",
                         *           "columns": [
                         *             "name",
                         *             "email"
                         *           ]
                         *         }
                         *       ]
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ViewBody"];
                };
            };
            responses: {
                /** @description Done. */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6074",
                         *         "record": "lead",
                         *         "name": "Hot leads in Spain",
                         *         "ownerId": "674085f0c2a1b94d3e5f6075",
                         *         "shared": true,
                         *         "filters": {
                         *           "status": [
                         *             "new"
                         *           ],
                         *           "country": "ES"
                         *         },
                         *         "sort": "-createdAt",
                         *         "columns": [
                         *           "name",
                         *           "email"
                         *         ]
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/leads/views/{view_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    view_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    view_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ViewBody"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6074",
                         *         "record": "lead",
                         *         "name": "Hot leads in Spain",
                         *         "ownerId": "674085f0c2a1b94d3e5f6075",
                         *         "shared": true,
                         *         "filters": {
                         *           "status": [
                         *             "new"
                         *           ],
                         *           "country": "ES"
                         *         },
                         *         "sort": "-createdAt",
                         *         "columns": [
                         *           "name",
                         *           "email"
                         *         ]
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/leads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                    /** @description A name of the type's sorts, '-' before it to reverse. Not with email, externalId or q. */
                    sort?: string | null;
                    /** @description Beginnings of words: names, company, e-mail, phone. */
                    q?: string | null;
                    email?: string | null;
                    externalId?: string | null;
                    /** @description Any of these. */
                    status?: string[] | null;
                    /** @description Any of these. */
                    source?: string[] | null;
                    /** @description Any of these. */
                    ownerId?: string[] | null;
                    /** @description ISO alpha-2; any of these. */
                    country?: string[] | null;
                    /** @description All of these. */
                    tag?: string[] | null;
                    createdFrom?: string | null;
                    /** @description Excluded. */
                    createdTo?: string | null;
                    updatedFrom?: string | null;
                    /** @description Excluded. */
                    updatedTo?: string | null;
                    /** @description 'deleted' lists what can be restored. */
                    state?: string | null;
                    /** @description Id of a saved view; what stands beside it counts more. */
                    view?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": [
                         *         {
                         *           "_id": "674085f0c2a1b94d3e5f6071",
                         *           "externalId": "customer-17",
                         *           "firstName": "Ana",
                         *           "lastName": "Ruiz",
                         *           "email": "ana.ruiz@example.com",
                         *           "phone": "+34612345678",
                         *           "company": "Ejemplo SL",
                         *           "title": "Head of purchasing",
                         *           "tags": [
                         *             "fair-2026"
                         *           ],
                         *           "source": "fair",
                         *           "status": "new",
                         *           "value": {
                         *             "amount": "1234.50",
                         *             "currency": "EUR"
                         *           },
                         *           "phoneRaw": "+34 612 345 678",
                         *           "custom": {},
                         *           "createdAt": "2026-01-05T09:30:00.000Z",
                         *           "updatedAt": "2026-01-05T09:30:00.000Z"
                         *         }
                         *       ]
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["LeadBody"];
                };
            };
            responses: {
                /** @description Done. */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6071",
                         *         "externalId": "customer-17",
                         *         "firstName": "Ana",
                         *         "lastName": "Ruiz",
                         *         "email": "ana.ruiz@example.com",
                         *         "phone": "+34612345678",
                         *         "company": "Ejemplo SL",
                         *         "title": "Head of purchasing",
                         *         "tags": [
                         *           "fair-2026"
                         *         ],
                         *         "source": "fair",
                         *         "status": "new",
                         *         "value": {
                         *           "amount": "1234.50",
                         *           "currency": "EUR"
                         *         },
                         *         "phoneRaw": "+34 612 345 678",
                         *         "custom": {},
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/leads/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description A name of the type's sorts, '-' before it to reverse. Not with email, externalId or q. */
                    sort?: string | null;
                    /** @description Beginnings of words: names, company, e-mail, phone. */
                    q?: string | null;
                    email?: string | null;
                    externalId?: string | null;
                    /** @description Any of these. */
                    status?: string[] | null;
                    /** @description Any of these. */
                    source?: string[] | null;
                    /** @description Any of these. */
                    ownerId?: string[] | null;
                    /** @description ISO alpha-2; any of these. */
                    country?: string[] | null;
                    /** @description All of these. */
                    tag?: string[] | null;
                    createdFrom?: string | null;
                    /** @description Excluded. */
                    createdTo?: string | null;
                    updatedFrom?: string | null;
                    /** @description Excluded. */
                    updatedTo?: string | null;
                    /** @description 'deleted' lists what can be restored. */
                    state?: string | null;
                    /** @description Id of a saved view; what stands beside it counts more. */
                    view?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "count": 10000,
                         *         "capped": true
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/leads/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    format?: components["schemas"]["Form"];
                    /** @description A name of the type's sorts, '-' before it to reverse. Not with email, externalId or q. */
                    sort?: string | null;
                    /** @description Beginnings of words: names, company, e-mail, phone. */
                    q?: string | null;
                    email?: string | null;
                    externalId?: string | null;
                    /** @description Any of these. */
                    status?: string[] | null;
                    /** @description Any of these. */
                    source?: string[] | null;
                    /** @description Any of these. */
                    ownerId?: string[] | null;
                    /** @description ISO alpha-2; any of these. */
                    country?: string[] | null;
                    /** @description All of these. */
                    tag?: string[] | null;
                    createdFrom?: string | null;
                    /** @description Excluded. */
                    createdTo?: string | null;
                    updatedFrom?: string | null;
                    /** @description Excluded. */
                    updatedTo?: string | null;
                    /** @description 'deleted' lists what can be restored. */
                    state?: string | null;
                    /** @description Id of a saved view; what stands beside it counts more. */
                    view?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                        "text/csv": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/leads/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["BulkLeadBody"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": [
                         *         {
                         *           "index": 0,
                         *           "status": "created",
                         *           "_id": "674085f0c2a1b94d3e5f6071"
                         *         }
                         *       ]
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/leads/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6071",
                         *         "externalId": "customer-17",
                         *         "firstName": "Ana",
                         *         "lastName": "Ruiz",
                         *         "email": "ana.ruiz@example.com",
                         *         "phone": "+34612345678",
                         *         "company": "Ejemplo SL",
                         *         "title": "Head of purchasing",
                         *         "tags": [
                         *           "fair-2026"
                         *         ],
                         *         "source": "fair",
                         *         "status": "new",
                         *         "value": {
                         *           "amount": "1234.50",
                         *           "currency": "EUR"
                         *         },
                         *         "phoneRaw": "+34 612 345 678",
                         *         "custom": {},
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6071",
                         *         "externalId": "customer-17",
                         *         "firstName": "Ana",
                         *         "lastName": "Ruiz",
                         *         "email": "ana.ruiz@example.com",
                         *         "phone": "+34612345678",
                         *         "company": "Ejemplo SL",
                         *         "title": "Head of purchasing",
                         *         "tags": [
                         *           "fair-2026"
                         *         ],
                         *         "source": "fair",
                         *         "status": "new",
                         *         "value": {
                         *           "amount": "1234.50",
                         *           "currency": "EUR"
                         *         },
                         *         "phoneRaw": "+34 612 345 678",
                         *         "custom": {},
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["LeadBody"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6071",
                         *         "externalId": "customer-17",
                         *         "firstName": "Ana",
                         *         "lastName": "Ruiz",
                         *         "email": "ana.ruiz@example.com",
                         *         "phone": "+34612345678",
                         *         "company": "Ejemplo SL",
                         *         "title": "Head of purchasing",
                         *         "tags": [
                         *           "fair-2026"
                         *         ],
                         *         "source": "fair",
                         *         "status": "new",
                         *         "value": {
                         *           "amount": "1234.50",
                         *           "currency": "EUR"
                         *         },
                         *         "phoneRaw": "+34 612 345 678",
                         *         "custom": {},
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/leads/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6071",
                         *         "externalId": "customer-17",
                         *         "firstName": "Ana",
                         *         "lastName": "Ruiz",
                         *         "email": "ana.ruiz@example.com",
                         *         "phone": "+34612345678",
                         *         "company": "Ejemplo SL",
                         *         "title": "Head of purchasing",
                         *         "tags": [
                         *           "fair-2026"
                         *         ],
                         *         "source": "fair",
                         *         "status": "new",
                         *         "value": {
                         *           "amount": "1234.50",
                         *           "currency": "EUR"
                         *         },
                         *         "phoneRaw": "+34 612 345 678",
                         *         "custom": {},
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/leads/{id}/merge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["MergeBody"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6071",
                         *         "externalId": "customer-17",
                         *         "firstName": "Ana",
                         *         "lastName": "Ruiz",
                         *         "email": "ana.ruiz@example.com",
                         *         "phone": "+34612345678",
                         *         "company": "Ejemplo SL",
                         *         "title": "Head of purchasing",
                         *         "tags": [
                         *           "fair-2026"
                         *         ],
                         *         "source": "fair",
                         *         "status": "new",
                         *         "value": {
                         *           "amount": "1234.50",
                         *           "currency": "EUR"
                         *         },
                         *         "phoneRaw": "+34 612 345 678",
                         *         "custom": {},
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/leads/{id}/unmerge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["UnmergeBody"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": [
                         *         {
                         *           "_id": "674085f0c2a1b94d3e5f6071",
                         *           "externalId": "customer-17",
                         *           "firstName": "Ana",
                         *           "lastName": "Ruiz",
                         *           "email": "ana.ruiz@example.com",
                         *           "phone": "+34612345678",
                         *           "company": "Ejemplo SL",
                         *           "title": "Head of purchasing",
                         *           "tags": [
                         *             "fair-2026"
                         *           ],
                         *           "source": "fair",
                         *           "status": "new",
                         *           "value": {
                         *             "amount": "1234.50",
                         *             "currency": "EUR"
                         *           },
                         *           "phoneRaw": "+34 612 345 678",
                         *           "custom": {},
                         *           "createdAt": "2026-01-05T09:30:00.000Z",
                         *           "updatedAt": "2026-01-05T09:30:00.000Z"
                         *         },
                         *         {
                         *           "_id": "674085f0c2a1b94d3e5f6071",
                         *           "externalId": "customer-17",
                         *           "firstName": "Ana",
                         *           "lastName": "Ruiz",
                         *           "email": "ana.ruiz@example.com",
                         *           "phone": "+34612345678",
                         *           "company": "Ejemplo SL",
                         *           "title": "Head of purchasing",
                         *           "tags": [
                         *             "fair-2026"
                         *           ],
                         *           "source": "fair",
                         *           "status": "new",
                         *           "value": {
                         *             "amount": "1234.50",
                         *             "currency": "EUR"
                         *           },
                         *           "phoneRaw": "+34 612 345 678",
                         *           "custom": {},
                         *           "createdAt": "2026-01-05T09:30:00.000Z",
                         *           "updatedAt": "2026-01-05T09:30:00.000Z"
                         *         }
                         *       ]
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/leads/{id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: {
                    /** @description What a row may do to a record already there; default fill_blanks. */
                    merge?: components["schemas"]["MergeMode"] | null;
                    /** @description Where phone numbers without country code are dialled. */
                    defaultCountry?: string | null;
                    /** @description Only if it is recognised wrongly. */
                    encoding?: string | null;
                    /** @description Only if it is recognised wrongly: one of , ; | tab (by its name, or itself). */
                    delimiter?: string | null;
                    /** @description The row that names the columns, from 1; 0 where none does. */
                    headerRow?: string | null;
                    /** @description JSON, header to field (null: keep as custom field): {"Kunde": "company"} */
                    mapping?: string | null;
                    /** @description Import no row if any would be rejected; default false. */
                    allOrNothing?: boolean | null;
                    /** @description Let the leads start automations; default false. A preview tells how many. */
                    triggerAutomations?: boolean | null;
                    /** @description Name of the file, when it is the body itself. */
                    name?: string;
                    /** @description Only tell how the file would be read; nothing is written. */
                    preview?: boolean;
                    /** @description Seconds for which the answer waits for the import's end. */
                    wait?: number;
                };
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "multipart/form-data": {
                        /** Format: binary */
                        file: string;
                    };
                    "text/csv": string;
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                };
            };
            responses: {
                /** @description With `preview`: how the file is read. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
                /** @description Successful Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
                /** @description The import goes on; look again. */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/imports/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: {
                    /** @description What a row may do to a record already there; default fill_blanks. */
                    merge?: components["schemas"]["MergeMode"] | null;
                    /** @description Where phone numbers without country code are dialled. */
                    defaultCountry?: string | null;
                    /** @description Only if it is recognised wrongly. */
                    encoding?: string | null;
                    /** @description Only if it is recognised wrongly: one of , ; | tab (by its name, or itself). */
                    delimiter?: string | null;
                    /** @description The row that names the columns, from 1; 0 where none does. */
                    headerRow?: string | null;
                    /** @description JSON, header to field (null: keep as custom field): {"Kunde": "company"} */
                    mapping?: string | null;
                    /** @description Import no row if any would be rejected; default false. */
                    allOrNothing?: boolean | null;
                    /** @description Let the leads start automations; default false. A preview tells how many. */
                    triggerAutomations?: boolean | null;
                    /** @description Name of the file, when it is the body itself. */
                    name?: string;
                };
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "multipart/form-data": {
                        /** Format: binary */
                        file: string;
                    };
                    "text/csv": string;
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                };
            };
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/imports/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/imports/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/imports/{id}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: {
                    /** @description Seconds for which the answer waits for the end of it. */
                    wait?: number;
                };
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/imports/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/imports/{id}/rejects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    severity?: components["schemas"]["Severity"];
                    format?: "json" | "csv";
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                        "text/csv": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/imports/{id}/contacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/fields": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/fields/{field}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    field: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["FieldBody"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "key": "plan",
                         *         "label": "Plan",
                         *         "type": "choice",
                         *         "choices": [
                         *           "gold",
                         *           "silver"
                         *         ],
                         *         "filter": true,
                         *         "custom": true
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    field: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/views": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": [
                         *         {
                         *           "_id": "674085f0c2a1b94d3e5f6074",
                         *           "record": "lead",
                         *           "name": "Hot leads in Spain",
                         *           "ownerId": "674085f0c2a1b94d3e5f6075",
                         *           "shared": true,
                         *           "filters": {
                         *             "status": [
                         *               "new"
                         *             ],
                         *             "country": "ES"
                         *           },
                         *           "sort": "-createdAt",
                         *           "columns": [
                         *             "name",
                         *             "email"
                         *           ]
                         *         }
                         *       ]
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ViewBody"];
                };
            };
            responses: {
                /** @description Done. */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6074",
                         *         "record": "lead",
                         *         "name": "Hot leads in Spain",
                         *         "ownerId": "674085f0c2a1b94d3e5f6075",
                         *         "shared": true,
                         *         "filters": {
                         *           "status": [
                         *             "new"
                         *           ],
                         *           "country": "ES"
                         *         },
                         *         "sort": "-createdAt",
                         *         "columns": [
                         *           "name",
                         *           "email"
                         *         ]
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/views/{view_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    view_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    view_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ViewBody"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6074",
                         *         "record": "lead",
                         *         "name": "Hot leads in Spain",
                         *         "ownerId": "674085f0c2a1b94d3e5f6075",
                         *         "shared": true,
                         *         "filters": {
                         *           "status": [
                         *             "new"
                         *           ],
                         *           "country": "ES"
                         *         },
                         *         "sort": "-createdAt",
                         *         "columns": [
                         *           "name",
                         *           "email"
                         *         ]
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/contacts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                    /** @description A name of the type's sorts, '-' before it to reverse. Not with email, externalId or q. */
                    sort?: string | null;
                    /** @description Beginnings of words: names, company, e-mail, phone. */
                    q?: string | null;
                    email?: string | null;
                    externalId?: string | null;
                    /** @description Any of these. */
                    status?: string[] | null;
                    /** @description Any of these. */
                    source?: string[] | null;
                    /** @description Any of these. */
                    ownerId?: string[] | null;
                    /** @description ISO alpha-2; any of these. */
                    country?: string[] | null;
                    /** @description All of these. */
                    tag?: string[] | null;
                    createdFrom?: string | null;
                    /** @description Excluded. */
                    createdTo?: string | null;
                    updatedFrom?: string | null;
                    /** @description Excluded. */
                    updatedTo?: string | null;
                    /** @description 'deleted' lists what can be restored. */
                    state?: string | null;
                    /** @description Id of a saved view; what stands beside it counts more. */
                    view?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": [
                         *         {
                         *           "_id": "674085f0c2a1b94d3e5f6071",
                         *           "externalId": "customer-17",
                         *           "firstName": "Ana",
                         *           "lastName": "Ruiz",
                         *           "email": "ana.ruiz@example.com",
                         *           "phone": "+34612345678",
                         *           "company": "Ejemplo SL",
                         *           "title": "Head of purchasing",
                         *           "tags": [
                         *             "fair-2026"
                         *           ],
                         *           "accountId": "674085f0c2a1b94d3e5f6072",
                         *           "phoneRaw": "+34 612 345 678",
                         *           "custom": {},
                         *           "createdAt": "2026-01-05T09:30:00.000Z",
                         *           "updatedAt": "2026-01-05T09:30:00.000Z"
                         *         }
                         *       ]
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ContactBody"];
                };
            };
            responses: {
                /** @description Done. */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6071",
                         *         "externalId": "customer-17",
                         *         "firstName": "Ana",
                         *         "lastName": "Ruiz",
                         *         "email": "ana.ruiz@example.com",
                         *         "phone": "+34612345678",
                         *         "company": "Ejemplo SL",
                         *         "title": "Head of purchasing",
                         *         "tags": [
                         *           "fair-2026"
                         *         ],
                         *         "accountId": "674085f0c2a1b94d3e5f6072",
                         *         "phoneRaw": "+34 612 345 678",
                         *         "custom": {},
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description A name of the type's sorts, '-' before it to reverse. Not with email, externalId or q. */
                    sort?: string | null;
                    /** @description Beginnings of words: names, company, e-mail, phone. */
                    q?: string | null;
                    email?: string | null;
                    externalId?: string | null;
                    /** @description Any of these. */
                    status?: string[] | null;
                    /** @description Any of these. */
                    source?: string[] | null;
                    /** @description Any of these. */
                    ownerId?: string[] | null;
                    /** @description ISO alpha-2; any of these. */
                    country?: string[] | null;
                    /** @description All of these. */
                    tag?: string[] | null;
                    createdFrom?: string | null;
                    /** @description Excluded. */
                    createdTo?: string | null;
                    updatedFrom?: string | null;
                    /** @description Excluded. */
                    updatedTo?: string | null;
                    /** @description 'deleted' lists what can be restored. */
                    state?: string | null;
                    /** @description Id of a saved view; what stands beside it counts more. */
                    view?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "count": 10000,
                         *         "capped": true
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    format?: components["schemas"]["Form"];
                    /** @description A name of the type's sorts, '-' before it to reverse. Not with email, externalId or q. */
                    sort?: string | null;
                    /** @description Beginnings of words: names, company, e-mail, phone. */
                    q?: string | null;
                    email?: string | null;
                    externalId?: string | null;
                    /** @description Any of these. */
                    status?: string[] | null;
                    /** @description Any of these. */
                    source?: string[] | null;
                    /** @description Any of these. */
                    ownerId?: string[] | null;
                    /** @description ISO alpha-2; any of these. */
                    country?: string[] | null;
                    /** @description All of these. */
                    tag?: string[] | null;
                    createdFrom?: string | null;
                    /** @description Excluded. */
                    createdTo?: string | null;
                    updatedFrom?: string | null;
                    /** @description Excluded. */
                    updatedTo?: string | null;
                    /** @description 'deleted' lists what can be restored. */
                    state?: string | null;
                    /** @description Id of a saved view; what stands beside it counts more. */
                    view?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                        "text/csv": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["BulkContactBody"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": [
                         *         {
                         *           "index": 0,
                         *           "status": "created",
                         *           "_id": "674085f0c2a1b94d3e5f6071"
                         *         }
                         *       ]
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6071",
                         *         "externalId": "customer-17",
                         *         "firstName": "Ana",
                         *         "lastName": "Ruiz",
                         *         "email": "ana.ruiz@example.com",
                         *         "phone": "+34612345678",
                         *         "company": "Ejemplo SL",
                         *         "title": "Head of purchasing",
                         *         "tags": [
                         *           "fair-2026"
                         *         ],
                         *         "accountId": "674085f0c2a1b94d3e5f6072",
                         *         "phoneRaw": "+34 612 345 678",
                         *         "custom": {},
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6071",
                         *         "externalId": "customer-17",
                         *         "firstName": "Ana",
                         *         "lastName": "Ruiz",
                         *         "email": "ana.ruiz@example.com",
                         *         "phone": "+34612345678",
                         *         "company": "Ejemplo SL",
                         *         "title": "Head of purchasing",
                         *         "tags": [
                         *           "fair-2026"
                         *         ],
                         *         "accountId": "674085f0c2a1b94d3e5f6072",
                         *         "phoneRaw": "+34 612 345 678",
                         *         "custom": {},
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ContactBody"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6071",
                         *         "externalId": "customer-17",
                         *         "firstName": "Ana",
                         *         "lastName": "Ruiz",
                         *         "email": "ana.ruiz@example.com",
                         *         "phone": "+34612345678",
                         *         "company": "Ejemplo SL",
                         *         "title": "Head of purchasing",
                         *         "tags": [
                         *           "fair-2026"
                         *         ],
                         *         "accountId": "674085f0c2a1b94d3e5f6072",
                         *         "phoneRaw": "+34 612 345 678",
                         *         "custom": {},
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/contacts/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6071",
                         *         "externalId": "customer-17",
                         *         "firstName": "Ana",
                         *         "lastName": "Ruiz",
                         *         "email": "ana.ruiz@example.com",
                         *         "phone": "+34612345678",
                         *         "company": "Ejemplo SL",
                         *         "title": "Head of purchasing",
                         *         "tags": [
                         *           "fair-2026"
                         *         ],
                         *         "accountId": "674085f0c2a1b94d3e5f6072",
                         *         "phoneRaw": "+34 612 345 678",
                         *         "custom": {},
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/{id}/merge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["MergeBody"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6071",
                         *         "externalId": "customer-17",
                         *         "firstName": "Ana",
                         *         "lastName": "Ruiz",
                         *         "email": "ana.ruiz@example.com",
                         *         "phone": "+34612345678",
                         *         "company": "Ejemplo SL",
                         *         "title": "Head of purchasing",
                         *         "tags": [
                         *           "fair-2026"
                         *         ],
                         *         "accountId": "674085f0c2a1b94d3e5f6072",
                         *         "phoneRaw": "+34 612 345 678",
                         *         "custom": {},
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/{id}/unmerge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["UnmergeBody"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": [
                         *         {
                         *           "_id": "674085f0c2a1b94d3e5f6071",
                         *           "externalId": "customer-17",
                         *           "firstName": "Ana",
                         *           "lastName": "Ruiz",
                         *           "email": "ana.ruiz@example.com",
                         *           "phone": "+34612345678",
                         *           "company": "Ejemplo SL",
                         *           "title": "Head of purchasing",
                         *           "tags": [
                         *             "fair-2026"
                         *           ],
                         *           "accountId": "674085f0c2a1b94d3e5f6072",
                         *           "phoneRaw": "+34 612 345 678",
                         *           "custom": {},
                         *           "createdAt": "2026-01-05T09:30:00.000Z",
                         *           "updatedAt": "2026-01-05T09:30:00.000Z"
                         *         },
                         *         {
                         *           "_id": "674085f0c2a1b94d3e5f6071",
                         *           "externalId": "customer-17",
                         *           "firstName": "Ana",
                         *           "lastName": "Ruiz",
                         *           "email": "ana.ruiz@example.com",
                         *           "phone": "+34612345678",
                         *           "company": "Ejemplo SL",
                         *           "title": "Head of purchasing",
                         *           "tags": [
                         *             "fair-2026"
                         *           ],
                         *           "accountId": "674085f0c2a1b94d3e5f6072",
                         *           "phoneRaw": "+34 612 345 678",
                         *           "custom": {},
                         *           "createdAt": "2026-01-05T09:30:00.000Z",
                         *           "updatedAt": "2026-01-05T09:30:00.000Z"
                         *         }
                         *       ]
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/contacts/{id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: {
                    /** @description What a row may do to a record already there; default fill_blanks. */
                    merge?: components["schemas"]["MergeMode"] | null;
                    /** @description Where phone numbers without country code are dialled. */
                    defaultCountry?: string | null;
                    /** @description Only if it is recognised wrongly. */
                    encoding?: string | null;
                    /** @description Only if it is recognised wrongly: one of , ; | tab (by its name, or itself). */
                    delimiter?: string | null;
                    /** @description The row that names the columns, from 1; 0 where none does. */
                    headerRow?: string | null;
                    /** @description JSON, header to field (null: keep as custom field): {"Kunde": "company"} */
                    mapping?: string | null;
                    /** @description Import no row if any would be rejected; default false. */
                    allOrNothing?: boolean | null;
                    /** @description Let the leads start automations; default false. A preview tells how many. */
                    triggerAutomations?: boolean | null;
                    /** @description Name of the file, when it is the body itself. */
                    name?: string;
                    /** @description Only tell how the file would be read; nothing is written. */
                    preview?: boolean;
                    /** @description Seconds for which the answer waits for the import's end. */
                    wait?: number;
                };
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "multipart/form-data": {
                        /** Format: binary */
                        file: string;
                    };
                    "text/csv": string;
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                };
            };
            responses: {
                /** @description With `preview`: how the file is read. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
                /** @description Successful Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
                /** @description The import goes on; look again. */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/imports/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: {
                    /** @description What a row may do to a record already there; default fill_blanks. */
                    merge?: components["schemas"]["MergeMode"] | null;
                    /** @description Where phone numbers without country code are dialled. */
                    defaultCountry?: string | null;
                    /** @description Only if it is recognised wrongly. */
                    encoding?: string | null;
                    /** @description Only if it is recognised wrongly: one of , ; | tab (by its name, or itself). */
                    delimiter?: string | null;
                    /** @description The row that names the columns, from 1; 0 where none does. */
                    headerRow?: string | null;
                    /** @description JSON, header to field (null: keep as custom field): {"Kunde": "company"} */
                    mapping?: string | null;
                    /** @description Import no row if any would be rejected; default false. */
                    allOrNothing?: boolean | null;
                    /** @description Let the leads start automations; default false. A preview tells how many. */
                    triggerAutomations?: boolean | null;
                    /** @description Name of the file, when it is the body itself. */
                    name?: string;
                };
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "multipart/form-data": {
                        /** Format: binary */
                        file: string;
                    };
                    "text/csv": string;
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                };
            };
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/imports/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/imports/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/imports/{id}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: {
                    /** @description Seconds for which the answer waits for the end of it. */
                    wait?: number;
                };
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/imports/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/imports/{id}/rejects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    severity?: components["schemas"]["Severity"];
                    format?: "json" | "csv";
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                        "text/csv": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/imports/{id}/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/fields": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/fields/{field}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    field: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["FieldBody"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "key": "plan",
                         *         "label": "Plan",
                         *         "type": "choice",
                         *         "choices": [
                         *           "gold",
                         *           "silver"
                         *         ],
                         *         "filter": true,
                         *         "custom": true
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    field: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/views": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": [
                         *         {
                         *           "_id": "674085f0c2a1b94d3e5f6074",
                         *           "record": "lead",
                         *           "name": "Hot leads in Spain",
                         *           "ownerId": "674085f0c2a1b94d3e5f6075",
                         *           "shared": true,
                         *           "filters": {
                         *             "status": [
                         *               "new"
                         *             ],
                         *             "country": "ES"
                         *           },
                         *           "sort": "-createdAt",
                         *           "columns": [
                         *             "name",
                         *             "email"
                         *           ]
                         *         }
                         *       ]
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ViewBody"];
                };
            };
            responses: {
                /** @description Done. */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6074",
                         *         "record": "lead",
                         *         "name": "Hot leads in Spain",
                         *         "ownerId": "674085f0c2a1b94d3e5f6075",
                         *         "shared": true,
                         *         "filters": {
                         *           "status": [
                         *             "new"
                         *           ],
                         *           "country": "ES"
                         *         },
                         *         "sort": "-createdAt",
                         *         "columns": [
                         *           "name",
                         *           "email"
                         *         ]
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/views/{view_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    view_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    view_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ViewBody"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6074",
                         *         "record": "lead",
                         *         "name": "Hot leads in Spain",
                         *         "ownerId": "674085f0c2a1b94d3e5f6075",
                         *         "shared": true,
                         *         "filters": {
                         *           "status": [
                         *             "new"
                         *           ],
                         *           "country": "ES"
                         *         },
                         *         "sort": "-createdAt",
                         *         "columns": [
                         *           "name",
                         *           "email"
                         *         ]
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/accounts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                    /** @description A name of the type's sorts, '-' before it to reverse. Not with email, externalId or q. */
                    sort?: string | null;
                    /** @description Beginnings of words: names, company, e-mail, phone. */
                    q?: string | null;
                    email?: string | null;
                    externalId?: string | null;
                    /** @description Any of these. */
                    status?: string[] | null;
                    /** @description Any of these. */
                    source?: string[] | null;
                    /** @description Any of these. */
                    ownerId?: string[] | null;
                    /** @description ISO alpha-2; any of these. */
                    country?: string[] | null;
                    /** @description All of these. */
                    tag?: string[] | null;
                    createdFrom?: string | null;
                    /** @description Excluded. */
                    createdTo?: string | null;
                    updatedFrom?: string | null;
                    /** @description Excluded. */
                    updatedTo?: string | null;
                    /** @description 'deleted' lists what can be restored. */
                    state?: string | null;
                    /** @description Id of a saved view; what stands beside it counts more. */
                    view?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": [
                         *         {
                         *           "_id": "674085f0c2a1b94d3e5f6071",
                         *           "externalId": "erp-4711",
                         *           "name": "Ejemplo SL",
                         *           "website": "https://ejemplo.example",
                         *           "employees": 40,
                         *           "tags": [],
                         *           "custom": {},
                         *           "createdAt": "2026-01-05T09:30:00.000Z",
                         *           "updatedAt": "2026-01-05T09:30:00.000Z"
                         *         }
                         *       ]
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AccountBody"];
                };
            };
            responses: {
                /** @description Done. */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6071",
                         *         "externalId": "erp-4711",
                         *         "name": "Ejemplo SL",
                         *         "website": "https://ejemplo.example",
                         *         "employees": 40,
                         *         "tags": [],
                         *         "custom": {},
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description A name of the type's sorts, '-' before it to reverse. Not with email, externalId or q. */
                    sort?: string | null;
                    /** @description Beginnings of words: names, company, e-mail, phone. */
                    q?: string | null;
                    email?: string | null;
                    externalId?: string | null;
                    /** @description Any of these. */
                    status?: string[] | null;
                    /** @description Any of these. */
                    source?: string[] | null;
                    /** @description Any of these. */
                    ownerId?: string[] | null;
                    /** @description ISO alpha-2; any of these. */
                    country?: string[] | null;
                    /** @description All of these. */
                    tag?: string[] | null;
                    createdFrom?: string | null;
                    /** @description Excluded. */
                    createdTo?: string | null;
                    updatedFrom?: string | null;
                    /** @description Excluded. */
                    updatedTo?: string | null;
                    /** @description 'deleted' lists what can be restored. */
                    state?: string | null;
                    /** @description Id of a saved view; what stands beside it counts more. */
                    view?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "count": 10000,
                         *         "capped": true
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    format?: components["schemas"]["Form"];
                    /** @description A name of the type's sorts, '-' before it to reverse. Not with email, externalId or q. */
                    sort?: string | null;
                    /** @description Beginnings of words: names, company, e-mail, phone. */
                    q?: string | null;
                    email?: string | null;
                    externalId?: string | null;
                    /** @description Any of these. */
                    status?: string[] | null;
                    /** @description Any of these. */
                    source?: string[] | null;
                    /** @description Any of these. */
                    ownerId?: string[] | null;
                    /** @description ISO alpha-2; any of these. */
                    country?: string[] | null;
                    /** @description All of these. */
                    tag?: string[] | null;
                    createdFrom?: string | null;
                    /** @description Excluded. */
                    createdTo?: string | null;
                    updatedFrom?: string | null;
                    /** @description Excluded. */
                    updatedTo?: string | null;
                    /** @description 'deleted' lists what can be restored. */
                    state?: string | null;
                    /** @description Id of a saved view; what stands beside it counts more. */
                    view?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                        "text/csv": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["BulkAccountBody"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": [
                         *         {
                         *           "index": 0,
                         *           "status": "created",
                         *           "_id": "674085f0c2a1b94d3e5f6071"
                         *         }
                         *       ]
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6071",
                         *         "externalId": "erp-4711",
                         *         "name": "Ejemplo SL",
                         *         "website": "https://ejemplo.example",
                         *         "employees": 40,
                         *         "tags": [],
                         *         "custom": {},
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6071",
                         *         "externalId": "erp-4711",
                         *         "name": "Ejemplo SL",
                         *         "website": "https://ejemplo.example",
                         *         "employees": 40,
                         *         "tags": [],
                         *         "custom": {},
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AccountBody"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6071",
                         *         "externalId": "erp-4711",
                         *         "name": "Ejemplo SL",
                         *         "website": "https://ejemplo.example",
                         *         "employees": 40,
                         *         "tags": [],
                         *         "custom": {},
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/accounts/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6071",
                         *         "externalId": "erp-4711",
                         *         "name": "Ejemplo SL",
                         *         "website": "https://ejemplo.example",
                         *         "employees": 40,
                         *         "tags": [],
                         *         "custom": {},
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{id}/merge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["MergeBody"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6071",
                         *         "externalId": "erp-4711",
                         *         "name": "Ejemplo SL",
                         *         "website": "https://ejemplo.example",
                         *         "employees": 40,
                         *         "tags": [],
                         *         "custom": {},
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{id}/unmerge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["UnmergeBody"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": [
                         *         {
                         *           "_id": "674085f0c2a1b94d3e5f6071",
                         *           "externalId": "erp-4711",
                         *           "name": "Ejemplo SL",
                         *           "website": "https://ejemplo.example",
                         *           "employees": 40,
                         *           "tags": [],
                         *           "custom": {},
                         *           "createdAt": "2026-01-05T09:30:00.000Z",
                         *           "updatedAt": "2026-01-05T09:30:00.000Z"
                         *         },
                         *         {
                         *           "_id": "674085f0c2a1b94d3e5f6071",
                         *           "externalId": "erp-4711",
                         *           "name": "Ejemplo SL",
                         *           "website": "https://ejemplo.example",
                         *           "employees": 40,
                         *           "tags": [],
                         *           "custom": {},
                         *           "createdAt": "2026-01-05T09:30:00.000Z",
                         *           "updatedAt": "2026-01-05T09:30:00.000Z"
                         *         }
                         *       ]
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/accounts/{id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/deals/imports": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: {
                    /** @description What a row may do to a record already there; default fill_blanks. */
                    merge?: components["schemas"]["MergeMode"] | null;
                    /** @description Where phone numbers without country code are dialled. */
                    defaultCountry?: string | null;
                    /** @description Only if it is recognised wrongly. */
                    encoding?: string | null;
                    /** @description Only if it is recognised wrongly: one of , ; | tab (by its name, or itself). */
                    delimiter?: string | null;
                    /** @description The row that names the columns, from 1; 0 where none does. */
                    headerRow?: string | null;
                    /** @description JSON, header to field (null: keep as custom field): {"Kunde": "company"} */
                    mapping?: string | null;
                    /** @description Import no row if any would be rejected; default false. */
                    allOrNothing?: boolean | null;
                    /** @description Let the leads start automations; default false. A preview tells how many. */
                    triggerAutomations?: boolean | null;
                    /** @description Name of the file, when it is the body itself. */
                    name?: string;
                    /** @description Only tell how the file would be read; nothing is written. */
                    preview?: boolean;
                    /** @description Seconds for which the answer waits for the import's end. */
                    wait?: number;
                };
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "multipart/form-data": {
                        /** Format: binary */
                        file: string;
                    };
                    "text/csv": string;
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                };
            };
            responses: {
                /** @description With `preview`: how the file is read. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
                /** @description Successful Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
                /** @description The import goes on; look again. */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/deals/imports/preview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: {
                    /** @description What a row may do to a record already there; default fill_blanks. */
                    merge?: components["schemas"]["MergeMode"] | null;
                    /** @description Where phone numbers without country code are dialled. */
                    defaultCountry?: string | null;
                    /** @description Only if it is recognised wrongly. */
                    encoding?: string | null;
                    /** @description Only if it is recognised wrongly: one of , ; | tab (by its name, or itself). */
                    delimiter?: string | null;
                    /** @description The row that names the columns, from 1; 0 where none does. */
                    headerRow?: string | null;
                    /** @description JSON, header to field (null: keep as custom field): {"Kunde": "company"} */
                    mapping?: string | null;
                    /** @description Import no row if any would be rejected; default false. */
                    allOrNothing?: boolean | null;
                    /** @description Let the leads start automations; default false. A preview tells how many. */
                    triggerAutomations?: boolean | null;
                    /** @description Name of the file, when it is the body itself. */
                    name?: string;
                };
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "multipart/form-data": {
                        /** Format: binary */
                        file: string;
                    };
                    "text/csv": string;
                    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": string;
                };
            };
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/deals/imports/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/deals/imports/{id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/deals/imports/{id}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: {
                    /** @description Seconds for which the answer waits for the end of it. */
                    wait?: number;
                };
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/deals/imports/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/deals/imports/{id}/rejects": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    severity?: components["schemas"]["Severity"];
                    format?: "json" | "csv";
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                        "text/csv": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/deals/imports/{id}/deals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/deals/fields": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/deals/fields/{field}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    field: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["FieldBody"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "key": "plan",
                         *         "label": "Plan",
                         *         "type": "choice",
                         *         "choices": [
                         *           "gold",
                         *           "silver"
                         *         ],
                         *         "filter": true,
                         *         "custom": true
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    field: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/deals/views": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": [
                         *         {
                         *           "_id": "674085f0c2a1b94d3e5f6074",
                         *           "record": "lead",
                         *           "name": "Hot leads in Spain",
                         *           "ownerId": "674085f0c2a1b94d3e5f6075",
                         *           "shared": true,
                         *           "filters": {
                         *             "status": [
                         *               "new"
                         *             ],
                         *             "country": "ES"
                         *           },
                         *           "sort": "-createdAt",
                         *           "columns": [
                         *             "name",
                         *             "email"
                         *           ]
                         *         }
                         *       ]
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ViewBody"];
                };
            };
            responses: {
                /** @description Done. */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6074",
                         *         "record": "lead",
                         *         "name": "Hot leads in Spain",
                         *         "ownerId": "674085f0c2a1b94d3e5f6075",
                         *         "shared": true,
                         *         "filters": {
                         *           "status": [
                         *             "new"
                         *           ],
                         *           "country": "ES"
                         *         },
                         *         "sort": "-createdAt",
                         *         "columns": [
                         *           "name",
                         *           "email"
                         *         ]
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/deals/views/{view_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    view_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    view_id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ViewBody"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6074",
                         *         "record": "lead",
                         *         "name": "Hot leads in Spain",
                         *         "ownerId": "674085f0c2a1b94d3e5f6075",
                         *         "shared": true,
                         *         "filters": {
                         *           "status": [
                         *             "new"
                         *           ],
                         *           "country": "ES"
                         *         },
                         *         "sort": "-createdAt",
                         *         "columns": [
                         *           "name",
                         *           "email"
                         *         ]
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/deals": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                    /** @description A name of the type's sorts, '-' before it to reverse. Not with email, externalId or q. */
                    sort?: string | null;
                    /** @description Beginnings of words: names, company, e-mail, phone. */
                    q?: string | null;
                    email?: string | null;
                    externalId?: string | null;
                    /** @description Any of these. */
                    status?: string[] | null;
                    /** @description Any of these. */
                    source?: string[] | null;
                    /** @description Any of these. */
                    ownerId?: string[] | null;
                    /** @description ISO alpha-2; any of these. */
                    country?: string[] | null;
                    /** @description All of these. */
                    tag?: string[] | null;
                    createdFrom?: string | null;
                    /** @description Excluded. */
                    createdTo?: string | null;
                    updatedFrom?: string | null;
                    /** @description Excluded. */
                    updatedTo?: string | null;
                    /** @description 'deleted' lists what can be restored. */
                    state?: string | null;
                    /** @description Id of a saved view; what stands beside it counts more. */
                    view?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": [
                         *         {
                         *           "_id": "674085f0c2a1b94d3e5f6071",
                         *           "name": "Packing line",
                         *           "stage": "proposal",
                         *           "value": {
                         *             "amount": "48000",
                         *             "currency": "EUR"
                         *           },
                         *           "closeDate": "2026-03-31",
                         *           "probability": 40,
                         *           "accountId": "674085f0c2a1b94d3e5f6072",
                         *           "tags": [],
                         *           "custom": {},
                         *           "createdAt": "2026-01-05T09:30:00.000Z",
                         *           "updatedAt": "2026-01-05T09:30:00.000Z"
                         *         }
                         *       ]
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["DealBody"];
                };
            };
            responses: {
                /** @description Done. */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6071",
                         *         "name": "Packing line",
                         *         "stage": "proposal",
                         *         "value": {
                         *           "amount": "48000",
                         *           "currency": "EUR"
                         *         },
                         *         "closeDate": "2026-03-31",
                         *         "probability": 40,
                         *         "accountId": "674085f0c2a1b94d3e5f6072",
                         *         "tags": [],
                         *         "custom": {},
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/deals/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description A name of the type's sorts, '-' before it to reverse. Not with email, externalId or q. */
                    sort?: string | null;
                    /** @description Beginnings of words: names, company, e-mail, phone. */
                    q?: string | null;
                    email?: string | null;
                    externalId?: string | null;
                    /** @description Any of these. */
                    status?: string[] | null;
                    /** @description Any of these. */
                    source?: string[] | null;
                    /** @description Any of these. */
                    ownerId?: string[] | null;
                    /** @description ISO alpha-2; any of these. */
                    country?: string[] | null;
                    /** @description All of these. */
                    tag?: string[] | null;
                    createdFrom?: string | null;
                    /** @description Excluded. */
                    createdTo?: string | null;
                    updatedFrom?: string | null;
                    /** @description Excluded. */
                    updatedTo?: string | null;
                    /** @description 'deleted' lists what can be restored. */
                    state?: string | null;
                    /** @description Id of a saved view; what stands beside it counts more. */
                    view?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "count": 10000,
                         *         "capped": true
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/deals/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    format?: components["schemas"]["Form"];
                    /** @description A name of the type's sorts, '-' before it to reverse. Not with email, externalId or q. */
                    sort?: string | null;
                    /** @description Beginnings of words: names, company, e-mail, phone. */
                    q?: string | null;
                    email?: string | null;
                    externalId?: string | null;
                    /** @description Any of these. */
                    status?: string[] | null;
                    /** @description Any of these. */
                    source?: string[] | null;
                    /** @description Any of these. */
                    ownerId?: string[] | null;
                    /** @description ISO alpha-2; any of these. */
                    country?: string[] | null;
                    /** @description All of these. */
                    tag?: string[] | null;
                    createdFrom?: string | null;
                    /** @description Excluded. */
                    createdTo?: string | null;
                    updatedFrom?: string | null;
                    /** @description Excluded. */
                    updatedTo?: string | null;
                    /** @description 'deleted' lists what can be restored. */
                    state?: string | null;
                    /** @description Id of a saved view; what stands beside it counts more. */
                    view?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": Record<string, never>;
                        "text/csv": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/deals/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["BulkDealBody"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": [
                         *         {
                         *           "index": 0,
                         *           "status": "created",
                         *           "_id": "674085f0c2a1b94d3e5f6071"
                         *         }
                         *       ]
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/deals/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6071",
                         *         "name": "Packing line",
                         *         "stage": "proposal",
                         *         "value": {
                         *           "amount": "48000",
                         *           "currency": "EUR"
                         *         },
                         *         "closeDate": "2026-03-31",
                         *         "probability": 40,
                         *         "accountId": "674085f0c2a1b94d3e5f6072",
                         *         "tags": [],
                         *         "custom": {},
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6071",
                         *         "name": "Packing line",
                         *         "stage": "proposal",
                         *         "value": {
                         *           "amount": "48000",
                         *           "currency": "EUR"
                         *         },
                         *         "closeDate": "2026-03-31",
                         *         "probability": 40,
                         *         "accountId": "674085f0c2a1b94d3e5f6072",
                         *         "tags": [],
                         *         "custom": {},
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["DealBody"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6071",
                         *         "name": "Packing line",
                         *         "stage": "proposal",
                         *         "value": {
                         *           "amount": "48000",
                         *           "currency": "EUR"
                         *         },
                         *         "closeDate": "2026-03-31",
                         *         "probability": 40,
                         *         "accountId": "674085f0c2a1b94d3e5f6072",
                         *         "tags": [],
                         *         "custom": {},
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/deals/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6071",
                         *         "name": "Packing line",
                         *         "stage": "proposal",
                         *         "value": {
                         *           "amount": "48000",
                         *           "currency": "EUR"
                         *         },
                         *         "closeDate": "2026-03-31",
                         *         "probability": 40,
                         *         "accountId": "674085f0c2a1b94d3e5f6072",
                         *         "tags": [],
                         *         "custom": {},
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/deals/{id}/merge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["MergeBody"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6071",
                         *         "name": "Packing line",
                         *         "stage": "proposal",
                         *         "value": {
                         *           "amount": "48000",
                         *           "currency": "EUR"
                         *         },
                         *         "closeDate": "2026-03-31",
                         *         "probability": 40,
                         *         "accountId": "674085f0c2a1b94d3e5f6072",
                         *         "tags": [],
                         *         "custom": {},
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/deals/{id}/unmerge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["UnmergeBody"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": [
                         *         {
                         *           "_id": "674085f0c2a1b94d3e5f6071",
                         *           "name": "Packing line",
                         *           "stage": "proposal",
                         *           "value": {
                         *             "amount": "48000",
                         *             "currency": "EUR"
                         *           },
                         *           "closeDate": "2026-03-31",
                         *           "probability": 40,
                         *           "accountId": "674085f0c2a1b94d3e5f6072",
                         *           "tags": [],
                         *           "custom": {},
                         *           "createdAt": "2026-01-05T09:30:00.000Z",
                         *           "updatedAt": "2026-01-05T09:30:00.000Z"
                         *         },
                         *         {
                         *           "_id": "674085f0c2a1b94d3e5f6071",
                         *           "name": "Packing line",
                         *           "stage": "proposal",
                         *           "value": {
                         *             "amount": "48000",
                         *             "currency": "EUR"
                         *           },
                         *           "closeDate": "2026-03-31",
                         *           "probability": 40,
                         *           "accountId": "674085f0c2a1b94d3e5f6072",
                         *           "tags": [],
                         *           "custom": {},
                         *           "createdAt": "2026-01-05T09:30:00.000Z",
                         *           "updatedAt": "2026-01-05T09:30:00.000Z"
                         *         }
                         *       ]
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/deals/{id}/timeline": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/team": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RepBody"];
                };
            };
            responses: {
                /** @description Done. */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6076",
                         *         "name": "Ana Ruiz",
                         *         "email": "ana.ruiz@example.com",
                         *         "active": true,
                         *         "zone": "Europe/Madrid",
                         *         "hours": [
                         *           {
                         *             "day": "mon",
                         *             "start": "09:00",
                         *             "end": "17:30"
                         *           }
                         *         ],
                         *         "capacity": 40,
                         *         "weight": 1,
                         *         "territories": [
                         *           {
                         *             "countries": [
                         *               "ES",
                         *               "PT"
                         *             ],
                         *             "regions": [],
                         *             "postalPrefixes": [],
                         *             "tags": []
                         *           }
                         *         ],
                         *         "absences": [
                         *           {
                         *             "first": "2026-08-03",
                         *             "last": "2026-08-21",
                         *             "reason": "holiday"
                         *           }
                         *         ],
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/team/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6076",
                         *         "name": "Ana Ruiz",
                         *         "email": "ana.ruiz@example.com",
                         *         "active": true,
                         *         "zone": "Europe/Madrid",
                         *         "hours": [
                         *           {
                         *             "day": "mon",
                         *             "start": "09:00",
                         *             "end": "17:30"
                         *           }
                         *         ],
                         *         "capacity": 40,
                         *         "weight": 1,
                         *         "territories": [
                         *           {
                         *             "countries": [
                         *               "ES",
                         *               "PT"
                         *             ],
                         *             "regions": [],
                         *             "postalPrefixes": [],
                         *             "tags": []
                         *           }
                         *         ],
                         *         "absences": [
                         *           {
                         *             "first": "2026-08-03",
                         *             "last": "2026-08-21",
                         *             "reason": "holiday"
                         *           }
                         *         ],
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RepBody"];
                };
            };
            responses: {
                /** @description Done. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        /**
                         * @example {
                         *       "success": true,
                         *       "data": {
                         *         "_id": "674085f0c2a1b94d3e5f6076",
                         *         "name": "Ana Ruiz",
                         *         "email": "ana.ruiz@example.com",
                         *         "active": true,
                         *         "zone": "Europe/Madrid",
                         *         "hours": [
                         *           {
                         *             "day": "mon",
                         *             "start": "09:00",
                         *             "end": "17:30"
                         *           }
                         *         ],
                         *         "capacity": 40,
                         *         "weight": 1,
                         *         "territories": [
                         *           {
                         *             "countries": [
                         *               "ES",
                         *               "PT"
                         *             ],
                         *             "regions": [],
                         *             "postalPrefixes": [],
                         *             "tags": []
                         *           }
                         *         ],
                         *         "absences": [
                         *           {
                         *             "first": "2026-08-03",
                         *             "last": "2026-08-21",
                         *             "reason": "holiday"
                         *           }
                         *         ],
                         *         "createdAt": "2026-01-05T09:30:00.000Z",
                         *         "updatedAt": "2026-01-05T09:30:00.000Z"
                         *       }
                         *     }
                         */
                        "application/json": unknown;
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/forms": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["FormBody"];
                };
            };
            responses: {
                /** @description Successful Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/forms/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["FormBody"];
                };
            };
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/forms/{id}/snippet": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/forms/{id}/submissions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/f/{key}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    key: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The page. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                        "text/html": string;
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    key: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    /**
                     * @example {
                     *       "email": "ann@example.com"
                     *     }
                     */
                    "application/json": Record<string, never>;
                    "application/x-www-form-urlencoded": Record<string, never>;
                };
            };
            responses: {
                /** @description Successful Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/f/{key}/thanks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    key: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description The page. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                        "text/html": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/crm-integration/sync-leads": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description `respond-async`: answer at once with the run; `wait=N`: wait at most N seconds (RFC 7240). */
                    prefer?: string | null;
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["SyncLeadsBody"];
                };
            };
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/leads/{id}/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    run_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description From POST /api/v1/events/tickets. */
                    ticket?: string | null;
                };
                header?: {
                    /** @description Of the last event seen. */
                    "last-event-id"?: string | null;
                };
                path: {
                    run_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Events until the run ends. */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/event-stream": string;
                    };
                };
                /** @description The run has ended, and `Last-Event-ID` says that this is known. */
                204: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content?: never;
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/runs/{run_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    run_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/crm-integration/error-logs/{error_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    error_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/automation/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/automation/events/samples": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query: {
                    /** @description A name of the catalogue. */
                    type: string;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/automation/hooks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["HookBody"];
                };
            };
            responses: {
                /** @description Successful Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/automation/hooks/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/automation/hooks/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/automation/usage/summary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Included; default 30 days back. */
                    startDate?: string | null;
                    /** @description Included; default today. */
                    endDate?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/automation/usage/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                    eventType?: components["schemas"]["EventType"] | null;
                    category?: components["schemas"]["Category"] | null;
                    status?: components["schemas"]["Status"] | null;
                    provider?: string | null;
                    connectionId?: string | null;
                    automationId?: string | null;
                    /** @description From this time on (ISO 8601 with zone). */
                    since?: string | null;
                    /** @description Before this time (ISO 8601 with zone). */
                    until?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/automation/usage/events.csv": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    eventType?: components["schemas"]["EventType"] | null;
                    category?: components["schemas"]["Category"] | null;
                    status?: components["schemas"]["Status"] | null;
                    provider?: string | null;
                    connectionId?: string | null;
                    automationId?: string | null;
                    /** @description From this time on (ISO 8601 with zone). */
                    since?: string | null;
                    /** @description Before this time (ISO 8601 with zone). */
                    until?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/csv": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/automation/usage/events/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/automation/usage/quotas": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["QuotasBody"];
                };
            };
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/work/dead": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Only tasks of this kind. */
                    kind?: string | null;
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/work/dead/{task_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    task_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    task_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/work/dead/{task_id}/retry": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    task_id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "text/plain": string;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/login": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["LoginBody"];
                };
            };
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/logout": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["PasswordBody"];
                };
            };
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["KeyBody"];
                };
            };
            responses: {
                /** @description Successful Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/auth/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CompanyKeyBody"];
                };
            };
            responses: {
                /** @description Successful Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/api-keys/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/company": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CompanyBody"];
                };
            };
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/users": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/users/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["UserBody"];
                };
            };
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/invitations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["InvitationBody"];
                };
            };
            responses: {
                /** @description Successful Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/invitations/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["AcceptBody"];
                };
            };
            responses: {
                /** @description Successful Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Only this action, such as user.changed. */
                    action?: string | null;
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/events/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["TicketBody"];
                };
            };
            responses: {
                /** @description Successful Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/automation/executions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    automationId?: string | null;
                    /** @description Of a subscription. */
                    hookId?: string | null;
                    /** @description How far they are. */
                    status?: components["schemas"]["ExecutionState"] | null;
                    eventType?: string | null;
                    recordId?: string | null;
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                    /** @description From this time on (ISO 8601 with zone). */
                    since?: string | null;
                    /** @description Before this time (ISO 8601 with zone). */
                    until?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/automation/executions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/automation/executions/{id}/attempts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/automation/executions/{id}/resend": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/automation/executions/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/automation/executions/{id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/automation/templates": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/automation/stats": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/automation": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    status?: components["schemas"]["AutomationStatus"] | null;
                    templateId?: string | null;
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["CreateBody"];
                };
            };
            responses: {
                /** @description Successful Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/automation/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        options?: never;
        head?: never;
        patch: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["leadbridge__automation__bodies__ChangeBody"];
                };
            };
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        trace?: never;
    };
    "/api/v1/automation/{id}/activate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["ActivateBody"] | null;
                };
            };
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/automation/{id}/deactivate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/automation/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: {
                content: {
                    "application/json": components["schemas"]["TestBody"] | null;
                };
            };
            responses: {
                /** @description Successful Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/automation/{id}/secrets/rotate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RotateBody"];
                };
            };
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/automation/{id}/recover": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["RecoverBody"];
                };
            };
            responses: {
                /** @description Successful Response */
                202: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/privacy/erasures": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: {
                    /** @description Items on one page. */
                    limit?: number;
                    /** @description 'nextCursor' of the page before. */
                    cursor?: string | null;
                };
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post: {
            parameters: {
                query?: never;
                header?: {
                    /** @description 1 to 255 printable ASCII characters. The same key again gets the same answer for 24 hours. */
                    "Idempotency-Key"?: string | null;
                };
                path?: never;
                cookie?: never;
            };
            requestBody: {
                content: {
                    "application/json": components["schemas"]["ErasureBody"];
                };
            };
            responses: {
                /** @description Successful Response */
                201: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/privacy/erasures/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/leads/{id}/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path: {
                    id: string;
                };
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/healthz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/readyz": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get: {
            parameters: {
                query?: never;
                header?: never;
                path?: never;
                cookie?: never;
            };
            requestBody?: never;
            responses: {
                /** @description Successful Response */
                200: {
                    headers: {
                        [name: string]: unknown;
                    };
                    content: {
                        "application/json": unknown;
                    };
                };
            };
        };
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** AbsenceBody */
        AbsenceBody: {
            /**
             * First
             * Format: date
             * @example 2026-08-03
             */
            first: string;
            /**
             * Last
             * Format: date
             * @example 2026-08-21
             */
            last: string;
            /** Reason */
            reason?: string | null;
        };
        /**
         * AcceptBody
         * @description What makes the holder of an invitation a user.
         */
        AcceptBody: {
            /** Token */
            token: string;
            /** Name */
            name: string;
            /**
             * Password
             * Format: password
             */
            password: string;
        };
        /**
         * AccountBody
         * @description An account: a company or an organisation.
         * @example {
         *       "employees": 40,
         *       "externalId": "erp-4711",
         *       "name": "Ejemplo SL",
         *       "website": "ejemplo.example"
         *     }
         */
        AccountBody: {
            /**
             * Externalid
             * @description Your own id; unique in the company.
             */
            externalId?: string | null;
            /** Ownerid */
            ownerId?: string | null;
            /** Source */
            source?: string | null;
            /** Tags */
            tags?: string[] | null;
            /** Custom */
            custom?: {
                [key: string]: boolean | number | string | string[] | null;
            } | null;
            /**
             * Allowerased
             * @description Store the person although they were erased: they have agreed again since.
             * @default false
             */
            allowErased: boolean;
            /**
             * Phone
             * @description Any usual spelling; kept in E.164, as sent in phoneRaw.
             */
            phone?: string | null;
            /** Website */
            website?: string | null;
            address?: components["schemas"]["AddressBody"] | null;
            /** Name */
            name?: string | null;
            /** Email */
            email?: string | null;
            /** Industry */
            industry?: string | null;
            /** Employees */
            employees?: number | null;
            /** Status */
            status?: string | null;
        };
        /**
         * ActivateBody
         * @description ``confirm`` activates although there are warnings.
         */
        ActivateBody: {
            /**
             * Confirm
             * @default false
             */
            confirm: boolean;
        };
        /**
         * AddressBody
         * @description An address as a caller sends it; the country may be a name or a code.
         */
        AddressBody: {
            /** Street */
            street?: string | null;
            /** City */
            city?: string | null;
            /** Region */
            region?: string | null;
            /** Postalcode */
            postalCode?: string | null;
            /** Country */
            country?: string | null;
        };
        /**
         * AutomationStatus
         * @description Whether an automation starts. Every one but ``active`` counts as inactive in the statistics.
         * @enum {string}
         */
        AutomationStatus: "inactive" | "active" | "paused" | "disabled";
        /** BulkAccountBody */
        BulkAccountBody: {
            /** @default externalId */
            match: components["schemas"]["MatchBy"];
            /** Items */
            items: components["schemas"]["AccountBody"][];
        };
        /** BulkContactBody */
        BulkContactBody: {
            /** @default externalId */
            match: components["schemas"]["MatchBy"];
            /** Items */
            items: components["schemas"]["ContactBody"][];
        };
        /** BulkDealBody */
        BulkDealBody: {
            /** @default externalId */
            match: components["schemas"]["MatchBy"];
            /** Items */
            items: components["schemas"]["DealBody"][];
        };
        /** BulkLeadBody */
        BulkLeadBody: {
            /** @default externalId */
            match: components["schemas"]["MatchBy"];
            /** Items */
            items: components["schemas"]["LeadBody"][];
        };
        /**
         * Category
         * @description What an operation belongs to.
         * @enum {string}
         */
        Category: "crm" | "automation" | "lead" | "auth";
        /**
         * ChallengeBody
         * @description ``verifyUrl`` takes ``secret`` and ``response`` as a form and answers JSON with ``success``.
         *
         *     ``widget`` and ``siteKey`` let the hosted page show the check.
         */
        ChallengeBody: {
            /** Verifyurl */
            verifyUrl: string;
            /** Secret */
            secret: string;
            widget?: components["schemas"]["Widget"] | null;
            /** Sitekey */
            siteKey?: string | null;
        };
        /**
         * CompanyBody
         * @description What to change of the company.
         */
        CompanyBody: {
            /** Name */
            name?: string | null;
            /**
             * Timezone
             * @example Europe/Berlin
             */
            timeZone?: string | null;
            /**
             * Country
             * @example DE
             */
            country?: string | null;
        };
        /**
         * CompanyKeyBody
         * @description A new API key for a program: of the service user ``userId``, or of a new one.
         */
        CompanyKeyBody: {
            /** Name */
            name: string;
            /**
             * Rights
             * @example [
             *       "leads.read",
             *       "leads.write"
             *     ]
             */
            rights?: string[] | null;
            /** Expiresat */
            expiresAt?: string | null;
            /** Userid */
            userId?: string | null;
        };
        /**
         * CompleteBody
         * @description Confirm a pending connection.
         */
        CompleteBody: {
            /** Handle */
            handle: string;
        };
        /**
         * ConnectionChoice
         * @description Which connection is meant; without either, the primary one.
         */
        ConnectionChoice: {
            /** Connectionid */
            connectionId?: string | null;
            /** Provider */
            provider?: string | null;
        };
        /** ConsentBody */
        ConsentBody: {
            /** Given */
            given: boolean;
            /** At */
            at?: string | null;
            /** Source */
            source?: string | null;
        };
        /**
         * ConsentRule
         * @description The question for consent. The text that a person saw is kept with what they sent.
         */
        ConsentRule: {
            /** Text */
            text: string;
            /**
             * Required
             * @default true
             */
            required: boolean;
        };
        /**
         * ContactBody
         * @description A contact: a person the company already deals with.
         * @example {
         *       "accountId": "erp-4711",
         *       "company": "Ejemplo SL",
         *       "email": "ana.ruiz@example.com",
         *       "externalId": "customer-17",
         *       "firstName": "Ana",
         *       "lastName": "Ruiz",
         *       "phone": "+34 612 345 678",
         *       "tags": [
         *         "fair-2026"
         *       ],
         *       "title": "Head of purchasing"
         *     }
         */
        ContactBody: {
            /**
             * Externalid
             * @description Your own id; unique in the company.
             */
            externalId?: string | null;
            /** Ownerid */
            ownerId?: string | null;
            /** Source */
            source?: string | null;
            /** Tags */
            tags?: string[] | null;
            /** Custom */
            custom?: {
                [key: string]: boolean | number | string | string[] | null;
            } | null;
            /**
             * Allowerased
             * @description Store the person although they were erased: they have agreed again since.
             * @default false
             */
            allowErased: boolean;
            /**
             * Phone
             * @description Any usual spelling; kept in E.164, as sent in phoneRaw.
             */
            phone?: string | null;
            /** Website */
            website?: string | null;
            address?: components["schemas"]["AddressBody"] | null;
            /** Firstname */
            firstName?: string | null;
            /** Lastname */
            lastName?: string | null;
            /** Email */
            email?: string | null;
            /** Company */
            company?: string | null;
            /** Title */
            title?: string | null;
            /** Status */
            status?: string | null;
            consent?: components["schemas"]["ConsentBody"] | null;
            /** Score */
            score?: number | null;
            /**
             * Accountid
             * @description Id or external id of the account they belong to.
             */
            accountId?: string | null;
        };
        /**
         * CreateBody
         * @description A new automation: from a template, or by a definition of one's own.
         */
        CreateBody: {
            /** Name */
            name?: string | null;
            /** Makescenarioid */
            makeScenarioId?: string | null;
            /**
             * Makewebhookurl
             * @description The address that Make's custom webhook shows, or that of any other endpoint.
             */
            makeWebhookUrl?: string | null;
            /**
             * Makeapikey
             * @description Sent as `x-make-apikey`, for a webhook that asks for one.
             */
            makeApiKey?: string | null;
            runBy?: components["schemas"]["RunBy"] | null;
            /** Config */
            config?: {
                [key: string]: unknown;
            } | null;
            /** Filter */
            filter?: string | null;
            endpoint?: components["schemas"]["EndpointForm"] | null;
            /** Templateid */
            templateId?: string | null;
            definition?: components["schemas"]["DefinitionBody"] | null;
        };
        /**
         * Day
         * @description Days of the week, Monday first as in ISO 8601.
         * @enum {string}
         */
        Day: "mon" | "tue" | "wed" | "thu" | "fri" | "sat" | "sun";
        /**
         * DealBody
         * @description A deal: something that may be sold to an account.
         * @example {
         *       "accountId": "erp-4711",
         *       "closeDate": "2026-03-31",
         *       "name": "Packing line",
         *       "probability": 40,
         *       "stage": "proposal",
         *       "value": {
         *         "amount": "48000",
         *         "currency": "EUR"
         *       }
         *     }
         */
        DealBody: {
            /**
             * Externalid
             * @description Your own id; unique in the company.
             */
            externalId?: string | null;
            /** Ownerid */
            ownerId?: string | null;
            /** Source */
            source?: string | null;
            /** Tags */
            tags?: string[] | null;
            /** Custom */
            custom?: {
                [key: string]: boolean | number | string | string[] | null;
            } | null;
            /**
             * Allowerased
             * @description Store the person although they were erased: they have agreed again since.
             * @default false
             */
            allowErased: boolean;
            /** Name */
            name?: string | null;
            /** Stage */
            stage?: string | null;
            /** Status */
            status?: string | null;
            value?: components["schemas"]["MoneyBody"] | null;
            /**
             * Closedate
             * @example 2026-03-31
             */
            closeDate?: string | null;
            /** Probability */
            probability?: number | null;
            /**
             * Accountid
             * @description Id or external id of the account it is with.
             */
            accountId?: string | null;
            /**
             * Contactid
             * @description Id or external id of the person it is with.
             */
            contactId?: string | null;
        };
        /**
         * DefinitionBody
         * @description A workflow of one's own: a trigger, a filter, and at most one delivery.
         */
        DefinitionBody: {
            trigger: components["schemas"]["TriggerBody"];
            /** Filter */
            filter?: string | null;
            /**
             * Steps
             * @default []
             */
            steps: components["schemas"]["WebhookStep"][];
        };
        /**
         * EndpointForm
         * @description How an endpoint is called; what is absent stays as it is.
         */
        EndpointForm: {
            /** Persecond */
            perSecond?: number | null;
            /** Concurrency */
            concurrency?: number | null;
            /** Ordered */
            ordered?: boolean | null;
            /** Schedule */
            schedule?: number[] | null;
            /** Timeoutseconds */
            timeoutSeconds?: number | null;
        };
        /**
         * ErasureBody
         * @description Whom to erase: one record, or every record with an e-mail address.
         */
        ErasureBody: {
            /**
             * Leadid
             * @description The record's id or external id.
             * @example 674085f0c2a1b94d3e5f6071
             */
            leadId?: string | null;
            /** Email */
            email?: string | null;
        };
        /**
         * ErrorAnswer
         * @description A failure in the envelope.
         */
        ErrorAnswer: {
            /**
             * Success
             * @example false
             */
            success: boolean;
            error: components["schemas"]["ErrorBody"];
        };
        /**
         * ErrorBody
         * @description What went wrong: ``code`` for programs, ``message`` and ``hint`` for people.
         */
        ErrorBody: {
            /**
             * Code
             * @example lead_not_found
             */
            code: string;
            /** Message */
            message: string;
            /** Hint */
            hint: string;
            /**
             * Requestid
             * @description Stands in the hub's log too.
             */
            requestId: string;
            /** Details */
            details: {
                [key: string]: unknown;
            };
        };
        /**
         * EventType
         * @description Every operation that is counted.
         * @enum {string}
         */
        EventType: "crm_connect" | "crm_disconnect" | "crm_sync" | "crm_webhook_received" | "token_refresh" | "make_workflow_executed" | "workflow_executed" | "webhook_received" | "webhook_delivered" | "notification_sent" | "enrichment" | "lead_import" | "report_sent";
        /**
         * ExecutionState
         * @description Where an execution is. The last three are settled: no try will follow by itself.
         * @enum {string}
         */
        ExecutionState: "waiting" | "retrying" | "succeeded" | "failed" | "cancelled";
        /**
         * FieldBody
         * @description A custom field as a caller declares it.
         */
        FieldBody: {
            /**
             * Label
             * @example Plan
             */
            label?: string | null;
            /** @example choice */
            type: components["schemas"]["leadbridge__leads__settings__FieldType"];
            /**
             * Choices
             * @default []
             * @example [
             *       "gold",
             *       "silver"
             *     ]
             */
            choices: string[];
            /**
             * Filter
             * @description Whether lists can be narrowed by it: ?custom.plan=gold
             * @default false
             */
            filter: boolean;
        };
        /**
         * Form
         * @description How a list is written. ``csv`` disarms what a spreadsheet would calculate, ``csv_raw`` leaves cells alone.
         * @enum {string}
         */
        Form: "csv" | "csv_raw" | "json";
        /**
         * FormBody
         * @description A form as a caller sends it: whole, or in a change only what changes.
         */
        FormBody: {
            /** Name */
            name?: string | null;
            /** Title */
            title?: string | null;
            /** Intro */
            intro?: string | null;
            /** Fields */
            fields?: components["schemas"]["FormField"][] | null;
            consent?: components["schemas"]["ConsentRule"] | null;
            /** Origins */
            origins?: string[] | null;
            /** Redirecturl */
            redirectUrl?: string | null;
            /** Thanks */
            thanks?: string | null;
            /** Submitlabel */
            submitLabel?: string | null;
            /** Language */
            language?: string | null;
            /** Country */
            country?: string | null;
            /** Source */
            source?: string | null;
            /** Spamlimit */
            spamLimit?: number | null;
            /** Perminute */
            perMinute?: number | null;
            challenge?: components["schemas"]["ChallengeBody"] | null;
            /** Active */
            active?: boolean | null;
        };
        /**
         * FormField
         * @description One field. ``to`` names the lead's field that its value becomes (default: a custom field of its own name).
         */
        FormField: {
            /**
             * Name
             * @example email
             */
            name: string;
            /** Label */
            label: string;
            /** @default text */
            type: components["schemas"]["leadbridge__leads__forms__model__FieldType"];
            /**
             * Required
             * @default false
             */
            required: boolean;
            /**
             * To
             * @example email
             * @example custom.budget
             */
            to?: string | null;
            /**
             * Options
             * @default []
             */
            options: string[];
            /**
             * Maxlength
             * @default 500
             */
            maxLength: number;
            /** Help */
            help?: string | null;
        };
        /** HTTPValidationError */
        HTTPValidationError: {
            /** Detail */
            detail?: components["schemas"]["ValidationError"][];
        };
        /**
         * HookBody
         * @description A subscription as a caller sends it. ``hookUrl`` is another name of ``targetUrl``: Zapier's.
         */
        HookBody: {
            /** Targeturl */
            targetUrl: string;
            /** Eventtypes */
            eventTypes: string[];
            /** Filter */
            filter?: string | null;
            endpoint?: components["schemas"]["EndpointForm"] | null;
        };
        /** HoursBody */
        HoursBody: {
            day: components["schemas"]["Day"];
            /**
             * Start
             * @example 09:00
             */
            start: string;
            /**
             * End
             * @example 09:00
             */
            end: string;
        };
        /**
         * InitBody
         * @description Begin a connect.
         */
        InitBody: {
            /**
             * Provider
             * @example hubspot
             */
            provider: string;
            /** Returnurl */
            returnUrl?: string | null;
            /** Connectionid */
            connectionId?: string | null;
            /** Datacenter */
            dataCenter?: string | null;
            /** Environment */
            environment?: string | null;
            /** Mydomain */
            myDomain?: string | null;
            /** Organizationurl */
            organizationUrl?: string | null;
        };
        /**
         * InvitationBody
         * @description Whom to invite, and as what.
         */
        InvitationBody: {
            /**
             * Email
             * @example ana@example.com
             */
            email: string;
            /** @default member */
            role: components["schemas"]["Role"];
        };
        /**
         * KeyBody
         * @description A new API key. Without ``rights`` it may do whatever its user may.
         */
        KeyBody: {
            /** Name */
            name: string;
            /**
             * Rights
             * @example [
             *       "leads.read",
             *       "leads.write"
             *     ]
             */
            rights?: string[] | null;
            /** Expiresat */
            expiresAt?: string | null;
        };
        /**
         * LeadBody
         * @description A lead as a caller sends it, whole or, in a change, only the fields to change: null or "" unsets.
         * @example {
         *       "company": "Ejemplo SL",
         *       "email": "ana.ruiz@example.com",
         *       "externalId": "customer-17",
         *       "firstName": "Ana",
         *       "lastName": "Ruiz",
         *       "phone": "+34 612 345 678",
         *       "source": "fair",
         *       "status": "new",
         *       "tags": [
         *         "fair-2026"
         *       ],
         *       "title": "Head of purchasing",
         *       "value": {
         *         "amount": "1234.50",
         *         "currency": "EUR"
         *       }
         *     }
         */
        LeadBody: {
            /**
             * Externalid
             * @description Your own id; unique in the company.
             */
            externalId?: string | null;
            /** Ownerid */
            ownerId?: string | null;
            /** Source */
            source?: string | null;
            /** Tags */
            tags?: string[] | null;
            /** Custom */
            custom?: {
                [key: string]: boolean | number | string | string[] | null;
            } | null;
            /**
             * Allowerased
             * @description Store the person although they were erased: they have agreed again since.
             * @default false
             */
            allowErased: boolean;
            /**
             * Phone
             * @description Any usual spelling; kept in E.164, as sent in phoneRaw.
             */
            phone?: string | null;
            /** Website */
            website?: string | null;
            address?: components["schemas"]["AddressBody"] | null;
            /** Firstname */
            firstName?: string | null;
            /** Lastname */
            lastName?: string | null;
            /** Email */
            email?: string | null;
            /** Company */
            company?: string | null;
            /** Title */
            title?: string | null;
            /** Status */
            status?: string | null;
            consent?: components["schemas"]["ConsentBody"] | null;
            /** Score */
            score?: number | null;
            value?: components["schemas"]["MoneyBody"] | null;
        };
        /**
         * Limit
         * @description A limit of a company: from ``soft`` on it is warned, past ``hard`` it is refused. Absent: none.
         */
        Limit: {
            /** Soft */
            soft?: number | null;
            /** Hard */
            hard?: number | null;
        };
        /**
         * LoginBody
         * @description An address and a password; ``company`` only where the address is known in several.
         */
        LoginBody: {
            /**
             * Email
             * @example ana@example.com
             */
            email: string;
            /**
             * Password
             * Format: password
             */
            password: string;
            /** Company */
            company?: string | null;
        };
        /**
         * MatchBy
         * @description By what a record that is already there is recognised, beside its external id.
         * @enum {string}
         */
        MatchBy: "externalId" | "email";
        /**
         * MergeBody
         * @description Which record is to become part of the one in the path.
         */
        MergeBody: {
            /**
             * Otherid
             * @description Id or external id of the record that ends; from then on its ids lead to the other.
             * @example 674085f0c2a1b94d3e5f6073
             */
            otherId: string;
            /**
             * Take
             * @description Fields whose values win from it.
             * @default []
             * @example [
             *       "phone",
             *       "address"
             *     ]
             */
            take: string[];
        };
        /**
         * MergeMode
         * @description What a row may do to a lead that is already there.
         * @enum {string}
         */
        MergeMode: "fill_blanks" | "overwrite" | "skip";
        /**
         * MoneyBody
         * @description An amount as a caller sends it: decimal text (or a number) and an ISO 4217 code.
         */
        MoneyBody: {
            /**
             * Amount
             * @example 1234.50
             */
            amount: string | number;
            /** Currency */
            currency?: string | null;
        };
        /**
         * PasswordBody
         * @description A user's own new password.
         */
        PasswordBody: {
            /**
             * Currentpassword
             * Format: password
             */
            currentPassword: string;
            /**
             * Newpassword
             * Format: password
             */
            newPassword: string;
        };
        /**
         * QuotasBody
         * @description Limits that a company sets itself. What is left out stays; an empty object takes a limit away.
         */
        QuotasBody: {
            vendorCallsPerDay?: components["schemas"]["Limit"] | null;
            executionsPerMonth?: components["schemas"]["Limit"] | null;
            leadsPerMonth?: components["schemas"]["Limit"] | null;
        };
        /**
         * RecoverBody
         * @description Which executions are sent again: those that were made from ``since`` on and before ``until``.
         */
        RecoverBody: {
            /**
             * Since
             * Format: date-time
             */
            since: string;
            /**
             * Until
             * Format: date-time
             */
            until: string;
            /**
             * Status
             * @default [
             *       "failed"
             *     ]
             */
            status: ("failed" | "cancelled")[];
            /**
             * Dryrun
             * @default false
             */
            dryRun: boolean;
        };
        /**
         * RepBody
         * @description A member of the sales team as a caller sends it; in a change only what is named changes.
         * @example {
         *       "absences": [
         *         {
         *           "first": "2026-08-03",
         *           "last": "2026-08-21",
         *           "reason": "holiday"
         *         }
         *       ],
         *       "capacity": 40,
         *       "email": "ana.ruiz@example.com",
         *       "hours": [
         *         {
         *           "day": "mon",
         *           "end": "17:30",
         *           "start": "09:00"
         *         }
         *       ],
         *       "name": "Ana Ruiz",
         *       "territories": [
         *         {
         *           "countries": [
         *             "ES",
         *             "PT"
         *           ]
         *         }
         *       ],
         *       "zone": "Europe/Madrid"
         *     }
         */
        RepBody: {
            /** Name */
            name?: string | null;
            /** Email */
            email?: string | null;
            /** Userid */
            userId?: string | null;
            /**
             * Active
             * @default true
             */
            active: boolean;
            /**
             * Zone
             * @description IANA time zone; the company's, where none is given.
             */
            zone?: string | null;
            /**
             * Hours
             * @default []
             */
            hours: components["schemas"]["HoursBody"][];
            /** Capacity */
            capacity?: number | null;
            /**
             * Weight
             * @default 1
             */
            weight: number;
            /**
             * Territories
             * @default []
             */
            territories: components["schemas"]["TerritoryBody"][];
            /**
             * Absences
             * @default []
             */
            absences: components["schemas"]["AbsenceBody"][];
        };
        /**
         * Role
         * @description What a user may do inside one company; the first is the top.
         *
         *     Looking across companies is nobody's role: it needs the command line of the machine the hub runs on.
         * @enum {string}
         */
        Role: "super_user" | "admin" | "member" | "service";
        /**
         * RotateBody
         * @description Which secret is replaced, and for how many hours the one before is good as well.
         */
        RotateBody: {
            which: components["schemas"]["Which"];
            /**
             * Overlaphours
             * @default 24
             */
            overlapHours: number;
        };
        /**
         * RunBy
         * @description Who does an automation's work.
         * @enum {string}
         */
        RunBy: "make" | "native";
        /**
         * Severity
         * @description ``rejected``: the row became no record. ``warning``: it did, without some value. ``kept``: an undo left it.
         * @enum {string}
         */
        Severity: "rejected" | "warning" | "kept";
        /**
         * Status
         * @description How an operation ended.
         * @enum {string}
         */
        Status: "success" | "failed";
        /**
         * SyncLeadsBody
         * @description Which leads to push, and where to; without a connection the primary one is meant.
         */
        SyncLeadsBody: {
            /**
             * Leadids
             * @description Ids of leads, or the host application's own (external) ids; at most 10,000.
             * @example [
             *       "674085f0c2a1b94d3e5f6071",
             *       "customer-17"
             *     ]
             */
            leadIds: string[];
            /** Connectionid */
            connectionId?: string | null;
            /** Provider */
            provider?: string | null;
        };
        /**
         * TerritoryBody
         * @description Countries may be names or codes.
         */
        TerritoryBody: {
            /**
             * Countries
             * @default []
             */
            countries: string[];
            /**
             * Regions
             * @default []
             */
            regions: string[];
            /**
             * Postalprefixes
             * @default []
             */
            postalPrefixes: string[];
            /**
             * Tags
             * @default []
             */
            tags: string[];
        };
        /**
         * TestBody
         * @description What a test sends: an event of ``type`` (default: the trigger's) with ``data`` (default: a realistic sample).
         */
        TestBody: {
            /** Type */
            type?: string | null;
            /** Data */
            data?: {
                [key: string]: unknown;
            } | null;
        };
        /**
         * ThresholdBody
         * @description From when on a lead is of high value; null for what does not count.
         */
        ThresholdBody: {
            value?: components["schemas"]["MoneyBody"] | null;
            /** Score */
            score?: number | null;
        };
        /**
         * TicketBody
         * @description Which stream a ticket is to open.
         */
        TicketBody: {
            /**
             * Path
             * @example /api/v1/runs/674085f0c2a1b94d3e5f6071/events
             */
            path: string;
        };
        /**
         * TriggerBody
         * @description What starts a workflow: an event type of the catalogue.
         */
        TriggerBody: {
            /**
             * Type
             * @example lead.created
             */
            type: string;
        };
        /**
         * UnmergeBody
         * @description Which record is to be taken out of the one in the path.
         */
        UnmergeBody: {
            /**
             * Otherid
             * @description The `_id` of the record that ended with the merge.
             * @example 674085f0c2a1b94d3e5f6073
             */
            otherId: string;
        };
        /**
         * UserBody
         * @description What to change of a user.
         */
        UserBody: {
            /** Name */
            name?: string | null;
            role?: components["schemas"]["Role"] | null;
            /** Disabled */
            disabled?: boolean | null;
        };
        /** ValidationError */
        ValidationError: {
            /** Location */
            loc: (string | number)[];
            /** Message */
            msg: string;
            /** Error Type */
            type: string;
            /** Input */
            input?: unknown;
            /** Context */
            ctx?: Record<string, never>;
        };
        /**
         * ViewBody
         * @description A view as a caller saves it; in a change only what is named changes.
         */
        ViewBody: {
            /**
             * Name
             * @example Hot leads in Spain
             */
            name?: string | null;
            /**
             * Filters
             * @description Any query parameters that the list takes to be narrowed by, as they would stand in its address. Blank ones are left out, as the list does.
             * @example {
             *       "country": "ES",
             *       "minScore": 50,
             *       "status": [
             *         "new",
             *         "open"
             *       ]
             *     }
             */
            filters?: {
                [key: string]: string | boolean | number | (string | boolean | number)[] | null;
            } | null;
            /**
             * Sort
             * @example -createdAt
             */
            sort?: string | null;
            /**
             * Columns
             * @example [
             *       "name",
             *       "email",
             *       "status"
             *     ]
             */
            columns?: string[] | null;
            /**
             * Shared
             * @description Whether everybody in the company sees it.
             */
            shared?: boolean | null;
        };
        /**
         * WebhookStep
         * @description The one step that a workflow of one's own can have: the event is delivered to an address.
         */
        WebhookStep: {
            /**
             * Type
             * @constant
             */
            type: "webhook";
            /**
             * Url
             * @example https://hook.eu1.make.com/abc123
             */
            url: string;
        };
        /**
         * Which
         * @description Which of an automation's two secrets.
         * @enum {string}
         */
        Which: "inbound" | "signing";
        /**
         * Widget
         * @description Whose check the hosted page shows.
         * @enum {string}
         */
        Widget: "turnstile" | "hcaptcha" | "recaptcha";
        /**
         * ChangeBody
         * @description What is to be changed of an automation. What is null is taken away, where it may be absent.
         */
        leadbridge__automation__bodies__ChangeBody: {
            /** Name */
            name?: string | null;
            /** Makescenarioid */
            makeScenarioId?: string | null;
            /**
             * Makewebhookurl
             * @description The address that Make's custom webhook shows, or that of any other endpoint.
             */
            makeWebhookUrl?: string | null;
            /**
             * Makeapikey
             * @description Sent as `x-make-apikey`, for a webhook that asks for one.
             */
            makeApiKey?: string | null;
            runBy?: components["schemas"]["RunBy"] | null;
            /** Config */
            config?: {
                [key: string]: unknown;
            } | null;
            /** Filter */
            filter?: string | null;
            endpoint?: components["schemas"]["EndpointForm"] | null;
            /**
             * Requiresignature
             * @description Whether calls to the automation must be signed; else the header secret is enough.
             */
            requireSignature?: boolean | null;
            definition?: components["schemas"]["DefinitionBody"] | null;
        };
        /**
         * ChangeBody
         * @description Change a connection.
         */
        leadbridge__integrations__bodies__ChangeBody: {
            /** Primary */
            primary?: boolean | null;
            /** Paused */
            paused?: boolean | null;
            /** Automaticpush */
            automaticPush?: boolean | null;
            /** Workflows */
            workflows?: boolean | null;
            /** Dayshare */
            dayShare?: number | null;
        };
        /**
         * FieldType
         * @description What a field takes, and which control it is shown as.
         * @enum {string}
         */
        leadbridge__leads__forms__model__FieldType: "text" | "textarea" | "email" | "phone" | "url" | "number" | "date" | "country" | "select" | "checkbox";
        /**
         * FieldType
         * @description What a declared custom field holds.
         * @enum {string}
         */
        leadbridge__leads__settings__FieldType: "text" | "number" | "boolean" | "date" | "choice" | "choices" | "url" | "email";
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export type operations = Record<string, never>;
