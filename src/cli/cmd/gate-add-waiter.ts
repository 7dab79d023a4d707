import { command } from '#cli/command';
import { unknownGate } from '#cli/gating';
import { withDesk } from '#cli/wire';
import { isRefusal } from '#core/refusals';
import { addWaiter } from '#ops/judge-gate';

/** Notes who wants to hear of a gate's end. */
export const gateAddWaiter = command({
  args: [
    { name: 'id', required: true, help: 'which gate' },
    { name: 'waiter', required: true, help: 'who: shop/polecats/toast, mayor, …' },
  ],
  example: 'gt gate add-waiter sh-gate-4kx mayor',
  run: ({ args, global, io }) =>
    withDesk({ global, io }, { wait: 'person' }, async (town) => {
      const answer = await addWaiter(town.desk, args);
      return isRefusal(answer) && answer.refused !== 'GATE_ENDED' ? unknownGate(args.id, town) : answer;
    }),
  text: ({ id, waiters }) => `${id}: ${waiters.join(', ')}`,
});
