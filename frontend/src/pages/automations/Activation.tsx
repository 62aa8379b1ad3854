import { Alert, Button, Group, List, Stack, Text } from "@mantine/core";
import { IconListCheck } from "@tabler/icons-react";
import { useState } from "react";
import type { Advice, Automation } from "../../api/automation";
import { ApiError, asApiError } from "../../api/errors";
import { ErrorNote } from "../../parts/ErrorNote";
import { text } from "../../text";
import { Confirm } from "./Confirm";
import { useActivate, useDeactivate, useMayManage } from "./hooks";
import { StatusChip } from "./OwnAutomations";
import { tell } from "./told";

const t = text.automation.activate;

/** What a refusal lists: what is missing, or what is to be confirmed. */
function listed(error: ApiError, name: "missing" | "warnings"): Advice[] {
  const all = error.details[name];
  return Array.isArray(all) ? (all as Advice[]) : [];
}

/** How it stands, and the switch. A refusal says what is missing; a doubtful activation is confirmed first. */
export function Activation({ automation, withChip = true }: { automation: Automation; withChip?: boolean }) {
  const activate = useActivate(automation._id);
  const [ending, setEnding] = useState(false);
  const may = useMayManage();
  const refusal = activate.isError ? asApiError(activate.error) : null;
  const doubtful = refusal?.code === "confirmation_needed";
  const start = (confirm: boolean) => activate.mutate(confirm, { onSuccess: () => tell(t.activated) });
  return (
    <Stack gap="sm">
      <Group gap="sm">
        {withChip && <StatusChip automation={automation} />}
        {may && automation.status !== "active" && (
          <Button onClick={() => start(false)} loading={activate.isPending}>
            {t.activate}
          </Button>
        )}
        {may && automation.status !== "inactive" && (
          <Button variant="default" onClick={() => setEnding(true)}>
            {t.deactivate}
          </Button>
        )}
      </Group>
      {refusal && !doubtful && <Refused error={refusal} />}
      {refusal && doubtful && (
        <Confirm title={t.confirmTitle} hint={refusal.message} submit={t.confirm} busy={activate.isPending} error={null} onSubmit={() => start(true)} onClose={() => activate.reset()}>
          <Advices all={listed(refusal, "warnings")} />
        </Confirm>
      )}
      {ending && <DeactivateDialog automation={automation} onClose={() => setEnding(false)} />}
    </Stack>
  );
}

function Refused({ error }: { error: ApiError }) {
  const missing = listed(error, "missing");
  if (missing.length === 0) return <ErrorNote error={error} />;
  return (
    <Alert role="alert" variant="default" icon={<IconListCheck />} title={t.notReady} data-missing={missing.length}>
      <Advices all={missing} />
    </Alert>
  );
}

/** Causes with their cures, one a line. */
export function Advices({ all }: { all: Advice[] }) {
  return (
    <List size="sm" spacing={4}>
      {all.map((one) => (
        <List.Item key={one.code}>
          {one.message}{" "}
          <Text span c="dimmed" inherit>
            {one.hint}
          </Text>
        </List.Item>
      ))}
    </List>
  );
}

function DeactivateDialog({ automation, onClose }: { automation: Automation; onClose: () => void }) {
  const deactivate = useDeactivate(automation._id);
  const submit = () =>
    deactivate.mutate(undefined, {
      onSuccess: () => {
        tell(t.deactivated);
        onClose();
      },
    });
  return (
    <Confirm
      title={t.deactivateTitle(automation.name)}
      hint={t.deactivateHint}
      submit={t.deactivate}
      busy={deactivate.isPending}
      error={deactivate.error}
      onSubmit={submit}
      onClose={onClose}
    />
  );
}
