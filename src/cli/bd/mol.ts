import type { Group } from '#cli/command';

/** Molecules and wisps, in the forms that programs know from beads. */
export const mol: Group = {
  verbs: {
    list: {
      help: 'Lists them, and what they are poured from',
      aliases: ['ls'],
      load: async () => (await import('./mol-list.ts')).molList,
    },
    show: { help: 'One with all that lies in it', load: async () => (await import('./mol-look.ts')).molShow },
    current: { help: 'Where they stand, step by step', load: async () => (await import('./mol-look.ts')).molCurrent },
    progress: { help: 'How far one is', load: async () => (await import('./mol-look.ts')).molProgress },
    ready: { help: 'Those that go on behind an open gate', load: async () => (await import('./mol-look.ts')).molReady },
    stale: { help: 'Complete and open ones', load: async () => (await import('./mol-look.ts')).molStale },
    seed: { help: 'Says whether formulas would cook', load: async () => (await import('./mol-seed.ts')).molSeed },
    pour: { help: 'Makes a molecule of a formula', load: async () => (await import('#cli/pouring')).pouring('liquid', 'bd') },
    wisp: { help: 'Makes a wisp of a formula; list, gc', load: async () => (await import('#cli/cmd/mol-wisp')).wisps('bd') },
    bond: { help: 'Bonds two of them', load: async () => (await import('#cli/cmd/mol-bond')).bonding('bd') },
    squash: {
      help: 'Leaves a digest in place of its steps',
      load: async () => (await import('#cli/cmd/mol-squash')).squashing('bd'),
    },
    burn: { help: 'Drops it altogether', load: async () => (await import('#cli/cmd/mol-burn')).burning('bd') },
    distill: { help: 'Makes a formula of it', load: async () => (await import('#cli/cmd/mol-distill')).molDistill },
  },
};
