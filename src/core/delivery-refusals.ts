/** What gt says when it will not nudge. The form of each is told in refusals.ts. */
export const DELIVERY_REFUSALS = {
  NUDGE_TOO_LARGE: {
    says: 'A nudge has {limit} bytes at most; this one has {bytes}.',
    try: "Put it into a file of the agent's worktree, and nudge it with the path.",
    exit: 2,
  },
  NUDGE_NOBODY: {
    says: 'Nobody works on {id}: it is {status}.',
    try: 'Give it to an agent first: `gt sling {id}`.',
    exit: 4,
  },
  NUDGE_LINE_FULL: {
    says: '{count} nudges wait for {to} already.',
    try: 'Look at them with `gt nudge list`, and take some back: `gt nudge withdraw <id>`.',
    exit: 1,
  },
  NUDGE_UNKNOWN: { says: 'There is no nudge `{id}`.', try: '{hint}', exit: 3 },
  NUDGE_OVER: {
    says: '{id} is {state}: it cannot be taken back.',
    try: 'See what the agent makes of it: `gt peek {work}`.',
    exit: 4,
  },
} as const;
