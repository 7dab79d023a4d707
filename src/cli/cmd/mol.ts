import type { Group } from '#cli/command';

/** Formulas at work: molecules and their steps. */
export const mol: Group = {
  bare: 'status',
  verbs: {
    status: {
      help: 'A molecule and its steps',
      aliases: ['show'],
      load: async () => (await import('./mol-status.ts')).molStatus,
    },
    list: { help: 'Lists molecules and wisps', aliases: ['ls'], load: async () => (await import('./mol-list.ts')).molList },
    progress: { help: 'How far a molecule is', load: async () => (await import('./mol-progress.ts')).molProgress },
    dag: { help: 'A picture of its graph', aliases: ['graph'], load: async () => (await import('./mol-dag.ts')).molDag },
  },
};
