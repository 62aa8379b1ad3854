const MARKS: Record<string, { letters: string; ground: string }> = {
  zoho: { letters: "Zo", ground: "#a5232a" },
  salesforce: { letters: "Sf", ground: "#0b5a8f" },
  hubspot: { letters: "Hs", ground: "#b0431d" },
  dynamics: { letters: "Dy", ground: "#3b3f9e" },
};

/** A mark to recognise a CRM by: its letters on its colour (vendors' logos are theirs). */
export function Mark({ provider }: { provider: string }) {
  const { letters, ground } = MARKS[provider] ?? { letters: provider.slice(0, 2), ground: "#3d4650" };
  return (
    <svg width="40" height="40" viewBox="0 0 40 40" aria-hidden style={{ flex: "none" }}>
      <rect width="40" height="40" rx="9" fill={ground} />
      <text x="20" y="26" textAnchor="middle" fontSize="17" fontWeight="650" fill="#fff" fontFamily="system-ui, sans-serif">
        {letters}
      </text>
    </svg>
  );
}
