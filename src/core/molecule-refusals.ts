/** What gt says of formulas and molecules. The form of each is told in refusals.ts. */
export const MOLECULE_REFUSALS = {
  MOLECULE_ATTACHED: {
    says: '{id} has a molecule already: {mol}.',
    try: 'Finish it, or take it off: `gt mol detach {id}`, then attach the other one.',
    exit: 4,
  },
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
  MOLECULE_UNKNOWN: { says: 'There is no molecule `{id}`.', try: '{hint}', exit: 3 },
  FORMULA_NOT_RUN: { says: '{name} cannot be run so: it is of the type {type}.', try: '{hint}', exit: 2 },
  BEAD_UNKNOWN: { says: 'no issue found matching "{id}".', try: '{hint}', exit: 3 },
  STATUS_BY_DEED: { says: '{id} does not become {status} by a word.', try: '{hint}', exit: 1 },
  STEP_CLOSED: { says: '{id} is closed: {outcome}.', try: 'See how it ended: `bd show {id}`.', exit: 4 },
  STEP_UNKNOWN: { says: 'There is no step `{id}`.', try: '{hint}', exit: 3 },
} as const;
