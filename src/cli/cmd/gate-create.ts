import { command } from '#cli/command';
import { makeGate, TYPE_OPTION } from '#cli/gating';
import { idsOf } from '#cli/ids';
import { gateLine } from '#views/gates';

/** Makes a gate that keeps back work. */
export const gateCreate = command({
  args: [{ name: 'name', required: true, help: 'what it is about, in one line' }],
  options: [
    TYPE_OPTION,
    { name: 'for', value: 'ids', help: 'work items, or open steps, that are to wait for it', many: true },
    { name: 'timeout', value: 'time', help: 'a timer opens after it; any other gate asks a person then (2h, 30m)' },
    { name: 'await-id', value: 'id', help: 'a run or its workflow, a pull request, a work item or step, who is to write' },
    { name: 'condition', value: 'text', help: "such as file.exists('go'), or step.status == 'complete'" },
    { name: 'command', value: 'sh', help: 'a command that must end with 0, instead of a condition' },
    { name: 'reason', short: 'r', value: 'text', help: 'why it is there' },
    { name: 'rig', value: 'rig', help: 'which rig it belongs to (default: that of what it keeps back)' },
  ],
  about:
    'human, mail: somebody opens it. timer: opens after --timeout. condition: when it holds. bead: when --await-id closes. ' +
    'gh:run, gh:pr: when the run has succeeded, or the pull request is merged, as the `gh` command line tells.',
  example: 'gt gate create "Ship it?" --for sh-4kx --timeout 24h',
  run: ({ args, opts, global, io }) =>
    makeGate(
      { global, io },
      {
        name: args.name,
        type: opts.type ?? 'human',
        keepsBack: idsOf(opts.for),
        rig: opts.rig,
        timeout: opts.timeout,
        awaitId: opts['await-id'],
        condition: opts.condition,
        command: opts.command,
        reason: opts.reason,
      },
    ),
  text: (gate, { paint, quiet }) => {
    if (quiet) return gate.id;
    const { id, title, standing, blocks } = gateLine(gate);
    return `${paint.bold(id)} ${title}: ${standing}${blocks.length > 0 ? `; keeps back ${blocks.join(', ')}` : ''}`;
  },
});
