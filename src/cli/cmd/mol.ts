import type { Group } from '#cli/command';

/** Formulas at work: molecules and their steps. */
export const mol: Group = {
  verbs: {
    current: { help: 'The step in hand', load: async () => (await import('./mol-current.ts')).molCurrent },
    step: {
      help: 'Steps: done, fail, retry, skip',
      aliases: ['steps'],
      load: async () => (await import('./mol-step.ts')).molStep,
    },
  },
};
