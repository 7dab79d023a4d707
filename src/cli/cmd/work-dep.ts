import { command, type Group } from '#cli/command';
import { idsOf, withNearest } from '#cli/ids';
import { withDesk } from '#cli/wire';
import { isRefusal } from '#core/refusals';
import { addNeeds } from '#ops/add-needs';

const add = command({
  args: [
    { name: 'id', required: true, help: 'the item that is to wait' },
    { name: 'on', required: true, many: true, help: 'what it waits for' },
  ],
  example: 'gt work dep add sh-9ab sh-4kx',
  run: ({ args, global, io }) =>
    withDesk({ global, io }, { wait: 'person' }, async (town) => {
      const work = await addNeeds(town.desk, { id: args.id, on: idsOf(args.on) });
      return isRefusal(work) ? withNearest(work, town) : work;
    }),
  text: ({ id, deps }) => `${id} needs ${deps.join(', ')}`,
});

/** What items wait for. */
export const workDep: Group = { verbs: { add: { help: 'Lets an item wait for others', load: () => add } } };
