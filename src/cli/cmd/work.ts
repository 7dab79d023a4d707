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
    list: { help: 'Lists work items', aliases: ['ls'], load: async () => (await import('./work-list.ts')).workList },
    show: { help: 'Shows a work item', load: async () => (await import('./work-show.ts')).workShow },
    close: { help: 'Closes work items by hand', load: async () => (await import('./work-close.ts')).workClose },
    dep: { help: 'What items wait for', load: async () => (await import('./work-dep.ts')).workDep },
  },
};
