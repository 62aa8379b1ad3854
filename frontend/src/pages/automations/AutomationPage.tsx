import { ActionIcon, Alert, Button, Menu, SimpleGrid, Stack, Text } from "@mantine/core";
import { IconAlertTriangle, IconDots } from "@tabler/icons-react";
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router";
import { useState, type ReactNode } from "react";
import type { Automation, ExecutionFilter } from "../../api/automation";
import { Copy } from "../../parts/Copy";
import { Facts, Page, Panel } from "../../parts/Page";
import { Loaded } from "../../parts/States";
import { text, when } from "../../text";
import { Activation, Advices } from "./Activation";
import { EditDialog } from "./EditDialog";
import { Executions } from "./Executions";
import { useAutomation, useMayManage, useTemplates, useTest } from "./hooks";
import { executionsOf } from "./OwnAutomations";
import { Pace } from "./Pace";
import { RecoverDialog } from "./RecoverDialog";
import { RemoveDialog } from "./RemoveDialog";
import { RotateDialog } from "./RotateDialog";
import { SetupSteps } from "./SecretsStep";
import { TestRun } from "./TestRun";
import { Trouble } from "./Trouble";

const t = text.automation.page;

export default function AutomationPage() {
  const { id } = useParams({ from: "/super-user/automations/$id" });
  const automation = useAutomation(id);
  if (automation.data) return <AutomationView automation={automation.data} />;
  return (
    <Page title={text.integrations.tabs.automation}>
      <Loaded query={automation}>{() => null}</Loaded>
    </Page>
  );
}

type Open = "edit" | "rotate" | "recover" | "remove";

function AutomationView({ automation }: { automation: Automation }) {
  const may = useMayManage();
  const navigate = useNavigate();
  const filter = useSearch({ from: "/super-user/automations/$id" });
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const { _id: id } = automation;
  const test = useTest(id);
  const settingUp = automation.status === "inactive";
  return (
    <Page
      title={automation.name}
      lead={automation.trigger.label}
      actions={
        <>
          <Button variant="default" renderRoot={(props) => <Link to="/super-user/integrations" search={{ tab: "automation" }} {...props} />}>
            {t.back}
          </Button>
          {may && (
            <>
              <Button variant="default" onClick={() => setOpen("edit")}>
                {t.edit}
              </Button>
              <MoreMenu automation={automation} choose={setOpen} />
            </>
          )}
        </>
      }
    >
      <Trouble automation={automation}>
        {may && automation.status === "disabled" && (
          <Button size="xs" onClick={() => setOpen("edit")}>
            {text.automation.trouble.edit}
          </Button>
        )}
      </Trouble>
      <Activation automation={automation} />
      <Notes automation={automation} />
      <SimpleGrid cols={{ base: 1, md: 2 }}>
        <Stack>
          {automation.runBy === "make" && <Pace endpoint={automation.endpoint} />}
          {may && (
            <Panel title={text.automation.test.title}>
              <TestRun test={test} />
            </Panel>
          )}
        </Stack>
        <Stack>
          {settingUp && <SetUp automation={automation} />}
          <Overview automation={automation} />
        </Stack>
      </SimpleGrid>
      <div id="executions">
        <Panel title={text.automation.executions.title}>
          <Executions
            filter={{ ...(filter as ExecutionFilter), automationId: id }}
            onChange={({ automationId: _, recordId: __, ...next }) => void navigate({ to: "/super-user/automations/$id", params: { id }, search: next })}
            of="automation"
          />
        </Panel>
      </div>
      {!settingUp && <SetUp automation={automation} />}
      {open === "edit" && <EditDialog automation={automation} onClose={close} />}
      {open === "rotate" && <RotateDialog automation={automation} onClose={close} />}
      {open === "recover" && <RecoverDialog automation={automation} onClose={close} />}
      {open === "remove" && <RemoveDialog automation={automation} onClose={close} />}
    </Page>
  );
}

function SetUp({ automation }: { automation: Automation }) {
  return (
    <Panel title={t.setUp}>
      <SetupSteps steps={automation.setupInstructions} runBy={automation.runBy} titled={false} />
    </Panel>
  );
}

function MoreMenu({ automation, choose }: { automation: Automation; choose: (open: Open) => void }) {
  return (
    <Menu position="bottom-end" withinPortal={false} withInitialFocusPlaceholder={false}>
      <Menu.Target>
        <ActionIcon variant="default" size="lg" aria-label={text.integrations.moreActions(automation.name)}>
          <IconDots size={18} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item onClick={() => choose("rotate")}>{t.rotate}</Menu.Item>
        <Menu.Item onClick={() => choose("recover")}>{t.recover}</Menu.Item>
        <Menu.Divider />
        <Menu.Item c="var(--mantine-color-error)" onClick={() => choose("remove")}>
          {t.remove}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}

/** What is still missing before it can be activated, and what one should know. */
function Notes({ automation }: { automation: Automation }) {
  const { missing, warnings, status } = automation;
  return (
    <>
      {status !== "active" && missing.length > 0 && (
        <Alert variant="default" title={t.missing}>
          <Advices all={missing} />
        </Alert>
      )}
      {warnings.length > 0 && (
        <Alert variant="default" icon={<IconAlertTriangle />} title={t.warnings}>
          <Advices all={warnings} />
        </Alert>
      )}
    </>
  );
}

function Overview({ automation }: { automation: Automation }) {
  const templates = useTemplates();
  const { templateId } = automation;
  const template = templates.data?.find((one) => one.id === templateId);
  const facts: [string, ReactNode][] = [
    [t.trigger, <code>{automation.trigger.type}</code>],
    [t.filter, automation.filter ? <code>{automation.filter}</code> : t.every],
    [t.runBy, text.automation.runBy[automation.runBy]],
  ];
  facts.push([t.template, templateId ? (template?.name ?? templateId) : t.ownWorkflow]);
  if (automation.makeScenarioId) facts.push([t.scenario, automation.makeScenarioId]);
  facts.push([t.inbound, <Inbound automation={automation} />]);
  facts.push([t.signature, automation.requireSignature ? t.signatureNeeded : t.signatureOptional]);
  for (const [name, value] of Object.entries(automation.config)) {
    const schema = template?.configSchema.properties?.[name];
    facts.push([schema?.title ?? name, typeof value === "object" ? <code>{JSON.stringify(value)}</code> : String(value)]);
  }
  if (automation.stats) facts.push([text.automation.columns.executions, executionsOf(automation)]);
  facts.push([t.created, when(automation.createdAt)], [t.changed, when(automation.updatedAt)]);
  if (automation.activatedAt) facts.push([t.activated, when(automation.activatedAt)]);
  return (
    <Panel title={t.overview}>
      <Facts facts={facts} />
    </Panel>
  );
}

function Inbound({ automation }: { automation: Automation }) {
  return (
    <>
      <code>{automation.webhookUrl}</code> <Copy value={automation.webhookUrl} label={text.automation.wizard.copy(t.inbound)} />
      <Text size="sm" c="dimmed">
        {t.inboundHint}
      </Text>
    </>
  );
}
