/** What gt says of addresses that lead nowhere. The form of each is told in refusals.ts. */
export const ADDRESS_REFUSALS = {
  ADDRESS_UNKNOWN: { says: 'There is nobody at the address `{address}`.', try: '{hint}', exit: 3 },
  ITEM_WITHOUT_AGENT: {
    says: '{item} has no agent: {why}.',
    try: 'Write to who sees to it instead, or let its text say it: `gt work show {item}`.',
    exit: 4,
  },
  MAIL_NOBODY: { says: 'Nobody is there at `{address}`.', try: '`gt agents list` and `gt polecat list` show who is.', exit: 3 },
  GROUP_UNKNOWN: {
    says: 'There is no group `{name}`.',
    try: "{hint}`groups` in the town's settings/config.json makes one: the name of each with a list of addresses.",
    exit: 3,
  },
  GROUP_CYCLE: {
    says: 'A group holds itself: {path}.',
    try: "Mend `groups` in the town's settings/config.json.",
    exit: 2,
  },
  CHANNEL_UNKNOWN: {
    says: 'There is no channel `{name}`.',
    try: '`gt mail channels` shows all; who subscribes to a new one makes it: `gt mail subscribe channel:{name}`.',
    exit: 3,
  },
  CHANNEL_FULL: {
    says: 'Channel `{name}` has {count} subscribers; that is the most.',
    try: 'Make another one, or a group in the settings of the town.',
    exit: 4,
  },
  MACHINE_UNKNOWN: {
    says: 'There is no other machine in this town yet: `{machine}` cannot be written to.',
    try: 'Leave it out, or name this one: `{here}`.',
    exit: 3,
  },
} as const;
