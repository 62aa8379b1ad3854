/** Settings. */
export const settings = {
  settings: {
    title: "Settings",
    tabs: { company: "Company", members: "Members", keys: "API keys", audit: "Audit" },
    manage: "Manage Integrations",
    manageHint: "Connect CRMs, test connections, see their state.",
    company: { name: "Name", timeZone: "Time zone", country: "Country", save: "Save", saved: "Saved." },
    password: { title: "Your password", current: "Current password", next: "New password", submit: "Change the password", done: "Changed. Your other sessions have ended." },
    members: {
      title: "Members", name: "Name", email: "E-mail", role: "Role", state: "State", active: "Active", disabled: "Disabled", empty: "No members",
      invite: "Invite", inviteTitle: "Invite somebody", inviteEmail: "E-mail address", inviteDone: "Give this link to the person. It works once, and is not shown again.",
      invitations: "Open invitations", revoke: "Revoke", roleOf: (name: string) => `Role of ${name}`, disable: "Disable", enable: "Enable", noInvitations: "No open invitations",
    },
    roles: { super_user: "Super user", admin: "Admin", member: "Member", service: "Program" } as Record<string, string>,
    keys: {
      title: "API keys", lead: "A key lets a program act as you. Whoever has it may do what you may.", name: "Name", prefix: "Begins with", created: "Made", used: "Last used", state: "State",
      empty: "No API keys", emptyHint: "Make one for each program, so that each can be revoked alone.", make: "Make a key", makeTitle: "Make an API key", made: "This is the key. It is shown this once: keep it where secrets are kept.",
      revoke: "Revoke", revoked: "Revoked", expired: "Expired", active: "Active", whose: "Whose", mine: "My keys", all: "All keys of the company",
    },
    audit: { title: "Audit", lead: "Who changed what, newest first.", when: "When", who: "Who", action: "What", target: "On", via: "By way of", empty: "Nothing has been changed yet" },
  },
};
