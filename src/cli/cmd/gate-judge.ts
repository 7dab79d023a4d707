import { command } from '#cli/command';
import { judge } from '#cli/gating';
import type { Gate } from '#core/records';
import { refuse } from '#core/refusals';

const REASON = { name: 'reason', short: 'r', value: 'text', help: 'why' } as const;
const GATE = { name: 'id', required: true, help: 'which gate' } as const;

const ended = ({ id, state, ended: how, blocks }: Gate): string =>
  `${id} ${state}: ${how?.reason ?? ''}${blocks.length > 0 ? ` (${blocks.join(', ')})` : ''}`;

/** Opens a gate. */
export const gateApprove = command({
  args: [GATE],
  options: [REASON],
  about:
    'What it keeps back goes on. A gate that was denied is approved after all. An agent opens no gate that waits for a person.',
  example: 'gt gate approve sh-gate-4kx --reason "seen and fine"',
  run: ({ args, opts, global, io }) => judge({ global, io }, { id: args.id, says: 'approve', reason: opts.reason ?? 'approved' }),
  text: ended,
});

/** Says no. */
export const gateDeny = command({
  args: [GATE],
  options: [REASON],
  about: 'What it keeps back does not go on: a step fails and asks you (retry or skip it), a work item stays blocked.',
  example: 'gt gate deny sh-gate-4kx --reason "the API is not agreed yet"',
  run: ({ args, opts, global, io }) =>
    opts.reason === undefined || opts.reason.trim() === ''
      ? refuse('USAGE', { what: 'Why is it denied?', hint: 'Say it: --reason "…"; whoever looks at the step next reads it.' })
      : judge({ global, io }, { id: args.id, says: 'deny', reason: opts.reason }),
  text: ended,
});

/** Asks a denied gate again. */
export const gateReopen = command({
  args: [GATE],
  about: 'A gate that was denied is asked again, and its clock starts anew.',
  example: 'gt gate reopen sh-gate-4kx',
  run: ({ args, global, io }) => judge({ global, io }, { id: args.id, says: 'reopen', reason: 'asked again' }),
  text: ({ id, state }) => `${id} is ${state} again`,
});
