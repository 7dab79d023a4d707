import type { Group } from '#cli/command';

/** What becomes of a step. */
export const molStep: Group = {
  verbs: {
    done: { help: 'Closes the step in hand (for agents)', load: async () => (await import('./mol-step-done.ts')).molStepDone },
    fail: { help: 'Says that a step cannot be done', load: async () => (await import('./mol-step-end.ts')).molStepFail },
    retry: { help: 'Tries a failed step again', load: async () => (await import('./mol-step-end.ts')).molStepRetry },
    skip: { help: 'Leaves a step out, with a reason', load: async () => (await import('./mol-step-end.ts')).molStepSkip },
  },
};
