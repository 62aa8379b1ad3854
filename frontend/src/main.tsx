import "@mantine/core/styles.css";
import "@mantine/notifications/styles.css";
import "./app.css";
import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { MutationCache, QueryCache, QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { asApiError } from "./api/errors";
import { makeRouter } from "./router";
import { theme, variables } from "./theme";

const nonce = document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? "";
setNonce(nonce); // for the part that keeps the page still behind a dialogue

/** A session that has ended leads to the sign-in page, and from there back. */
function signedOut(error: unknown): void {
  const { pathname, search } = window.location;
  if (asApiError(error).status === 401 && pathname.startsWith("/super-user")) {
    window.location.assign(`/sign-in?to=${encodeURIComponent(pathname + search)}`);
  }
}

const client = new QueryClient({
  defaultOptions: {
    // Whether the hub answers is found out by asking it: a browser's own idea of being offline would wait in silence.
    mutations: { networkMode: "always" },
    queries: {
      networkMode: "always",
      retry: (count, error) => count < 2 && [0, 502, 503, 504].includes(asApiError(error).status),
      refetchOnWindowFocus: false,
      staleTime: 5_000,
    },
  },
  queryCache: new QueryCache({ onError: (error, query) => query.queryKey[0] !== "me" && signedOut(error) }),
  mutationCache: new MutationCache({ onError: signedOut }),
});

const place = document.getElementById("root");
if (place === null) throw new Error("the page has no place for the dashboard");
createRoot(place).render(
  <StrictMode>
    <MantineProvider
      theme={theme}
      cssVariablesResolver={variables}
      defaultColorScheme="auto"
      colorSchemeManager={localStorageColorSchemeManager()}
      getStyleNonce={() => nonce}
    >
      <QueryClientProvider client={client}>
        <Notifications position="bottom-right" />
        <RouterProvider router={makeRouter(client)} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
