/** What gt says of gates. The form of each is told in refusals.ts. */
export const GATE_REFUSALS = {
  GATE_UNKNOWN: { says: 'There is no gate `{id}`.', try: '{hint}', exit: 3 },
  GATE_IS_NONE: { says: '`{id}` is a {noun}, not a gate.', try: 'Name a gate: `gt gate list` shows them.', exit: 1 },
  GATE_INVALID: { says: 'This gate could never open: {why}.', try: '{hint}', exit: 2 },
  GATE_ENDED: { says: 'Gate {id} is {state} already ({reason}).', try: 'Leave it: what has ended stays so.', exit: 4 },
  GATE_PERSONS: {
    says: '{id} waits for a person: an agent cannot open or deny it.',
    try: 'Leave it to the overseer (`gt gate approve {id}`, outside of a worktree), and go on with other work or end your turn.',
    exit: 1,
  },
  GATE_OWN: {
    says: '{id} keeps back your own work: who waits for a gate does not open it.',
    try: 'Leave it: what it waits for opens it, or the overseer does.',
    exit: 1,
  },
  GATE_TARGET_UNKNOWN: {
    says: 'There is no work item and no open step `{id}` to keep back.',
    try: 'Look at `gt work list` and `gt mol list`.',
    exit: 3,
  },
  GATE_LATE: {
    says: '{id} is {status}: it cannot be kept back any more.',
    try: 'Put the gate before what comes next, or stop it first.',
    exit: 4,
  },
  GATE_EPIC: {
    says: '{id} is an epic: its children have begun to wait already.',
    try: 'Name the steps in it that are to wait.',
    exit: 2,
  },
} as const;
