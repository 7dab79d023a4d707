import type { Group } from '#cli/command';

/** Waits for a time, a person, a run. */
export const gate: Group = {
  verbs: {},
};
