import { Button, PasswordInput, Select, Stack, Text, TextInput } from "@mantine/core";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useSearch } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { api, data, keepCsrf } from "../../api/client";
import { asApiError } from "../../api/errors";
import type { Me } from "../../api/shapes";
import { ErrorNote } from "../../parts/ErrorNote";
import { Outside } from "../../parts/Outside";
import { text } from "../../text";

/** An address of this dashboard to go to next; anything else becomes its first page. */
export function safeTarget(to: string | undefined): string {
  return to?.startsWith("/super-user") && !to.includes("\\") ? to : "/super-user/integrations";
}

export default function SignInPage() {
  const { to } = useSearch({ from: "/sign-in" });
  const client = useQueryClient();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [company, setCompany] = useState<string | null>(null);
  const signIn = useMutation({
    mutationFn: () => data<Me>(api.POST("/api/v1/auth/login", { body: { email, password, company } })),
    onSuccess: (me) => {
      keepCsrf(me.csrfToken ?? null);
      client.clear();
      window.location.assign(safeTarget(to)); // a new page: the hub sees the session from its first request on
    },
  });
  const choices = companies(signIn.error);
  const submit = (event: FormEvent) => {
    event.preventDefault();
    signIn.mutate();
  };
  return (
    <Outside title={text.signIn.title}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput label={text.signIn.email} type="email" autoComplete="username" required value={email} onChange={(e) => setEmail(e.currentTarget.value)} />
          <PasswordInput label={text.signIn.password} autoComplete="current-password" required value={password} onChange={(e) => setPassword(e.currentTarget.value)} />
          {choices ? (
            <Select label={text.signIn.company} description={text.signIn.chooseCompany} data={choices} value={company} onChange={setCompany} />
          ) : (
            signIn.isError && <ErrorNote error={signIn.error} />
          )}
          <Button type="submit" loading={signIn.isPending || signIn.isSuccess} fullWidth>
            {text.signIn.submit}
          </Button>
          <Text size="sm" c="dimmed">
            {text.signIn.help}
          </Text>
        </Stack>
      </form>
    </Outside>
  );
}

/** The companies to choose from, where the hub asks which one is meant. */
function companies(error: unknown): { value: string; label: string }[] | null {
  const listed = error ? asApiError(error).details.companies : null;
  if (!Array.isArray(listed)) return null;
  return (listed as { _id: string; name: string }[]).map((one) => ({ value: one._id, label: one.name }));
}
