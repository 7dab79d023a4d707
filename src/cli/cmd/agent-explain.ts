import { command } from '#cli/command';
import { townOf, withDesk } from '#cli/wire';
import { explainAgent } from '#cli/wire-agent-choice';
import { isRefusal, refuse } from '#core/refusals';

/** Which agent a piece of work has, and who says so. */
export const explain = command({
  options: [
    { name: 'rig', value: 'rig', help: 'work of this rig' },
    { name: 'work', value: 'id', help: 'this item' },
  ],
  about:
    'The strongest says it: the flag of a sling, the item, the worker, the role, the rig, the town, and last what is built in.',
  example: 'gt config agent explain --work sh-4kx',
  run: async ({ opts, global, io }) => {
    const town = townOf({ global, io });
    if (isRefusal(town)) return town;
    const id = opts.work;
    if (id === undefined) return explainAgent(town, opts.rig, {}, io);
    return withDesk({ global, io }, { wait: 'person', lean: true }, async ({ desk }) => {
      const work = await desk.books.read('work', id);
      if (!work) return refuse('WORK_UNKNOWN', { id, hint: '`gt work list` shows all.' });
      if (opts.rig !== undefined && opts.rig !== work.rig)
        return refuse('WORK_ELSEWHERE', { id, rig: work.rig, target: opts.rig });
      return explainAgent(town, work.rig, { work: work.agent ?? work.molAgent, worker: work.hold?.name }, io);
    });
  },
  text: ({ why, sources, found, install }, { paint }) => {
    const [first = '', ...others] = why;
    const defined = `Defined in ${sources.join(', ')}.`;
    return [paint.bold(first), ...others, defined, ...(found ? [] : [paint.yellow(`Its program is not there. ${install}`)])].join(
      '\n',
    );
  },
});
