import { Alert, Button, Card, Group, Select, Stack, Text, TextInput, Title } from "@mantine/core";
import { useQuery } from "@tanstack/react-query";
import { useState, type FormEvent } from "react";
import type { User } from "../../api/shapes";
import { Chip } from "../../parts/Chip";
import { Copy } from "../../parts/Copy";
import { Dialog } from "../../parts/Dialog";
import { ErrorNote } from "../../parts/ErrorNote";
import { Rows } from "../../parts/Rows";
import { meQuery, useMay } from "../../parts/session";
import { Empty, Listed } from "../../parts/States";
import { text, when } from "../../text";
import { ROLES, useChangeUser, useInvitations, useInvite, useRevokeInvitation, useUsers } from "./hooks";

const t = text.settings.members;
const roleName = (role: string): string => text.settings.roles[role] ?? role;
const CHOICES = ROLES.map((value) => ({ value, label: roleName(value) }));

export function Members() {
  const users = useUsers();
  const manage = useMay("users.manage");
  const change = useChangeUser();
  const { data: me } = useQuery(meQuery);
  const [inviting, setInviting] = useState(false);
  const mine = (user: User) => user._id === me?.user._id;
  return (
    <Stack>
      <Card withBorder>
        <Group justify="space-between" mb="sm">
          <Title order={2} size="h5">
            {t.title}
          </Title>
          {manage && <Button onClick={() => setInviting(true)}>{t.invite}</Button>}
        </Group>
        {change.isError && <ErrorNote error={change.error} />}
        <Listed list={users} empty={<Empty title={t.empty} />}>
          {(items) => (
            <Rows
              label={t.title}
              items={items}
              keyOf={(user) => user._id}
              columns={[
                { label: t.name, bare: true, cell: (user) => <strong>{`${user.name}${mine(user) ? ` (${text.common.you})` : ""}`}</strong> },
                { label: t.email, cell: (user) => <span className="wrap">{user.email ?? ""}</span> },
                {
                  label: t.role,
                  cell: (user) =>
                    manage && !mine(user) && user.role !== "service" ? (
                      <Select
                        aria-label={t.roleOf(user.name)}
                        data={CHOICES}
                        value={user.role}
                        allowDeselect={false}
                        size="xs"
                        onChange={(role) => {
                          const chosen = ROLES.find((one) => one === role);
                          if (chosen) change.mutate({ id: user._id, role: chosen });
                        }}
                      />
                    ) : (
                      roleName(user.role)
                    ),
                },
                {
                  label: t.state,
                  cell: (user) => <Chip tone={user.disabled ? "plain" : "good"}>{user.disabled ? t.disabled : t.active}</Chip>,
                },
                {
                  label: text.common.actions,
                  bare: true,
                  cell: (user) =>
                    manage && !mine(user) ? (
                      <Button size="xs" variant="default" onClick={() => change.mutate({ id: user._id, disabled: !user.disabled })}>
                        {user.disabled ? t.enable : t.disable}
                      </Button>
                    ) : null,
                },
              ]}
            />
          )}
        </Listed>
      </Card>
      {manage && <Invitations />}
      {inviting && <InviteDialog onClose={() => setInviting(false)} />}
    </Stack>
  );
}

function Invitations() {
  const invitations = useInvitations();
  const revoke = useRevokeInvitation();
  const open = { ...invitations, items: invitations.items?.filter((one) => one.status === "open") };
  return (
    <Card withBorder>
      <Title order={2} size="h5" mb="sm">
        {t.invitations}
      </Title>
      {revoke.isError && <ErrorNote error={revoke.error} />}
      <Listed list={open} empty={<Text c="dimmed">{t.noInvitations}</Text>}>
        {(items) => (
          <Rows
            label={t.invitations}
            items={items}
            keyOf={(one) => one._id}
            columns={[
              { label: t.email, bare: true, cell: (one) => <span className="wrap">{one.email}</span> },
              { label: t.role, cell: (one) => roleName(one.role) },
              { label: text.settings.audit.when, cell: (one) => when(one.expiresAt) },
              {
                label: text.common.actions,
                bare: true,
                cell: (one) => (
                  <Button size="xs" variant="default" onClick={() => revoke.mutate(one._id)}>
                    {t.revoke}
                  </Button>
                ),
              },
            ]}
          />
        )}
      </Listed>
    </Card>
  );
}

function InviteDialog({ onClose }: { onClose: () => void }) {
  const invite = useInvite();
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<(typeof ROLES)[number]>("member");
  const submit = (event: FormEvent) => {
    event.preventDefault();
    invite.mutate({ email, role });
  };
  const link = invite.data?.link;
  return (
    <Dialog onClose={onClose} title={t.inviteTitle}>
      {link ? (
        <Alert variant="default" role="status" title={t.inviteDone}>
          <Group gap="xs" wrap="nowrap">
            <code className="address">{link}</code>
            <Copy value={link} />
          </Group>
        </Alert>
      ) : (
        <form onSubmit={submit}>
          <Stack>
            <TextInput label={t.inviteEmail} type="email" required value={email} onChange={(e) => setEmail(e.currentTarget.value)} />
            <Select label={t.role} data={CHOICES} value={role} allowDeselect={false} onChange={(value) => setRole(ROLES.find((one) => one === value) ?? "member")} />
            {invite.isError && <ErrorNote error={invite.error} />}
            <Button type="submit" loading={invite.isPending}>
              {t.invite}
            </Button>
          </Stack>
        </form>
      )}
    </Dialog>
  );
}
