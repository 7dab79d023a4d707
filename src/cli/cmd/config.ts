import { command, type Group } from '#cli/command';
import { table } from '#cli/table';
import { townOf } from '#cli/wire';
import {
  defaultAgent as defaultOf,
  getAgent,
  listAgents,
  removeAgent,
  type ShownAgent,
  setAgent,
  setDefaultAgent,
} from '#cli/wire-agents';
import { isRefusal } from '#core/refusals';
import { asLine } from '#core/shell-words';

const commandOf = ({ preset }: ShownAgent) => asLine([preset.command, ...preset.args]);

const list = command({
  example: 'gt config agent list',
  run: (call) => {
    const town = townOf(call);
    return isRefusal(town) ? town : listAgents(town, call.io);
  },
  text: (agents, { paint }) =>
    table(
      agents.map((one) => [
        one.isDefault ? paint.bold(`${one.name} *`) : one.name,
        one.kind === 'built-in' ? paint.dim(one.kind) : one.kind,
        one.found ? paint.green('found') : paint.dim('missing'),
        commandOf(one),
      ]),
      ['AGENT', 'KIND', 'PROGRAM', 'COMMAND'].map(paint.dim),
    ),
});

const get = command({
  args: [{ name: 'name', required: true, help: 'the agent' }],
  example: 'gt config agent get claude',
  about: 'With --json all that gt knows about its program: words, files, what its screen shows.',
  run: (call) => {
    const town = townOf(call);
    return isRefusal(town) ? town : getAgent(town, call.args.name, call.io);
  },
  text: (one, { paint }) => {
    const { preset } = one;
    const words = (list: readonly string[] | undefined) => (list?.length ? list.join(' ') : paint.dim('–'));
    const rows: Array<[string, string]> = [
      ['kind', one.like ? `${one.kind}, like ${one.like}` : one.kind],
      ['defined in', one.sources.join(', ')],
      ['command', commandOf(one)],
      ['autonomous', words(preset.autonomous)],
      ['prompt', preset.prompt.flag ? `${preset.prompt.how} ${preset.prompt.flag}` : preset.prompt.how],
      ['own id', words(preset.session.own)],
      ['resume', words(preset.session.resume)],
      ['fork', words(preset.session.fork)],
      ['hooks', preset.hooks?.kind ?? paint.dim('–')],
      ['known from', one.kind === 'custom' ? 'what was set' : preset.evidence === 'seen' ? 'runs of it' : 'its documentation'],
      ['program', one.found ? paint.green('found') : `${paint.yellow('missing')}. ${one.install}`],
    ];
    const title = `${paint.bold(one.name)}${one.isDefault ? ' (the default)' : ''}`;
    return `${title}\n${table(rows.map(([key, value]) => [`  ${paint.dim(key)}`, value]))}`;
  },
});

const set = command({
  args: [
    { name: 'name', required: true, help: 'the agent; the name of a built-in one sets this command over it' },
    { name: 'command', required: true, help: 'its command line, quoted as one word' },
  ],
  options: [
    { name: 'like', value: 'agent', help: 'the agent that it is like: it has all of that but its command' },
    { name: 'provider', value: 'agent', help: 'the same' },
  ],
  about: 'Quotes, backslashes and variables in front (`KEY=value program`) are read as a shell would; no shell runs it.',
  example: 'gt config agent set claude-glm "claude-glm --model glm-4" --like claude',
  run: (call) => {
    const town = townOf(call);
    if (isRefusal(town)) return town;
    const { args, opts } = call;
    return setAgent(town, { name: args.name, line: args.command, like: opts.like ?? opts.provider }, call.io);
  },
  text: (one, { paint }) => {
    const like = one.like ? `, like ${one.like}` : '';
    const missing = one.found ? '' : `\n${paint.yellow(`\`${one.preset.command}\` is not there yet.`)}`;
    const bare = one.kind === 'custom' && !one.like && one.preset.hooks === undefined;
    const unknown = bare
      ? `\nNo hooks, no screen and no resume are known of it. Where it is another one at heart: ${paint.cyan('--like <agent>')}`
      : '';
    return `${paint.bold(one.name)} (${one.kind}${like}) runs ${commandOf(one)}${missing}${unknown}`;
  },
});

const remove = command({
  args: [{ name: 'name', required: true, help: 'the agent' }],
  example: 'gt config agent remove claude-glm',
  about: 'What was set over a built-in agent is taken away; the built-in itself stays.',
  run: (call) => {
    const town = townOf(call);
    return isRefusal(town) ? town : removeAgent(town, call.args.name);
  },
  text: ({ removed, restored, wasDefault }, { paint }) => {
    if (restored) return `${paint.bold(removed)} is the built-in one again`;
    const next = wasDefault ? `\n${paint.yellow('It was the default: name another with `gt config default-agent`.')}` : '';
    return `Agent ${paint.bold(removed)} is removed${next}`;
  },
});

const defaultAgent = command({
  args: [{ name: 'name', help: 'the agent that is to be the default' }],
  example: 'gt config default-agent codex',
  about: 'Flag, item, worker, role and rig are asked first.',
  run: (call) => {
    const town = townOf(call);
    if (isRefusal(town)) return town;
    const { name } = call.args;
    return name === undefined ? defaultOf(town, call.io) : setDefaultAgent(town, name, call.io);
  },
  text: ({ agent, setIn, found, install }, { paint }) => {
    const missing = found ? '' : `\n${paint.yellow(`Its program is not there. ${install}`)}`;
    return `${paint.bold(agent)} ${paint.dim(setIn ? `(${setIn})` : '(built in)')}${missing}`;
  },
});

/** What the town is set to. */
export const config: Group = {
  verbs: {
    agent: {
      help: 'The agents that the town can start',
      aliases: ['agents'],
      load: (): Group => ({
        bare: 'list',
        verbs: {
          list: { help: 'Lists them: built-in, overridden, custom', aliases: ['ls'], load: () => list },
          get: { help: 'Shows one', aliases: ['show'], load: () => get },
          set: { help: 'Makes one, or sets a command over a built-in one', load: () => set },
          explain: {
            help: 'Which one a piece of work has, and why',
            load: async () => (await import('./agent-explain.ts')).explain,
          },
          login: {
            help: "Logs in for the town's agents, in your terminal",
            load: async () => (await import('./agent-login.ts')).login,
          },
          remove: { help: 'Removes one, or what was set over a built-in one', aliases: ['rm'], load: () => remove },
        },
      }),
    },
    'default-agent': { help: "Shows or sets the town's default agent", load: () => defaultAgent },
  },
};
