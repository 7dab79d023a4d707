import { command, type Group } from '#cli/command';
import { table } from '#cli/table';
import { townOf } from '#cli/wire';
import { keyMap } from '#cli/wire-redis';
import { isRefusal } from '#core/refusals';

/** The map of the town's keys. */
const redisKeys = command({
  about: "What lies where in the town's Redis, for looking inside with redis-cli. Only gt's own commands may write there.",
  example: 'gt redis keys',
  run: (call) => {
    const town = townOf(call);
    return isRefusal(town) ? town : keyMap(town);
  },
  text: ({ socket, prefix, keys }, { paint }) =>
    [
      `redis-cli -s ${socket ?? '<your own Redis>'}    every key begins with ${paint.bold(prefix)}`,
      table(keys.map(({ pattern, type, holds }) => [paint.bold(pattern), type, holds])),
    ].join('\n\n'),
});

export const redis: Group = {
  bare: 'keys',
  verbs: { keys: { help: "What lies where in the town's Redis", load: async () => redisKeys } },
};
