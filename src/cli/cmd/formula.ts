import type { Group } from '#cli/command';

/** Workflows as files. */
export const formula: Group = {
  bare: 'show',
  verbs: {
    list: { help: 'Lists formulas', aliases: ['ls'], load: async () => (await import('./formula-list.ts')).formulaList },
    show: { help: 'Shows a formula', load: async () => (await import('./formula-show.ts')).formulaShow },
    validate: {
      help: 'Says what is wrong with formulas',
      aliases: ['check'],
      load: async () => (await import('./formula-validate.ts')).formulaValidate,
    },
    create: {
      help: 'Writes a formula to begin with',
      aliases: ['new'],
      load: async () => (await import('./formula-create.ts')).formulaCreate,
    },
    run: { help: 'Runs a formula', load: async () => (await import('./formula-run.ts')).formulaRun },
  },
};
