import { command } from '#cli/command';
import { judge, unknownGate } from '#cli/gating';
import { withDesk } from '#cli/wire';
import type { Gate } from '#core/records';
import { isRefusal, type Refusal } from '#core/refusals';
import { addWaiter } from '#ops/judge-gate';
import { issueOf } from '#views/beads';

const GATE = { name: 'id', required: true, help: 'which gate' } as const;
const issue = (gate: Gate | Refusal) => (isRefusal(gate) ? gate : issueOf({ noun: 'gate', doc: gate, text: {} }));

/** Opens a gate by hand, as bd does. */
export const gateResolve = command({
  args: [GATE],
  options: [{ name: 'reason', short: 'r', value: 'text', help: 'why' }],
  example: 'bd gate resolve sh-gate-4kx --reason "seen and fine"',
  run: async ({ args, opts, global, io }) =>
    issue(await judge({ global, io }, { id: args.id, says: 'approve', reason: opts.reason ?? 'resolved' })),
  text: ({ id, close_reason }) => `✓ Resolved gate: ${id} — ${close_reason ?? ''}`,
});

/** Notes who wants to hear of its end. */
export const gateAddWaiter = command({
  args: [GATE, { name: 'waiter', required: true, help: 'who' }],
  example: 'bd gate add-waiter sh-gate-4kx shop/polecats/toast',
  run: ({ args, global, io }) =>
    withDesk({ global, io }, { wait: 'person' }, async (town) => {
      const answer = await addWaiter(town.desk, args);
      if (isRefusal(answer) && answer.refused !== 'GATE_ENDED') return unknownGate(args.id, town);
      return issue(answer);
    }),
  text: ({ id, waiters }) => `✓ ${id}: ${(waiters ?? []).join(', ')}`,
});
