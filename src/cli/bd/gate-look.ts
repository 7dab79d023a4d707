import { command } from '#cli/command';
import { checkGates } from '#cli/gate-checking';
import { limitOf, unknownGate } from '#cli/gating';
import { withDesk } from '#cli/wire';
import { isRefusal, type Refusal } from '#core/refusals';
import { beads, type Issue, issueOf } from '#views/beads';
import { gateList as listed } from '#views/gates';

const LISTED = 50;
const CHECKED = 100;
const TYPE = { name: 'type', short: 't', value: 'type', help: 'of one type (gh: both of its kinds)' } as const;

/** Gates, as bd lists them. */
export const gateList = command({
  options: [
    { name: 'all', short: 'a', help: 'also those that are closed' },
    { name: 'limit', short: 'n', value: 'count', help: `at most so many (default ${LISTED})` },
  ],
  example: 'bd gate list --json',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async ({ desk }): Promise<Issue[] | Refusal> => {
      const limit = limitOf(call.opts.limit, LISTED);
      if (isRefusal(limit)) return limit;
      const { gates } = await listed(desk.books, { all: call.opts.all, limit });
      const ids = gates.map(({ id }) => id);
      const found = await beads(desk, ids);
      return ids.flatMap((id) => found.get(id) ?? []).map(issueOf);
    }),
  text: (gates) =>
    gates.length === 0
      ? 'No gates found.'
      : gates
          .map(({ id, await_type, await_id, status, title }) => `${id}  ${await_type} ${await_id ?? ''}  ${status}  ${title}`)
          .join('\n'),
});

/** One gate, as bd shows it. */
export const gateShow = command({
  args: [{ name: 'id', required: true, help: 'which gate' }],
  example: 'bd gate show sh-gate-4kx --json',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async (town): Promise<Issue | Refusal> => {
      const bead = (await beads(town.desk, [call.args.id])).get(call.args.id);
      return bead?.noun === 'gate' ? issueOf(bead) : unknownGate(call.args.id, town);
    }),
  text: ({ id, title, status, await_type, await_id, close_reason }) =>
    `${id} ${title}\n  ${await_type}${await_id ? ` ${await_id}` : ''}, ${status}${close_reason ? `: ${close_reason}` : ''}`,
});

/** Looks at all gates, as bd does. */
export const gateCheck = command({
  options: [
    TYPE,
    { name: 'limit', short: 'l', value: 'count', help: `at most so many (default ${CHECKED})` },
    { name: 'dry-run', help: 'only count what would be looked at' },
    { name: 'escalate', short: 'e', help: 'make the questions urgent that they have asked' },
  ],
  example: 'bd gate check --type gh',
  run: ({ opts, global, io }) =>
    withDesk({ global, io }, { wait: 'person' }, async (town) => {
      const limit = limitOf(opts.limit, CHECKED);
      if (isRefusal(limit)) return limit;
      const wish = { type: opts.type, limit, dryRun: opts['dry-run'], escalate: opts.escalate };
      return checkGates(town, wish, io);
    }),
  text: ({ checked, resolved, escalated, errors }) =>
    `Checked ${checked} gates: ${resolved} resolved, ${escalated} escalated, ${errors} errors`,
});
