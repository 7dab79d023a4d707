import { command } from '#cli/command';
import { withDesk } from '#cli/wire';
import { nearest, orList } from '#core/nearest';
import { isRefusal, refuse } from '#core/refusals';
import { withdraw } from '#ops/withdraw';
import { nudgeList } from '#views/nudges';

const SAID = {
  withdrawn: 'is taken back',
  'asked-back': 'is at the terminal; it is taken back if nothing was typed yet',
  dismissed: 'is off the list',
} as const;

/** Takes a nudge back. */
export const nudgeWithdraw = command({
  args: [{ name: 'id', required: true, help: 'which one, by `gt nudge list`' }],
  example: 'gt nudge withdraw dl-4kx9ab',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async ({ desk }) => {
      const { id } = call.args;
      const answer = await withdraw(desk, id);
      if (!isRefusal(answer) || answer.refused !== 'NUDGE_UNKNOWN') return answer;
      const { nudges } = await nudgeList(desk.books, { all: false });
      const meant = nearest(
        id,
        nudges.map((one) => one.id),
      );
      const hint = meant.length > 0 ? `Did you mean ${orList(meant)}? \`gt nudge list\` shows all.` : 'Nothing is on its way.';
      return refuse('NUDGE_UNKNOWN', { id, hint });
    }),
  text: ({ id, is }, { paint }) => `${paint.bold(id)} ${SAID[is]}.`,
});
