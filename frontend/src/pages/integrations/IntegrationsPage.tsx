import { SimpleGrid, Stack, Tabs } from "@mantine/core";
import type { UseQueryResult } from "@tanstack/react-query";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { lazy, Suspense, useState } from "react";
import type { Connection, Provider } from "../../api/shapes";
import { Page } from "../../parts/Page";
import { Empty, Loaded, Loading } from "../../parts/States";
import { text } from "../../text";
import { ConnectDialog, openPopup } from "./ConnectDialog";
import { DisconnectDialog } from "./DisconnectDialog";
import { useConnections, useProviders, type Begin } from "./hooks";
import { Outcome } from "./Outcome";
import { questionOf } from "./places";
import { ProviderCard, type Dialogs } from "./ProviderCard";

/** Loaded when it is looked at: whoever connects a CRM does not wait for it. */
const AutomationTab = lazy(() => import("./AutomationTab"));

export default function IntegrationsPage() {
  const { tab = "crm", status, code = "", handle } = useSearch({ from: "/super-user/integrations" });
  const navigate = useNavigate();
  const choose = (value: string | null) => void navigate({ to: "/super-user/integrations", search: value === "automation" ? { tab: value } : {} });
  return (
    <Page title={text.integrations.title} lead={text.integrations.lead}>
      {status !== undefined && <Outcome code={code} handle={handle} />}
      <Tabs value={tab === "automation" ? "automation" : "crm"} onChange={choose} keepMounted={false}>
        <Tabs.List mb="md">
          <Tabs.Tab value="crm">{text.integrations.tabs.crm}</Tabs.Tab>
          <Tabs.Tab value="automation">{text.integrations.tabs.automation}</Tabs.Tab>
        </Tabs.List>
        <Tabs.Panel value="crm">
          <CrmTab />
        </Tabs.Panel>
        <Tabs.Panel value="automation">
          <Suspense fallback={<Loading lines={6} />}>
            <AutomationTab />
          </Suspense>
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

const ofProvider = (all: Connection[], provider: Provider) => all.filter((one) => one.provider === provider.id);

/** Whether a CRM has a connection that has not ended: those stand first, at full width. */
const inUse = (all: Connection[]) => (provider: Provider) => ofProvider(all, provider).some((one) => one.status !== "disconnected");

function CrmTab() {
  const providers = useProviders();
  const connections = useConnections();
  const [connecting, setConnecting] = useState<{ begin: Begin; popup: Window | null } | null>(null);
  const [ending, setEnding] = useState<{ connection: Connection; name: string } | null>(null);
  const dialogs = {
    connect: (begin: Begin) => setConnecting({ begin, popup: questionOf(begin.provider.id, begin.connectionId) ? null : openPopup() }),
    disconnect: (connection: Connection, name: string) => setEnding({ connection, name }),
  };
  return (
    <>
      <Cards providers={providers} connections={connections} dialogs={dialogs} />
      {connecting && <ConnectDialog {...connecting} onClose={() => setConnecting(null)} />}
      {ending && <DisconnectDialog {...ending} onClose={() => setEnding(null)} />}
    </>
  );
}

interface CardsProps {
  providers: UseQueryResult<Provider[]>;
  connections: UseQueryResult<Connection[]>;
  dialogs: Dialogs;
}

function Cards({ providers, connections, dialogs }: CardsProps) {
  return (
    <Loaded query={providers} lines={8}>
      {(listed) =>
        listed.length === 0 ? (
          <Empty title={text.integrations.empty} />
        ) : (
          <Loaded query={connections} lines={8}>
            {(all) => (
              <Stack gap="md">
                {listed.filter(inUse(all)).map((provider) => (
                  <ProviderCard key={provider.id} provider={provider} connections={ofProvider(all, provider)} dialogs={dialogs} />
                ))}
                <SimpleGrid cols={{ base: 1, lg: 2 }}>
                  {listed.filter((provider) => !inUse(all)(provider)).map((provider) => (
                    <ProviderCard key={provider.id} provider={provider} connections={ofProvider(all, provider)} dialogs={dialogs} />
                  ))}
                </SimpleGrid>
              </Stack>
            )}
          </Loaded>
        )
      }
    </Loaded>
  );
}
