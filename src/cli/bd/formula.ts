import type { Group } from '#cli/command';

/** Formulas, by the verbs that beads has for them. */
export const formula: Group = {
  bare: 'show',
  verbs: {
    list: {
      help: 'Lists formulas',
      aliases: ['ls'],
      load: async () => (await import('#cli/cmd/formula-list')).formulaList,
    },
    show: { help: 'Shows a formula', load: async () => (await import('#cli/cmd/formula-show')).formulaShow },
    convert: {
      help: 'Writes a JSON formula as TOML',
      load: async () => (await import('./formula-convert.ts')).formulaConvert,
    },
  },
};
