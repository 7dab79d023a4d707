import type { Group } from '#cli/command';

/** Formulas at work: molecules and their steps. */
export const mol: Group = {
  bare: 'status',
  verbs: {
    status: { help: 'A molecule and its steps', load: async () => (await import('./mol-status.ts')).molStatus },
    show: {
      help: 'The same; also a stored protomolecule',
      load: async () => (await import('./mol-show.ts')).molShow,
    },
    list: { help: 'Lists molecules and wisps', aliases: ['ls'], load: async () => (await import('./mol-list.ts')).molList },
    progress: { help: 'How far a molecule is', load: async () => (await import('./mol-progress.ts')).molProgress },
    pour: { help: 'Makes a molecule of a formula', load: async () => (await import('#cli/pouring')).pouring('liquid', 'gt') },
    wisp: { help: 'Makes a wisp of a formula; list, gc', load: async () => (await import('./mol-wisp.ts')).wisps('gt') },
    bond: { help: 'Bonds two of them', load: async () => (await import('./mol-bond.ts')).bonding('gt') },
    attach: { help: 'Pins one to a work item', load: async () => (await import('./mol-attach.ts')).molAttach },
    detach: { help: 'Takes it off again', load: async () => (await import('./mol-attach.ts')).molDetach },
    'attach-from-mail': {
      help: 'Takes one from a mail',
      hidden: true,
      load: async () => (await import('./mol-attach.ts')).molAttachFromMail,
    },
    squash: {
      help: 'Leaves a digest in place of its steps',
      load: async () => (await import('./mol-squash.ts')).squashing('gt'),
    },
    burn: { help: 'Drops it altogether', load: async () => (await import('./mol-burn.ts')).burning('gt') },
    cancel: { help: 'Ends it before its time', load: async () => (await import('./mol-cancel.ts')).molCancel },
    distill: { help: 'Makes a formula of it', load: async () => (await import('./mol-distill.ts')).molDistill },
    dag: { help: 'A picture of its graph', aliases: ['graph'], load: async () => (await import('./mol-dag.ts')).molDag },
    current: { help: 'The step in hand', load: async () => (await import('./mol-current.ts')).molCurrent },
    step: {
      help: 'Steps: done, fail, retry, skip',
      aliases: ['steps'],
      load: async () => (await import('./mol-step.ts')).molStep,
    },
  },
};
