/** What gt says of formulas and molecules. The form of each is told in refusals.ts. */
export const MOLECULE_REFUSALS = {
  MOLECULE_ATTACHED: {
    says: '{id} has a molecule already: {mol}.',
    try: 'Finish it, or take it off: `gt mol detach {id}`, then attach the other one.',
    exit: 4,
  },
  MOLECULE_CLOSED: {
    says: '{id} has ended already ({outcome}).',
    try: 'Pour it anew: `gt mol pour <formula>`.',
    exit: 4,
  },
  MOLECULE_HANGS: {
    says: '{id} hangs under {above} already.',
    try: 'A molecule hangs under one thing at a time; take it off that first, with `gt mol detach` if it is a work item.',
    exit: 4,
  },
  MOLECULE_OPEN: {
    says: '{id} has {open} open steps.',
    try: 'Finish them, end it with `gt mol cancel {id} --reason "…"`, or burn it: `bd mol burn {id}`.',
    exit: 1,
  },
  MOLECULE_NONE: {
    says: 'Nothing is attached to {id}.',
    try: 'Attach a molecule: `gt mol attach {id} <molecule>`, or name one.',
    exit: 3,
  },
  STEPS_NONE: {
    says: '{id} has no molecule, and so no steps.',
    try: 'Work it as a whole, and hand it in: `gt done`.',
    exit: 3,
  },
  BOND_CYCLE: {
    says: '{b} cannot wait for {a}: {chain}.',
    try: 'Bond them the other way round, or with --type parallel.',
    exit: 1,
  },
  BOND_REF: {
    says: '`{ref}` cannot be part of an id.',
    try: 'After its values are filled in, --ref may hold letters, digits and - _ . only.',
    exit: 2,
  },
  BOND_TAKEN: { says: '{id} exists already.', try: 'Take another --ref.', exit: 4 },
  BOND_SIDES: { says: '{what}', try: '{hint}', exit: 2 },
  FORMULA_UNKNOWN: { says: 'There is no formula `{name}`.', try: '{hint}', exit: 3 },
  FORMULA_NAME: {
    says: '`{name}` is no name of a formula: it is a path.',
    try: 'Give a name of `gt formula list`; a file is put into one of {folders} first. {hint}',
    exit: 2,
  },
  FORMULA_INVALID: {
    says: 'Formula {name} has {faults}',
    try: 'Mend it; `gt formula validate {name}` looks at it again.',
    exit: 1,
  },
  FORMULA_EXISTS: { says: 'There is a formula `{name}` already: {file}.', try: 'Edit that one, or take another name.', exit: 4 },
  VARS_MISSING: { says: 'Formula {name} needs values:{faults}', try: 'Give them: {words}.', exit: 2 },
  VARS_INVALID: { says: 'Formula {name} cannot take these values:{faults}', try: 'Give others with --var name=value.', exit: 2 },
  MAIL_NOT_YET: { says: 'This gt has no mail yet.', try: '{hint}', exit: 1 },
  MOLECULE_UNKNOWN: { says: 'There is no molecule `{id}`.', try: '{hint}', exit: 3 },
  STEPS_OPEN: {
    says: '{mol} has open steps: {steps}.',
    try: 'Do them one at a time: `gt mol current` shows which is in your hands, `gt mol step done` closes it.',
    exit: 1,
  },
  STEP_CHECK_FAILED: {
    says: 'The check of {id} (`{check}`) ended with {code}: {tail}',
    try: 'Mend that, then `gt mol step done` again. It was run in {dir}.',
    exit: 1,
  },
  STEP_EVIDENCE: {
    says: 'Nothing proves {id} yet: {why}.',
    try: 'Commit what you made, or say --file PATH, --commit SHA or --note "what you did and found" (to `bd close`: --reason "…").',
    exit: 1,
  },
  STEP_HELD: {
    says: '{id} is in the hands of {holder}.',
    try: 'Let it work, or take the step away: `gt mol step skip {id} --reason "why"`.',
    exit: 4,
  },
  STEP_LEAVING: {
    says: 'The step of {session} is done, and the next one has a session of its own.',
    try: 'Leave now.',
    exit: 4,
  },
  STEP_NONE: {
    says: 'No step of {mol} is in your hands: it waits for {waits}.',
    try: 'End your turn: you are told when one is ready.',
    exit: 4,
  },
  STEP_NOT_FAILED: { says: '{id} has not failed: it is {status}.', try: 'Only a failed step is tried again.', exit: 4 },
  STEP_PERSONS: {
    says: '{id} has failed and waits for a person: an agent cannot try it again.',
    try: 'Leave it to the overseer (`gt mol step retry {id}`), and go on with other work or end your turn.',
    exit: 1,
  },
  STEP_NOT_IN_HAND: {
    says: '{id} is not the step in your hands{hand}.',
    try: 'Steps are done one at a time: `gt mol current` shows the one that is yours.',
    exit: 4,
  },
  STEP_NOT_READY: {
    says: '{id} is not ready: it waits for {needs}.',
    try: 'See `gt mol current`; or skip it with a reason.',
    exit: 4,
  },
  STEP_NOT_YOURS: {
    says: '{id} is no step for an agent or a person: it is done by a {exec}.',
    try: 'Wait for it, or skip it: `gt mol step skip {id} --reason "why"`.',
    exit: 4,
  },
  FORMULA_NOT_RUN: { says: '{name} cannot be run so: it is of the type {type}.', try: '{hint}', exit: 2 },
  BEAD_UNKNOWN: { says: 'no issue found matching "{id}".', try: '{hint}', exit: 3 },
  STATUS_BY_DEED: { says: '{id} does not become {status} by a word.', try: '{hint}', exit: 1 },
  STEP_CLOSED: { says: '{id} is closed: {outcome}.', try: 'See how it ended: `bd show {id}`.', exit: 4 },
  STEP_UNKNOWN: { says: 'There is no step `{id}`.', try: '{hint}', exit: 3 },
} as const;
