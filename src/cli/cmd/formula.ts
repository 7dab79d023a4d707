import type { Group } from '#cli/command';

/** Workflows as files. */
export const formula: Group = {
  verbs: {
    run: { help: 'Runs a formula', load: async () => (await import('./formula-run.ts')).formulaRun },
  },
};
