import { Button, Group, Stack } from "@mantine/core";
import { Link } from "@tanstack/react-router";
import { Loaded } from "../../parts/States";
import { text } from "../../text";
import { Activation } from "./Activation";
import { useAutomation, useTest } from "./hooks";
import { TestRun } from "./TestRun";

/** A test with its outcome, and the switch. */
export function TestStep({ id }: { id: string }) {
  const automation = useAutomation(id);
  const test = useTest(id);
  return (
    <Loaded query={automation}>
      {(one) => (
        <Stack maw={720}>
          <TestRun test={test} title={text.automation.test.title} />
          <Activation automation={one} />
          <Group>
            <Button variant="default" renderRoot={(props) => <Link to="/super-user/automations/$id" params={{ id }} {...props} />}>
              {text.automation.wizard.toAutomation}
            </Button>
          </Group>
        </Stack>
      )}
    </Loaded>
  );
}
