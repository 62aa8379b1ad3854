import { Card, Stepper } from "@mantine/core";
import { useSearch } from "@tanstack/react-router";
import { useState } from "react";
import type { Created, Template } from "../../api/automation";
import { Page } from "../../parts/Page";
import { Loaded } from "../../parts/States";
import { text } from "../../text";
import { useTemplates } from "./hooks";
import { SecretsStep } from "./SecretsStep";
import { SetupStep } from "./SetupStep";
import { TestStep } from "./TestStep";

const t = text.automation.wizard;

/** Three steps: what it is to do, its secrets (shown this once), a test and its activation. */
export default function NewAutomationPage() {
  const templates = useTemplates();
  return (
    <Page title={t.title}>
      <Loaded query={templates} lines={8}>
        {(all) => <Wizard templates={all} />}
      </Loaded>
    </Page>
  );
}

function Wizard({ templates }: { templates: Template[] }) {
  const { template } = useSearch({ from: "/super-user/automations/new" });
  const [created, setCreated] = useState<Created | null>(null);
  const [kept, setKept] = useState(false);
  const step = created ? (kept ? 2 : 1) : 0;
  return (
    <Card withBorder>
      <Stepper active={step} size="xs" mb="lg" wrap={false} aria-label={t.title} allowNextStepsSelect={false}>
        <Stepper.Step label={t.steps.setup} />
        <Stepper.Step label={t.steps.secrets} />
        <Stepper.Step label={t.steps.test} />
      </Stepper>
      {!created && <SetupStep templates={templates} first={template} onCreated={setCreated} />}
      {created && !kept && <SecretsStep created={created} onKept={() => setKept(true)} />}
      {created && kept && <TestStep id={created.automation._id} />}
    </Card>
  );
}
