import { command } from '#cli/command';
import { withDesk } from '#cli/wire';
import { orNearest } from '#cli/wire-questions';
import { refuse } from '#core/refusals';
import { acknowledge, closeEscalation } from '#ops/end-question';
import { escalationLine } from '#views/escalations';

const ID = { name: 'id', required: true, help: 'which one' } as const;

/** A person sees to it. */
export const escalateAck = command({
  args: [ID],
  about: 'It stays open, and is not raised again.',
  example: 'gt escalate ack qn-4kx8e',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async (town) =>
      orNearest(await acknowledge(town.desk, call.args.id), escalationLine, town),
    ),
  text: ({ id, why }) => `${id} is seen: ${why}`,
});

/** Nobody is asked any more. */
export const escalateClose = command({
  args: [ID],
  options: [{ name: 'reason', short: 'r', value: 'text', help: 'why; an agent that asked is told' }],
  example: 'gt escalate close qn-4kx8e --reason "no longer needed"',
  run: (call) => {
    const reason = call.opts.reason?.trim() ?? 'closed without a reason';
    if (reason === '') return refuse('USAGE', { what: 'The reason is empty.', hint: 'Say it, or leave --reason out.' });
    return withDesk(call, { wait: 'person' }, async (town) =>
      orNearest(await closeEscalation(town.desk, call.args.id, reason), escalationLine, town),
    );
  },
  text: ({ id, reason }) => `${id} is closed: ${reason ?? ''}`,
});
