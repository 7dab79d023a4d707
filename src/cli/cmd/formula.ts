import type { Group } from '#cli/command';

/** Workflows as files. */
export const formula: Group = {
  verbs: {},
};
