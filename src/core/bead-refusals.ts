/** What gt says of items and steps that are changed by hand. The form of each is told in refusals.ts. */
export const BEAD_REFUSALS = {
  WORK_MINE: {
    says: '{id} is the item in your hands.',
    try: 'Hand it in: `gt done`; without code `gt done --no-code --report FILE`.',
    exit: 1,
  },
  WORK_NEEDS: {
    says: '{id} still waits for {needs}.',
    try: 'Close those first, or close it all the same: `bd close {id} --force`.',
    exit: 1,
  },
  WORK_HAS_OPEN: {
    says: '{id} has open items in it: {open}.',
    try: 'Close those first, or close it all the same: `bd close {id} --force`.',
    exit: 1,
  },
  WORK_PINNED: { says: '{id} is pinned.', try: 'Close it all the same: `bd close {id} --force`.', exit: 1 },
  CLOSES_ITSELF: { says: '{id} closes with the last of its steps.', try: '{hint}', exit: 1 },
  REOPEN_NOT: { says: '{id} is closed, and stays so ({how}).', try: '{hint}', exit: 4 },
  NO_SUCH_PARENT: { says: '{id} cannot hold other work: it is {what}.', try: '{hint}', exit: 1 },
  DEP_FIXED: {
    says: '{id} is a {noun}: what it waits for is told by its formula.',
    try: 'Only items are made to wait, for items and gates; molecules are bonded: `bd mol bond`.',
    exit: 2,
  },
  DEP_KIND: {
    says: 'gt keeps no edges of the kind `{kind}` yet.',
    try: 'Take `blocks`, or name the other one in the notes.',
    exit: 2,
  },
} as const;
