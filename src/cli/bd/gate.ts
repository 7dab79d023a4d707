import type { Group } from '#cli/command';

/** Gates, as bd has them. */
export const gate: Group = {
  verbs: {
    create: { help: 'Makes a gate', load: async () => (await import('./gate-open.ts')).gateCreate },
    list: { help: 'Lists gates', load: async () => (await import('./gate-look.ts')).gateList },
    show: { help: 'Shows one gate', load: async () => (await import('./gate-look.ts')).gateShow },
    check: { help: 'Looks at all gates now', load: async () => (await import('./gate-look.ts')).gateCheck },
    resolve: { help: 'Opens a gate', load: async () => (await import('./gate-end.ts')).gateResolve },
    'add-waiter': { help: 'Notes who wants to hear of its end', load: async () => (await import('./gate-end.ts')).gateAddWaiter },
  },
};
