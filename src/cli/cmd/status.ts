import type { Palette } from '#cli/colour';
import { command } from '#cli/command';
import { agentRow } from '#cli/role-text';
import { table } from '#cli/table';
import { withDesk } from '#cli/wire';
import { factsOf } from '#cli/wire-facts';
import { openRigs } from '#cli/wire-rigs';
import { explain, isRefusal } from '#core/refusals';
import { duration, relativeTime } from '#core/relative-time';
import { type RigStatus, type Status, status as shown } from '#views/status';
import { needText } from './needs.ts';

/** The town at a glance. */
export const status = command({
  about: 'What runs (with process ids), what waits, and what needs you.',
  example: 'gt status --json',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async (town) => {
      const facts = await factsOf(town);
      if (isRefusal(facts)) return facts;
      const all = await openRigs(town);
      if (isRefusal(all)) return all;
      const broken = all.broken.map(({ name, refusal }) => ({ name, ...explain(refusal) }));
      return shown(town.desk.books, facts, all.rigs, broken);
    }),
  text: (value, { paint, now }) =>
    [
      headOf(value, paint),
      ...agentsOf(value.agents, { paint, now }),
      ...value.rigs.map((rig) => rigText(rig, paint, now)),
      ...questions(value, paint, now),
    ].join('\n\n'),
});

function headOf({ town, processes, slots, nudges, molecules, mail }: Status, paint: Palette): string {
  const state = town.up ? paint.green('up') : paint.red('down');
  const parts = processes.map(({ name, pid, state: at, build }) => {
    const good = at === 'running' || at === 'elsewhere';
    const words = [name, pid ?? '', build === null ? '' : paint.dim(`(${build})`)];
    return [...words, pid !== null && good ? '' : paint[good ? 'dim' : 'red'](at)].filter((word) => word !== '').join(' ');
  });
  const line = slots.waiting > 0 ? `, ${slots.waiting} waiting` : '';
  const count = nudges.undelivered;
  const missed =
    count > 0 ? `\n  ${paint.yellow(`${count} ${count === 1 ? 'nudge' : 'nudges'} undelivered`)}: gt nudge list` : '';
  const letters = mail.unread > 0 ? `\n  ${mail.unread} unread ${mail.unread === 1 ? 'mail' : 'mails'}: gt inbox` : '';
  const { open, failed } = molecules;
  const stuck = failed > 0 ? paint.red(`, ${failed} failed ${failed === 1 ? 'step needs' : 'steps need'} you`) : '';
  const flows = open > 0 ? `\n  ${open} open ${open === 1 ? 'molecule' : 'molecules'}${stuck}: gt mol list` : '';
  const board = town.board ? ` · board ${town.board}` : '';
  return `${paint.bold(town.name)} ${state}  ${paint.dim(town.root)}\n  ${parts.join(' · ')}\n  slots ${slots.taken} of ${slots.of} taken${line}${board}${flows}${letters}${missed}`;
}

const agentsOf = (agents: Status['agents'], show: { paint: Palette; now: number }): string[] =>
  agents.length === 0
    ? []
    : [table(agents.map((one) => agentRow(one, show)).map(([first = '', ...rest]) => [`  ${first}`, ...rest]))];

/** A rig for people. */
export function rigText({ name, roles, counts, refinery, polecats, agents }: RigStatus, paint: Palette, now: number): string {
  const { open, hooked, waiting, closed } = counts;
  const lines = [`${paint.bold(name)}  open ${open} (hooked ${hooked}, waiting for a slot ${waiting}), closed ${closed}`];
  const at = refinery.at ? `${refinery.at.id} ${refinery.at.state}` : refinery.queued > 0 ? 'about to begin' : 'idle';
  const off = refinery.enabled ? '' : paint.yellow(' (off)');
  lines.push(`  refinery${off}: ${at}, ${refinery.queued} in the queue of ${refinery.target}`);
  if (!roles.includes('witness')) lines.push(`  witness ${paint.yellow('(off)')}: an agent that ends is not started again`);
  if (refinery.owed)
    lines.push(
      `    ${paint.red(`${refinery.owed.merge} was landed untested by ${refinery.owed.by}`)}: ${refinery.owed.reason.slice(0, 100)}`,
    );
  if (refinery.warning) lines.push(`    ${paint.yellow(refinery.warning)}: what lands is not tested`);
  if (refinery.blocked)
    lines.push(`    ${paint.red('stopped')} ${relativeTime(refinery.blocked.since, now)}: ${refinery.blocked.note}`);
  if (refinery.unpushed > 0)
    lines.push(`    ${paint.yellow(`${refinery.unpushed} landed locally, not pushed`)}: ${refinery.unpushedWhy ?? '?'}`);
  const rows = polecats.map(({ name: who, work, title, state, attempt, pid, since, step }) => [
    `  ${who}`,
    work,
    state === 'blocked' ? paint.red(state) : state,
    attempt > 1 ? `attempt ${attempt}` : '',
    pid === null ? '' : String(pid),
    duration(now - since),
    step === null ? title : `${title} ${paint.dim(`(step ${step})`)}`,
  ]);
  const byHand = polecats
    .filter(({ state }) => state === 'by hand')
    .map((one) => `    ${paint.dim(`${one.name}: ${one.todo ?? one.evidence}`)}`);
  return [...lines, ...agentsOf(agents, { paint, now }), ...(rows.length > 0 ? [table(rows)] : []), ...byHand].join('\n');
}

function questions({ needs: { total, first } }: Status, paint: Palette, now: number): string[] {
  if (total === 0) return [];
  const more = total > first.length ? [paint.dim(`… and ${total - first.length} more: gt needs`)] : [];
  const lines = [...first.flatMap((need) => needText(need, paint, now)), ...more].map((line) => `  ${line}`);
  return [`${paint.yellow(`Needs you: ${total}`)}\n${lines.join('\n')}`];
}
