import { Alert, Button, Stack, Text } from "@mantine/core";
import { IconCircleCheck, IconCircleX, IconHourglass } from "@tabler/icons-react";
import type { ReactNode } from "react";
import { ErrorNote } from "../../parts/ErrorNote";
import { text } from "../../text";
import { useComplete } from "./hooks";

const ICONS = {
  good: <IconCircleCheck color="light-dark(#1a7f4b, #7ddba3)" />,
  wait: <IconHourglass />,
  bad: <IconCircleX color="var(--mantine-color-error)" />,
};

/** How a connect ended: what happened, why, what comes next. Only the code chooses the words; the address is not repeated. */
export function Outcome({ code, handle, account, children }: { code: string; handle?: string; account?: string; children?: ReactNode }) {
  const complete = useComplete();
  const asked = Object.hasOwn(text.outcomes, code) ? text.outcomes[code] : text.outcomes.unknown;
  const told = complete.isSuccess ? text.outcomes.connected : asked;
  if (told === undefined) return null;
  const name = complete.data?.accountInfo.accountName ?? account;
  return (
    <Alert variant="default" title={told.title} icon={ICONS[told.tone]} role="status" data-outcome={complete.isSuccess ? "connected" : code}>
      <Stack gap="xs" align="flex-start">
        {told.tone === "good" && name && <Text fw={600}>{text.connect.account(name)}</Text>}
        <Text size="sm">{told.why}</Text>
        <Text size="sm">{told.then}</Text>
        {code === "confirmation_needed" && handle && !complete.isSuccess && (
          <Button onClick={() => complete.mutate(handle)} loading={complete.isPending}>
            {text.connect.confirm}
          </Button>
        )}
        {complete.isError && <ErrorNote error={complete.error} />}
        {children}
      </Stack>
    </Alert>
  );
}
