import { Button, Text } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { Link, useSearch } from "@tanstack/react-router";
import { useEffect } from "react";
import { Outside } from "../../parts/Outside";
import { meQuery } from "../../parts/session";
import { text } from "../../text";
import { tellEnded } from "./channel";
import { useConnections } from "./hooks";
import { Outcome } from "./Outcome";

const CLOSE_AFTER = 2_500;

/** Where the pop-up ends: it says how, tells the page behind it, and closes itself after a success. */
export default function ResultPage() {
  const { status = "", code = "", provider = "", handle } = useSearch({ from: "/super-user/integrations/result" });
  useQuery(meQuery); // the confirmation of a pending connect needs the session's token
  const connections = useConnections();
  const account = connections.data?.filter((one) => one.provider === provider && one.status === "active").at(-1)?.accountInfo.accountName;
  useEffect(() => {
    tellEnded({ status, code, provider });
    if (status !== "connected") return;
    const timer = window.setTimeout(() => window.close(), CLOSE_AFTER);
    return () => window.clearTimeout(timer);
  }, [status, code, provider]);
  return (
    <Outside title={text.integrations.title}>
      <Outcome code={code} handle={handle} account={account} />
      {status === "connected" && (
        <Text size="sm" c="dimmed">
          {text.connect.closing}
        </Text>
      )}
      <Button onClick={() => window.close()}>{text.connect.closeWindow}</Button>
      <Button variant="subtle" renderRoot={(props) => <Link to="/super-user/integrations" {...props} />}>
        {text.connect.toPage}
      </Button>
    </Outside>
  );
}
