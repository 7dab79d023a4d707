import { up as broughtUp } from '#chores/up';
import { command } from '#cli/command';
import { townOf } from '#cli/wire';
import { isRefusal, refuse } from '#core/refusals';

/** Brings the town up. */
export const up = command({
  args: [
    { name: 'role', help: 'start one agent more: mayor, deacon, crew' },
    { name: 'name', help: 'which one: gt start crew ann' },
  ],
  options: [
    { name: 'no-mayor', help: 'do not start the mayor' },
    { name: 'agent', value: 'agent', help: 'whose program the agent that is started has' },
  ],
  about:
    'Starts supervisor, Redis, PTY host and worker, and waits until they are ready; the mayor comes with them, if a program for it is there. Again changes nothing.',
  example: 'gt up',
  run: async ({ args, opts, global, io, say }) => {
    const town = townOf({ global, io });
    if (isRefusal(town)) return town;
    const [{ forUp }, { isRole, wantMayor, wantNamed }] = await Promise.all([import('#cli/wire-town'), import('#cli/wire-up')]);
    const { role = 'mayor', name } = args;
    if (!isRole(role))
      return refuse('USAGE', { what: `gt start does not know \`${role}\`.`, hint: 'Say mayor, deacon, or crew and a name.' });
    say(`Starting ${town.name} …`);
    const started = await broughtUp(forUp(town, io));
    if (isRefusal(started)) return started;
    const agent =
      args.role === undefined && opts.agent === undefined
        ? await wantMayor({ global, io }, town, opts['no-mayor'])
        : await wantNamed({ global, io }, { role, name }, opts.agent);
    return isRefusal(agent) ? agent : { town: town.name, root: town.root, ...started, agent };
  },
  text: ({ town, started, supervisor, redis, host, worker, renewed, agent }) => {
    const at = redis.pid === undefined ? redis.version : `${redis.version}, ${redis.pid}`;
    const pids = `supervisor ${supervisor.pid}, redis ${at}, host ${host.pid}, worker ${worker.pid}`;
    const news = [
      ...(renewed.host ? [`The host handed its terminals (${renewed.host.sessions}) to the new build.`] : []),
      ...(renewed.worker ? [`The worker of build ${renewed.worker.from} was replaced; its agents went on.`] : []),
      ...(agent === null ? [] : [agent.says]),
    ];
    return [`${town} ${started ? 'is up' : 'was up already'}: ${pids}`, ...news].join('\n');
  },
});
