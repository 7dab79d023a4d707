import type { Group } from '#cli/command';

/** Work data: the verbs of `bd`, which are those of `gt bd` too. */
export const bd: Group = {
  verbs: {
    // Each verb is one line here and one file beside this one.
    gate: { help: 'Waits for a time, a person, a run', load: async () => (await import('./gate.ts')).gate },
  },
};
