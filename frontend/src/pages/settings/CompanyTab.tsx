import { Button, Card, Group, PasswordInput, Stack, Text, TextInput, Title } from "@mantine/core";
import { useState, type FormEvent } from "react";
import type { Company } from "../../api/shapes";
import { ErrorNote } from "../../parts/ErrorNote";
import { useMay } from "../../parts/session";
import { Loaded } from "../../parts/States";
import { text } from "../../text";
import { useChangeCompany, useCompany, usePassword } from "./hooks";

const t = text.settings.company;

export function CompanyTab() {
  const company = useCompany();
  const mayOwn = useMay("account.own");
  return (
    <Stack>
      <Loaded query={company}>{(found) => <CompanyForm key={found._id} company={found} />}</Loaded>
      {mayOwn && <PasswordForm />}
    </Stack>
  );
}

function CompanyForm({ company }: { company: Company }) {
  const may = useMay("company.manage");
  const change = useChangeCompany();
  const [name, setName] = useState(company.name);
  const [timeZone, setTimeZone] = useState(company.timeZone);
  const [country, setCountry] = useState(company.country ?? "");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    change.mutate({ name, timeZone, country: country.trim() || null });
  };
  return (
    <Card withBorder>
      <form onSubmit={submit}>
        <Stack maw={480}>
          <TextInput label={t.name} required value={name} readOnly={!may} onChange={(e) => setName(e.currentTarget.value)} />
          <TextInput label={t.timeZone} required value={timeZone} readOnly={!may} onChange={(e) => setTimeZone(e.currentTarget.value)} />
          <TextInput label={t.country} value={country} maxLength={2} readOnly={!may} onChange={(e) => setCountry(e.currentTarget.value)} />
          {change.isError && <ErrorNote error={change.error} />}
          {may && (
            <Group>
              <Button type="submit" loading={change.isPending}>
                {t.save}
              </Button>
              {change.isSuccess && <Text role="status">{t.saved}</Text>}
            </Group>
          )}
        </Stack>
      </form>
    </Card>
  );
}

function PasswordForm() {
  const p = text.settings.password;
  const save = usePassword();
  const [currentPassword, setCurrent] = useState("");
  const [newPassword, setNext] = useState("");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    save.mutate(
      { currentPassword, newPassword },
      {
        onSuccess: () => {
          setCurrent("");
          setNext("");
        },
      },
    );
  };
  return (
    <Card withBorder>
      <form onSubmit={submit}>
        <Stack maw={480}>
          <Title order={2} size="h5">
            {p.title}
          </Title>
          <PasswordInput label={p.current} required autoComplete="current-password" value={currentPassword} onChange={(e) => setCurrent(e.currentTarget.value)} />
          <PasswordInput label={p.next} required autoComplete="new-password" value={newPassword} onChange={(e) => setNext(e.currentTarget.value)} />
          {save.isError && <ErrorNote error={save.error} />}
          {save.isSuccess && <Text role="status">{p.done}</Text>}
          <Group>
            <Button type="submit" variant="default" loading={save.isPending}>
              {p.submit}
            </Button>
          </Group>
        </Stack>
      </form>
    </Card>
  );
}
