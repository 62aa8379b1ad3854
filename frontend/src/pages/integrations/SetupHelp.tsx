import { Anchor, Group, List, Stack, Text } from "@mantine/core";
import type { Provider } from "../../api/shapes";
import { Chip } from "../../parts/Chip";
import { Copy } from "../../parts/Copy";
import { Dialog } from "../../parts/Dialog";
import { text } from "../../text";

interface Vendor {
  place: string;
  address: string;
  variables: string[];
  /** Variables that a connect can do without. */
  optional?: string[];
  scopes: string[];
}

/** What each vendor wants to be told, and where. */
const VENDORS: Record<string, Vendor> = {
  zoho: {
    place: "Zoho API Console: Server-based Application",
    address: "https://api-console.zoho.com/",
    variables: ["ZOHO_CLIENT_ID", "ZOHO_CLIENT_SECRET"],
    scopes: [],
  },
  salesforce: {
    place: "Salesforce Setup, External Client App Manager",
    address: "https://login.salesforce.com/",
    variables: ["SALESFORCE_CLIENT_ID", "SALESFORCE_CLIENT_SECRET"],
    scopes: ["api", "refresh_token", "id"],
  },
  hubspot: {
    place: "HubSpot for developers",
    address: "https://developers.hubspot.com/",
    variables: ["HUBSPOT_CLIENT_ID", "HUBSPOT_CLIENT_SECRET"],
    scopes: ["crm.objects.contacts.read", "crm.objects.contacts.write", "crm.objects.companies.read", "crm.objects.companies.write"],
  },
  dynamics: {
    place: "Microsoft Entra: App registrations",
    address: "https://entra.microsoft.com/",
    variables: ["DYNAMICS_CLIENT_ID", "DYNAMICS_CLIENT_SECRET"],
    optional: ["DYNAMICS_RESOURCE"],
    scopes: ["Dynamics CRM: user_impersonation"],
  },
};

/** How whoever runs the hub sets a CRM up: where, the exact redirect address, the variables, the scopes. */
export function SetupHelp({ provider, onClose }: { provider: Provider; onClose: () => void }) {
  const vendor = VENDORS[provider.id];
  return (
    <Dialog onClose={onClose} size="lg" title={text.setup.title(provider.name)}>
      <Stack>
        <Text>{provider.configured ? text.setup.done : text.setup.intro(provider.name)}</Text>
        <List type="ordered" spacing="md" styles={{ itemWrapper: { display: "inline" }, itemLabel: { display: "inline" } }}>
          {vendor && (
            <List.Item>
              {text.setup.stepApp}{" "}
              <Anchor href={vendor.address} target="_blank" rel="noreferrer" underline="always">
                {vendor.place}
              </Anchor>
            </List.Item>
          )}
          <List.Item>
            {text.setup.stepRedirect}
            <RedirectAddress provider={provider} />
          </List.Item>
          {vendor && vendor.scopes.length > 0 && (
            <List.Item>
              {text.setup.stepScopes} <code>{vendor.scopes.join(" ")}</code>
            </List.Item>
          )}
          <List.Item>
            {text.setup.stepVariables}
            <Stack gap={4} mt={6}>
              {(vendor?.variables ?? provider.missing).map((name) => (
                <Group key={name} gap="xs">
                  <code>{name}</code>
                  <Chip tone={provider.missing.includes(name) ? "bad" : "good"}>
                    {provider.missing.includes(name) ? text.setup.missing : text.setup.set}
                  </Chip>
                </Group>
              ))}
              {vendor?.optional?.map((name) => (
                <Group key={name} gap="xs">
                  <code>{name}</code>
                  <Chip tone="plain">{text.setup.optional}</Chip>
                </Group>
              ))}
            </Stack>
          </List.Item>
        </List>
      </Stack>
    </Dialog>
  );
}

/** The redirect address, exactly, with a button that copies it. */
export function RedirectAddress({ provider }: { provider: Provider }) {
  return (
    <Group gap={6} wrap="nowrap" mt={6}>
      <code className="address">{provider.redirectUri}</code>
      <Copy value={provider.redirectUri} label={text.setup.copyRedirect} />
    </Group>
  );
}
