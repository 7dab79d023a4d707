import type { Group } from '#cli/command';

/** Sessions of agents, those of now and those of the past. */
export const session: Group = {
  bare: 'list',
  verbs: {
    list: {
      help: 'Lists sessions, newest first',
      aliases: ['ls'],
      load: async () => (await import('./session-list.ts')).sessionList,
    },
    show: { help: 'One session', load: async () => (await import('./session-show.ts')).sessionShow },
    restart: { help: 'A fresh one in its place', load: async () => (await import('./session-end.ts')).sessionRestart },
    stop: { help: 'Ends it', load: async () => (await import('./session-end.ts')).sessionStop },
    replay: { help: 'Plays its recording', load: async () => (await import('./session-replay.ts')).sessionReplay },
    export: { help: 'Its recording as one file', load: async () => (await import('./session-export.ts')).sessionExport },
    search: { help: 'Looks for a text in recordings', load: async () => (await import('./session-search.ts')).sessionSearch },
  },
};
