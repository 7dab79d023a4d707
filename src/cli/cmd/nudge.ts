import type { Group } from '#cli/command';
import { nudging } from '#cli/nudging';

/** Says something to an agent. */
export const nudge: Group = {
  bare: 'send',
  verbs: {
    send: { help: 'Says something to an agent when its turn is over', load: () => nudging('wait-idle', 'nudge') },
    list: {
      help: 'What is on its way, and what was not delivered',
      load: async () => (await import('./nudge-list.ts')).nudgeList,
    },
    withdraw: {
      help: 'Takes one back, or off the list',
      load: async () => (await import('./nudge-withdraw.ts')).nudgeWithdraw,
    },
  },
};

export const chat = nudging('queue', 'chat');
export const inject = nudging('immediate', 'inject');
