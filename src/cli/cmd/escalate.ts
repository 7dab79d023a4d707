import type { Group } from '#cli/command';

/** Asks a person, and what was asked. */
export const escalate: Group = {
  bare: 'raise',
  verbs: {
    raise: { help: 'Asks a person', load: async () => (await import('./escalate-raise.ts')).escalateRaise },
    list: { help: 'What is asked', load: async () => (await import('./escalate-list.ts')).escalateList },
    show: { help: 'Shows one, with its screen', load: async () => (await import('./escalate-show.ts')).escalateShow },
    ack: { help: 'Says that you have seen it', load: async () => (await import('./escalate-end.ts')).escalateAck },
    close: { help: 'Closes one without an answer', load: async () => (await import('./escalate-end.ts')).escalateClose },
  },
};
