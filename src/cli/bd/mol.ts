import type { Group } from '#cli/command';

/** Molecules and wisps, in the forms that programs know from beads. */
export const mol: Group = {
  verbs: {
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
