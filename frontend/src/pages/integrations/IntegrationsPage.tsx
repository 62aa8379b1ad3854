import { Stack, Tabs } from "@mantine/core";
import { useNavigate, useSearch } from "@tanstack/react-router";
import { Page } from "../../parts/Page";
import { Empty, Loaded } from "../../parts/States";
import { text } from "../../text";
import { AutomationTab } from "./AutomationTab";
import { useConnections, useProviders } from "./hooks";
import { Outcome } from "./Outcome";
import { ProviderCard } from "./ProviderCard";

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
          <AutomationTab />
        </Tabs.Panel>
      </Tabs>
    </Page>
  );
}

function CrmTab() {
  const providers = useProviders();
  const connections = useConnections();
  return (
    <Loaded query={providers} lines={8}>
      {(listed) =>
        listed.length === 0 ? (
          <Empty title={text.integrations.empty} />
        ) : (
          <Loaded query={connections} lines={8}>
            {(all) => (
              <Stack gap="md">
                {listed.map((provider) => (
                  <ProviderCard key={provider.id} provider={provider} connections={all.filter((one) => one.provider === provider.id)} />
                ))}
              </Stack>
            )}
          </Loaded>
        )
      }
    </Loaded>
  );
}
