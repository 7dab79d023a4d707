import { install as installed } from '#chores/install';
import { command } from '#cli/command';
import { table } from '#cli/table';

/** Makes a town. */
export const install = command({
  args: [{ name: 'path', help: 'where the town is to be (default: ~/gt)' }],
  options: [
    { name: 'name', value: 'name', help: 'its name (default: that of its directory)' },
    { name: 'git', help: 'put the town into git, with a first commit' },
    { name: 'no-start', help: 'accepted, and without effect: install starts nothing' },
  ],
  about: 'Checks what gt needs, and makes the directories and files of a town. It starts nothing: `gt up` does.',
  example: 'gt install ~/gt --git',
  run: async ({ args: { path }, opts, global, io }) => {
    const { forInstall } = await import('#cli/wire-town');
    const place = path ?? global.town;
    return installed(forInstall(io), {
      ...(place === undefined ? {} : { path: place }),
      ...(opts.name === undefined ? {} : { name: opts.name }),
      git: opts.git,
    });
  },
  text: ({ root, name, dependencies }, { paint }) => {
    const rows = dependencies.map(({ name: tool, kind, found, fit, version, install: how }) => {
      const mark = fit ? paint.green('ok') : kind === 'agent' ? paint.dim('–') : paint.red('missing');
      return [`  ${tool}`, mark, found ? (version ?? '') : paint.dim(how)];
    });
    return `${paint.bold(name)} is at ${root}\n\n${table(rows)}\n\nNext: gt up, then gt rig add <name> --path <repository>`;
  },
});
