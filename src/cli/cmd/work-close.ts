import { command } from '#cli/command';
import { idsOf, withNearest } from '#cli/ids';
import { withDesk } from '#cli/wire';
import { whoCalls } from '#cli/wire-steps';
import type { Work } from '#core/records';
import { explain, isRefusal, type Refusal } from '#core/refusals';
import { closeWork } from '#ops/close-work';

/** Closes items that nobody has. */
export const workClose = command({
  args: [{ name: 'ids', many: true, required: true, help: 'the work items' }],
  options: [
    { name: 'reason', short: 'r', value: 'text', help: 'why' },
    { name: 'force', short: 'f', help: 'although it is pinned, waits for others, or has open items in it' },
  ],
  about:
    'What needed them goes on; an open molecule is cancelled. What an agent or the refinery has is not closed from under it.',
  example: 'gt work close sh-4kx --reason "the page says so already"',
  run: ({ args, opts, global, io }) => {
    const caller = whoCalls(io);
    if (isRefusal(caller)) return caller;
    return withDesk({ global, io }, { wait: caller ? 'agent' : 'person' }, async (town) => {
      const reason = opts.reason?.trim() || 'Closed';
      const done: Work[] = [];
      const refused: Refusal[] = [];
      for (const id of idsOf(args.ids)) {
        const work = await closeWork(town.desk, { id, reason, force: opts.force, caller });
        if (isRefusal(work)) refused.push(await withNearest(work, town));
        else done.push(work);
      }
      if (done.length === 0 && refused[0]) return refused[0];
      for (const { says, try: hint } of refused.map(explain)) io.err(`${says}\n${hint}\n`);
      return done;
    });
  },
  text: (closed, { quiet, paint }) =>
    closed.map(({ id, title, closed: how }) => (quiet ? id : `${paint.bold(id)} ${title} is closed: ${how?.reason}`)).join('\n'),
});
