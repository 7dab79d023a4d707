import { up as broughtUp } from '#chores/up';
import { command } from '#cli/command';
import { townOf } from '#cli/wire';
import { isRefusal } from '#core/refusals';

/** Brings the town up. */
export const up = command({
  options: [{ name: 'no-mayor', help: 'do not start the mayor' }],
  about: 'Starts supervisor, Redis, PTY host and worker, and waits until they are ready. Again changes nothing.',
  example: 'gt up',
  run: async ({ global, io, say }) => {
    const town = townOf({ global, io });
    if (isRefusal(town)) return town;
    const { forUp } = await import('#cli/wire-town');
    say(`Starting ${town.name} …`);
    const started = await broughtUp(forUp(town, io));
    return isRefusal(started) ? started : { town: town.name, root: town.root, ...started };
  },
  text: ({ town, started, supervisor, redis, host, worker, renewed }) => {
    const at = redis.pid === undefined ? redis.version : `${redis.version}, ${redis.pid}`;
    const pids = `supervisor ${supervisor.pid}, redis ${at}, host ${host.pid}, worker ${worker.pid}`;
    const news = [
      ...(renewed.host ? [`The host handed its terminals (${renewed.host.sessions}) to the new build.`] : []),
      ...(renewed.worker ? [`The worker of build ${renewed.worker.from} was replaced; its agents went on.`] : []),
    ];
    return [`${town} ${started ? 'is up' : 'was up already'}: ${pids}`, ...news].join('\n');
  },
});
