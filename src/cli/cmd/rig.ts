import { rigAdd } from '#chores/rig-add';
import { command, type Group } from '#cli/command';
import { townOf } from '#cli/wire';
import { forRigAdd } from '#cli/wire-rigs';
import { isRefusal, refuse } from '#core/refusals';

const add = command({
  args: [
    { name: 'name', required: true, help: 'what the town calls it' },
    { name: 'url', help: 'the repository: a url, or a path of this machine' },
  ],
  options: [
    { name: 'path', value: 'path', help: 'a repository of this machine; it is cloned, never worked in' },
    { name: 'branch', value: 'branch', help: 'where work lands (default: its default branch)' },
    { name: 'prefix', value: 'letters', help: 'what the ids of its work begin with' },
    { name: 'test-command', value: 'command', help: 'what must succeed before anything lands' },
    { name: 'check', value: 'command', help: 'the same; several are run in order', many: true },
    { name: 'agent', value: 'agent', help: 'which agent works here, unless an item says otherwise' },
  ],
  about: 'Registers a repository with the town. Work is done in worktrees of a clone; what lands is brought to the repository.',
  example: 'gt rig add shop --path ~/code/shop --test-command "npm test"',
  run: async ({ args: { name, url }, opts, global, io, say }) => {
    const town = townOf({ global, io });
    if (isRefusal(town)) return town;
    const from = opts.path ?? url;
    if (from === undefined || (opts.path !== undefined && url !== undefined))
      return refuse('USAGE', { what: 'gt rig add needs one repository.', hint: 'Give a url, or --path and a directory.' });
    const checks = [...(opts['test-command'] === undefined ? [] : [opts['test-command']]), ...opts.check];
    return rigAdd(await forRigAdd(town, io, say), {
      name,
      from,
      checks,
      ...(opts.branch === undefined ? {} : { branch: opts.branch }),
      ...(opts.prefix === undefined ? {} : { prefix: opts.prefix }),
      ...(opts.agent === undefined ? {} : { agent: opts.agent }),
    });
  },
  text: ({ name, prefix, from, target, checks }, { paint }) => {
    const warning = paint.yellow(
      'no checks configured: what lands is not tested (give --test-command, or set merge_queue.check)',
    );
    const tests = checks.length > 0 ? `checks: ${checks.join('; ')}` : warning;
    return `Rig ${paint.bold(name)} from ${from}: ids ${prefix}-…, lands on ${target}\n${tests}`;
  },
});

/** The rigs of the town. */
export const rig: Group = {
  bare: 'list',
  verbs: {
    add: { help: 'Registers a repository', aliases: ['create'], load: () => add },
    list: { help: 'Lists the rigs', aliases: ['ls'], load: async () => (await import('./rig-list.ts')).rigList },
    status: { help: 'One rig, with its roles', load: async () => (await import('./rig-status.ts')).rigStatus },
    settings: { help: 'What a rig is set to', load: async () => (await import('./rig-settings.ts')).rigSettings },
  },
};
