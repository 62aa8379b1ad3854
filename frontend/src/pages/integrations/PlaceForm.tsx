import { Button, Group, NativeSelect, Radio, Stack, TextInput } from "@mantine/core";
import { useEffect, useRef, type FormEvent } from "react";
import { asApiError, type ApiError } from "../../api/errors";
import { ErrorNote } from "../../parts/ErrorNote";
import { text } from "../../text";
import { DATA_CENTRES, ENVIRONMENTS, refusalOf, type Entered, type Question } from "./places";

const t = text.connect.place;

interface Props {
  name: string;
  question: Question;
  entered: Entered;
  change: (part: Partial<Entered>) => void;
  busy: boolean;
  /** Why the hub did not begin the connect. */
  error: unknown;
  submit: () => void;
  cancel: () => void;
}

/** Asks where the account is. A refusal stands at the field it is about, which gets the focus. */
export function PlaceForm({ name, question, entered, change, busy, error, submit, cancel }: Props) {
  const form = useRef<HTMLFormElement>(null);
  const refused = error ? refusalOf(error) : null;
  useEffect(() => {
    if (refused) form.current?.querySelector<HTMLElement>("[aria-invalid=true]")?.focus();
  }, [refused]);
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!busy) submit();
  };
  const fields = { entered, change, refusal: told(refused) };
  return (
    <form ref={form} onSubmit={send} data-place={question}>
      <Stack>
        {question === "dataCenter" && <DataCenter {...fields} />}
        {question === "environment" && <Environments {...fields} />}
        {question === "organizationUrl" && <Organization {...fields} />}
        {error !== null && !refused && <ErrorNote error={asApiError(error)} />}
        <Group>
          <Button type="submit" loading={busy}>
            {t.goOn(name)}
          </Button>
          <Button variant="default" onClick={cancel}>
            {text.common.cancel}
          </Button>
        </Group>
      </Stack>
    </form>
  );
}

interface FieldProps {
  entered: Entered;
  change: Props["change"];
  refusal: string | null;
}

const told = (refused: ApiError | null): string | null => refused && `${refused.message} ${refused.hint}`.trim();

const SPOKEN = { role: "alert" };
/** Addresses: no word of a language, and nothing for the browser to keep. */
const ADDRESS = { inputMode: "url", autoComplete: "off", autoCapitalize: "none", spellCheck: false, maxLength: 300 } as const;

function DataCenter({ entered, change, refusal }: FieldProps) {
  return (
    <NativeSelect
      label={t.dataCenter}
      description={t.dataCenterHint}
      error={refusal}
      errorProps={SPOKEN}
      data-autofocus
      value={entered.dataCenter}
      onChange={(event) => change({ dataCenter: event.currentTarget.value })}
      data={[{ value: "", label: t.zohoDecides }, ...DATA_CENTRES.map((value) => ({ value, label: t.dataCentres[value] }))]}
    />
  );
}

function Environments({ entered, change, refusal }: FieldProps) {
  const named = entered.environment === "myDomain";
  return (
    <>
      <Radio.Group
        label={t.environment}
        value={entered.environment}
        onChange={(value) => change({ environment: ENVIRONMENTS.find((one) => one === value) ?? "production" })}
        error={named ? null : refusal}
        errorProps={SPOKEN}
      >
        <Stack gap="xs" mt="xs">
          {ENVIRONMENTS.map((value) => (
            <Radio key={value} value={value} label={t.environments[value].label} description={t.environments[value].hint} />
          ))}
        </Stack>
      </Radio.Group>
      {named && (
        <TextInput
          {...ADDRESS}
          label={t.myDomain}
          description={t.myDomainHint}
          error={refusal}
          errorProps={SPOKEN}
          required
          value={entered.myDomain}
          onChange={(event) => change({ myDomain: event.currentTarget.value })}
        />
      )}
    </>
  );
}

function Organization({ entered, change, refusal }: FieldProps) {
  return (
    <TextInput
      {...ADDRESS}
      label={t.organization}
      description={t.organizationHint}
      error={refusal}
      errorProps={SPOKEN}
      data-autofocus
      value={entered.organizationUrl}
      onChange={(event) => change({ organizationUrl: event.currentTarget.value })}
    />
  );
}
