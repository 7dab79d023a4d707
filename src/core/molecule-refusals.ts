/** What gt says of formulas and molecules. The form of each is told in refusals.ts. */
export const MOLECULE_REFUSALS = {
  MOLECULE_ATTACHED: {
    says: '{id} has a molecule already: {mol}.',
    try: 'Finish it, or take it off: `gt mol detach {id}`, then attach the other one.',
    exit: 4,
  },
  MOLECULE_UNKNOWN: { says: 'There is no molecule `{id}`.', try: '{hint}', exit: 3 },
  STEP_UNKNOWN: { says: 'There is no step `{id}`.', try: '{hint}', exit: 3 },
} as const;
