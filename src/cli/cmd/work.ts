import type { Group } from '#cli/command';

/** Work items. */
export const work: Group = {
  bare: 'list',
  verbs: {
    create: {
      help: 'Makes a work item',
      aliases: ['new', 'add'],
      load: async () => (await import('./work-create.ts')).workCreate,
    },
  },
};
