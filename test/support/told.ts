import type { Assigned, Told } from '#core/prime-text';

/** What a polecat is told of whom nothing else is known. */
export const toldOf = (hook: Assigned | null, more: Partial<Told> = {}): Told => ({
  actor: 'gp/polecats/toast',
  role: 'polecat',
  prompt: 'You are a polecat.',
  handoff: '',
  hook,
  mail: '',
  answers: '',
  memories: { lines: [], more: 0 },
  directives: '',
  ...more,
});
