import type { Group } from '#cli/command';

/** Waits for a time, a person, a run. */
export const gate: Group = {
  verbs: {
    create: { help: 'Makes a gate that keeps back work', load: async () => (await import('./gate-create.ts')).gateCreate },
    list: { help: 'Lists gates', load: async () => (await import('./gate-list.ts')).gateList },
    show: { help: 'Shows one gate', load: async () => (await import('./gate-show.ts')).gateShow },
    approve: { help: 'Opens a gate', aliases: ['resolve'], load: async () => (await import('./gate-judge.ts')).gateApprove },
    deny: { help: 'Says no to what it keeps back', load: async () => (await import('./gate-judge.ts')).gateDeny },
    reopen: { help: 'Asks a denied gate again', load: async () => (await import('./gate-judge.ts')).gateReopen },
    check: { help: 'Looks at all gates now', load: async () => (await import('./gate-check.ts')).gateCheck },
    'add-waiter': {
      help: 'Notes who wants to hear of its end',
      load: async () => (await import('./gate-add-waiter.ts')).gateAddWaiter,
    },
  },
};
