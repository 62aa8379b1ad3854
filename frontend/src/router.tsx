import { Button, Text } from "@mantine/core";
import type { QueryClient } from "@tanstack/react-query";
import { createRootRouteWithContext, createRoute, createRouter, lazyRouteComponent, Link, redirect, type ErrorComponentProps } from "@tanstack/react-router";
import { asApiError } from "./api/errors";
import { ErrorNote } from "./parts/ErrorNote";
import { Outside } from "./parts/Outside";
import { meQuery } from "./parts/session";
import { Shell } from "./parts/Shell";
import { text } from "./text";
import { EXECUTION_FILTERS } from "./pages/automations/filters";
import { FILTERS } from "./pages/leads/filters";

const Failed = ({ error, reset }: ErrorComponentProps) => (
  <Outside title={text.failure.title}>
    <ErrorNote error={error} retry={reset} />
  </Outside>
);
const NotFound = () => (
  <Outside title={text.failure.notFound}>
    <Text>{text.failure.notFoundHint}</Text>
    <Button renderRoot={(props) => <Link to="/super-user/integrations" {...props} />}>{text.nav.integrations}</Button>
  </Outside>
);

/** The words of an address's query, each a text or absent. */
function words<Name extends string>(...names: Name[]) {
  return (search: Record<string, unknown>): { [K in Name]?: string } => {
    const kept: Record<string, string> = {};
    for (const name of names) if (search[name] !== undefined && search[name] !== "") kept[name] = String(search[name]);
    return kept as { [K in Name]?: string };
  };
}

const root = createRootRouteWithContext<{ client: QueryClient }>()({ errorComponent: Failed, notFoundComponent: NotFound });

const signIn = createRoute({
  getParentRoute: () => root,
  path: "/sign-in",
  validateSearch: words("to"),
  component: lazyRouteComponent(() => import("./pages/signin/SignInPage")),
});
const invitation = createRoute({
  getParentRoute: () => root,
  path: "/invitation",
  component: lazyRouteComponent(() => import("./pages/signin/InvitationPage")),
});
const inside = createRoute({
  getParentRoute: () => root,
  path: "/super-user",
  component: Shell,
  beforeLoad: async ({ context, location }) => {
    try {
      await context.client.ensureQueryData(meQuery);
    } catch (error) {
      if (asApiError(error).status === 401) throw redirect({ to: "/sign-in", search: { to: location.href } });
      throw error;
    }
  },
});
const home = createRoute({
  getParentRoute: () => inside,
  path: "/",
  beforeLoad: () => {
    throw redirect({ to: "/super-user/integrations" });
  },
});
export const integrations = createRoute({
  getParentRoute: () => inside,
  path: "/integrations",
  validateSearch: words("tab", "status", "code", "provider", "handle"),
  component: lazyRouteComponent(() => import("./pages/integrations/IntegrationsPage")),
});
/** Where a pop-up ends. It stands outside the shell: there is nothing to go to from a pop-up. */
export const result = createRoute({
  getParentRoute: () => root,
  path: "/super-user/integrations/result",
  validateSearch: words("status", "code", "provider", "handle"),
  component: lazyRouteComponent(() => import("./pages/integrations/ResultPage")),
});
export const leads = createRoute({
  getParentRoute: () => inside,
  path: "/leads",
  validateSearch: words(...FILTERS, "sort"),
  component: lazyRouteComponent(() => import("./pages/leads/LeadsPage")),
});
export const lead = createRoute({
  getParentRoute: () => inside,
  path: "/leads/$id",
  component: lazyRouteComponent(() => import("./pages/leads/LeadPage")),
});
const imports = createRoute({
  getParentRoute: () => inside,
  path: "/imports",
  component: lazyRouteComponent(() => import("./pages/imports/ImportsPage")),
});
const importNew = createRoute({
  getParentRoute: () => inside,
  path: "/imports/new",
  component: lazyRouteComponent(() => import("./pages/imports/ImportWizard")),
});
export const importOne = createRoute({
  getParentRoute: () => inside,
  path: "/imports/$id",
  component: lazyRouteComponent(() => import("./pages/imports/ImportPage")),
});
const automationNew = createRoute({
  getParentRoute: () => inside,
  path: "/automations/new",
  validateSearch: words("template"),
  component: lazyRouteComponent(() => import("./pages/automations/NewAutomationPage")),
});
export const automation = createRoute({
  getParentRoute: () => inside,
  path: "/automations/$id",
  validateSearch: words(...EXECUTION_FILTERS),
  component: lazyRouteComponent(() => import("./pages/automations/AutomationPage")),
});
export const executions = createRoute({
  getParentRoute: () => inside,
  path: "/executions",
  validateSearch: words("automationId", "recordId", ...EXECUTION_FILTERS),
  component: lazyRouteComponent(() => import("./pages/automations/ExecutionsPage")),
});
export const execution = createRoute({
  getParentRoute: () => inside,
  path: "/executions/$id",
  component: lazyRouteComponent(() => import("./pages/automations/ExecutionPage")),
});
export const errors = createRoute({
  getParentRoute: () => inside,
  path: "/errors",
  validateSearch: words("provider", "connectionId", "code"),
  component: lazyRouteComponent(() => import("./pages/errors/ErrorsPage")),
});
export const settings = createRoute({
  getParentRoute: () => inside,
  path: "/settings",
  validateSearch: words("tab"),
  component: lazyRouteComponent(() => import("./pages/settings/SettingsPage")),
});

const tree = root.addChildren([
  signIn,
  invitation,
  result,
  inside.addChildren([home, integrations, leads, lead, imports, importNew, importOne, automationNew, automation, executions, execution, errors, settings]),
]);

export function makeRouter(client: QueryClient) {
  return createRouter({ routeTree: tree, context: { client }, defaultPreload: "intent", defaultErrorComponent: Failed, defaultNotFoundComponent: NotFound });
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>;
  }
}
