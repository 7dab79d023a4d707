import type { Group } from '#cli/command';
import type { Topic } from '#cli/verbs';

/** Every verb of bd, which are those of `gt bd` too: one line here and one file beside this one. */
export const BD_TOPICS: readonly Topic[] = [
  {
    title: 'Work data',
    verbs: {
      show: {
        help: 'Shows items, steps, molecules, gates',
        aliases: ['view'],
        load: async () => (await import('./show.ts')).show,
      },
      list: { help: 'Lists what there is', aliases: ['ls'], load: async () => (await import('./list.ts')).list },
      ready: { help: 'Lists what can be done now', load: async () => (await import('./ready.ts')).ready },
      blocked: { help: 'Lists what waits for something', load: async () => (await import('./blocked.ts')).blocked },
      children: { help: 'Lists what lies in something', load: async () => (await import('./children.ts')).children },
      close: { help: 'Closes items, steps, gates', load: async () => (await import('./close.ts')).close },
      done: { help: 'The same, with the reason as words', hidden: true, load: async () => (await import('./close.ts')).done },
      create: { help: 'Makes a work item', aliases: ['new'], load: async () => (await import('./create.ts')).create },
      q: { help: 'Makes one and prints its id', load: async () => (await import('./create.ts')).quick },
      dep: { help: 'What waits for what', load: async () => (await import('./dep.ts')).dep },
      reopen: { help: 'Opens a denied gate again', load: async () => (await import('./reopen.ts')).reopen },
      cook: { help: 'Makes a protomolecule of a formula', load: async () => (await import('./cook.ts')).cook },
      formula: { help: 'Workflows as files', aliases: ['formulas'], load: async () => (await import('./formula.ts')).formula },
      update: { help: 'Changes items and steps', load: async () => (await import('./update.ts')).update },
      gate: { help: 'Waits for a time, a person, a run', load: async () => (await import('./gate.ts')).gate },
      mol: {
        help: 'Formulas at work: molecules and wisps',
        aliases: ['molecule'],
        load: async () => (await import('./mol.ts')).mol,
      },
      squash: {
        help: 'The same as mol squash',
        hidden: true,
        load: async () => (await import('#cli/cmd/mol-squash')).squashing('bd'),
      },
      burn: { help: 'The same as mol burn', hidden: true, load: async () => (await import('#cli/cmd/mol-burn')).burning('bd') },
      version: {
        help: 'Which version this is',
        load: async () => (await import('./version.ts')).version,
      },
    },
  },
];

/** `gt bd`: its words are read by `bd` itself; here it stands for help and completions. */
export const bd: Group = { verbs: Object.assign({}, ...BD_TOPICS.map(({ verbs }) => verbs)) };
