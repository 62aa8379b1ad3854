import { Alert, Button, PasswordInput, Stack, Text, TextInput } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";
import { Link } from "@tanstack/react-router";
import { useState, type FormEvent } from "react";
import { api, data } from "../../api/client";
import type { User } from "../../api/shapes";
import { ErrorNote } from "../../parts/ErrorNote";
import { Outside } from "../../parts/Outside";
import { text } from "../../text";

export default function InvitationPage() {
  const [token] = useState(() => window.location.hash.slice(1));
  const [name, setName] = useState("");
  const [password, setPassword] = useState("");
  const accept = useMutation({
    mutationFn: () => data<User>(api.POST("/api/v1/invitations/accept", { body: { token, name, password } })),
  });
  const submit = (event: FormEvent) => {
    event.preventDefault();
    accept.mutate();
  };
  if (!token) {
    return (
      <Outside title={text.invitation.title}>
        <Text>{text.invitation.noToken}</Text>
      </Outside>
    );
  }
  if (accept.isSuccess) {
    return (
      <Outside title={text.invitation.title}>
        <Alert variant="default">{text.invitation.done}</Alert>
        <Button renderRoot={(props) => <Link to="/sign-in" {...props} />}>{text.signIn.submit}</Button>
      </Outside>
    );
  }
  return (
    <Outside title={text.invitation.title}>
      <form onSubmit={submit}>
        <Stack>
          <TextInput label={text.invitation.name} autoComplete="name" required value={name} onChange={(e) => setName(e.currentTarget.value)} />
          <PasswordInput label={text.invitation.password} autoComplete="new-password" required value={password} onChange={(e) => setPassword(e.currentTarget.value)} />
          {accept.isError && <ErrorNote error={accept.error} />}
          <Button type="submit" loading={accept.isPending}>
            {text.invitation.submit}
          </Button>
        </Stack>
      </form>
    </Outside>
  );
}
