import { Button, Card } from "@mantine/core";
import { Link, useNavigate, useSearch } from "@tanstack/react-router";
import type { ExecutionFilter } from "../../api/automation";
import { Page } from "../../parts/Page";
import { text } from "../../text";
import { Executions } from "./Executions";

/** The executions of all automations and subscriptions. */
export default function ExecutionsPage() {
  const filter = useSearch({ from: "/super-user/executions" });
  const navigate = useNavigate();
  return (
    <Page
      title={text.automation.executions.title}
      lead={text.automation.executions.lead}
      actions={
        <Button variant="default" renderRoot={(props) => <Link to="/super-user/integrations" search={{ tab: "automation" }} {...props} />}>
          {text.automation.page.back}
        </Button>
      }
    >
      <Card withBorder>
        <Executions filter={filter as ExecutionFilter} onChange={(search) => void navigate({ to: "/super-user/executions", search })} of="company" />
      </Card>
    </Page>
  );
}
