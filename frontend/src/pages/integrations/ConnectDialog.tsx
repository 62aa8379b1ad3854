import { Button, Group, Loader, Stack, Text } from "@mantine/core";
import { useQueryClient } from "@tanstack/react-query";
import { useCallback, useEffect, useRef, useState } from "react";
import { Dialog } from "../../parts/Dialog";
import { ErrorNote } from "../../parts/ErrorNote";
import { text } from "../../text";
import { hearEnded, type Ended } from "./channel";
import { useBegin, useConnections, type Begin } from "./hooks";
import { Outcome } from "./Outcome";
import { PlaceForm } from "./PlaceForm";
import { NOTHING_ENTERED, placeOf, questionOf } from "./places";

const FEATURES = "popup,width=640,height=760";

/** A connect from its beginning to a clear end.
 *
 * Where nothing is asked, the pop-up was opened by the click itself, or browsers would block it. Where the CRM has several
 * places, it is opened after the hub has taken the answer, so that a refused one opens none; a browser that blocks it then
 * gets the button.
 */
export function ConnectDialog({ begin, popup, onClose }: { begin: Begin; popup: Window | null; onClose: () => void }) {
  const client = useQueryClient();
  const { mutate, reset, ...asked } = useBegin();
  const question = questionOf(begin.provider.id, begin.connectionId);
  const [entered, setEntered] = useState(NOTHING_ENTERED);
  const [ended, setEnded] = useState<Ended | null>(null);
  const [closed, setClosed] = useState(false);
  const [opened, setOpened] = useState<Window | null>(popup);
  const started = useRef(false);
  const known = useConnections(ended === null && asked.isSuccess);
  const name = begin.provider.name;
  const authUrl = asked.data?.authUrl;

  const start = useCallback(
    (place: Window | null) => {
      setEnded(null);
      setClosed(false);
      setOpened(place);
      mutate(
        { ...begin, place: {} },
        {
          onSuccess: ({ authUrl: target }) => {
            if (place) place.location.href = target;
          },
          onError: () => place?.close(),
        },
      );
    },
    [begin, mutate],
  );
  useEffect(() => {
    if (started.current || question) return;
    started.current = true;
    start(popup);
  }, [popup, question, start]);
  useEffect(
    () =>
      hearEnded((told) => {
        if (told.provider !== begin.provider.id) return;
        setEnded(told);
        void client.invalidateQueries({ queryKey: ["connections"] });
        void client.invalidateQueries({ queryKey: ["errors"] });
      }),
    [begin.provider.id, client],
  );
  useEffect(() => {
    if (ended || !opened) return;
    const timer = window.setInterval(() => setClosed(opened.closed), 1_000);
    return () => window.clearInterval(timer);
  }, [ended, opened]);

  const open = (address: string | undefined) => {
    setOpened(openPopup(address));
    setClosed(false);
  };
  const submit = () => mutate({ ...begin, place: placeOf(question, entered) }, { onSuccess: ({ authUrl: target }) => open(target) });
  const again = () => {
    if (!question) return start(openPopup());
    setEnded(null);
    reset(); // back to the question, with what was entered
  };
  const account = known.data?.filter((one) => one.provider === begin.provider.id && one.status === "active").at(-1)?.accountInfo.accountName;
  return (
    <Dialog onClose={onClose} title={text.connect.title(name)}>
      <Stack>
        {question && !ended && !asked.isSuccess && (
          <PlaceForm
            name={name}
            question={question}
            entered={entered}
            change={(part) => setEntered((before) => ({ ...before, ...part }))}
            busy={asked.isPending}
            error={asked.error}
            submit={submit}
            cancel={onClose}
          />
        )}
        {!question && asked.isPending && (
          <Group gap="sm">
            <Loader size="sm" aria-hidden />
            <Text>{text.connect.opening}</Text>
          </Group>
        )}
        {!question && asked.isError && <ErrorNote error={asked.error} retry={() => start(openPopup())} />}
        {asked.isSuccess && !ended && (
          <>
            {opened ? (
              <Group gap="sm" wrap="nowrap">
                {!closed && <Loader size="sm" aria-hidden />}
                <Text role="status">{closed ? text.connect.closed : text.connect.waiting(name)}</Text>
              </Group>
            ) : (
              <Text role="status">{text.connect.blocked}</Text>
            )}
            <Text size="sm" c="dimmed">
              {text.connect.waitingHint}
            </Text>
            <Group>
              <Button variant={opened && !closed ? "default" : "filled"} onClick={() => open(authUrl)}>
                {opened ? text.connect.openAgain : text.connect.openWindow}
              </Button>
              <Button variant="subtle" onClick={onClose}>
                {text.connect.stop}
              </Button>
            </Group>
          </>
        )}
        {ended && (
          <>
            <Outcome code={ended.code} account={account} />
            <Group>
              {ended.status !== "connected" && ended.status !== "pending" && <Button onClick={again}>{text.connect.again}</Button>}
              <Button variant={ended.status === "connected" ? "filled" : "default"} onClick={onClose}>
                {text.connect.done}
              </Button>
            </Group>
          </>
        )}
      </Stack>
    </Dialog>
  );
}

/** Opens the pop-up, empty where its address is known a moment later. */
export function openPopup(address = ""): Window | null {
  return window.open(address, "leadbridge-connect", FEATURES);
}
