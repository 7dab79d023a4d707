import { command } from '#cli/command';
import { unknownWork } from '#cli/ids';
import { withDesk } from '#cli/wire';
import { relativeTime } from '#core/relative-time';
import { workShow as shown, type WorkShown } from '#views/work-show';

/** Which molecule an item's agent works, and how far that is. */
function moleculeText({ id, formula, state, closed, open, ended, step, waits }: NonNullable<WorkShown['molecule']>): string {
  const at = step ?? (waits.length > 0 ? `waits for ${waits.join('; ')}` : closed ? `closed: ${closed.outcome}` : state);
  return `molecule ${id} (${formula}): ${at}; ${ended} of ${open + ended} steps have ended`;
}

/** Shows one item. */
export const workShow = command({
  args: [{ name: 'id', required: true, help: 'the work item' }],
  example: 'gt work show sh-4kx',
  run: (call) =>
    withDesk(call, { wait: 'person' }, async (town) => (await shown(town.desk, call.args.id)) ?? unknownWork(call.args.id, town)),
  text: (item, { paint, now }) => {
    const { run, merge, closed, rework, hold, needsYou, leg, molecule } = item;
    const facts = [
      `${item.type}, p${item.priority}, rig ${item.rig}, made ${relativeTime(item.createdAt, now)} by ${item.createdBy}`,
      ...(item.labels.length > 0 ? [`labels: ${item.labels.join(', ')}`] : []),
      ...item.deps.map(
        ({ id, title, status, met }) => `${met ? paint.dim('had') : paint.yellow('waits for')} ${id} ${title} (${status})`,
      ),
      ...(leg ? [`does step ${leg.key} of ${leg.mol}${leg.title === leg.key ? '' : `: ${leg.title}`}`] : []),
      ...(molecule ? [moleculeText(molecule)] : []),
      ...(run
        ? [`${run.address} has it: ${run.state}, attempt ${run.attempt}${run.pid === null ? '' : `, process ${run.pid}`}`]
        : []),
      ...(merge ? [`${merge.id} ${merge.state}: ${merge.branch} (${merge.head.slice(0, 10)}) to ${merge.target}`] : []),
      ...(hold ? [`worktree ${hold.dir}${hold.branch ? `, branch ${hold.branch}` : ''}`] : []),
      ...(needsYou ? [paint.red(`needs you: ${needsYou.why}`)] : []),
      ...(item.failures > 0 ? [`${item.failures} failed`] : []),
      ...(closed
        ? [`closed ${relativeTime(closed.at, now)}: ${closed.reason}${closed.commit ? ` ${closed.commit.slice(0, 10)}` : ''}`]
        : []),
    ];
    const texts = Object.entries(item.text).map(([field, words]) => `${paint.bold(field)}\n${words.trimEnd()}`);
    const back = rework ? [`${paint.bold('it came back')} (${rework.kind})\n${rework.evidence.trimEnd()}`] : [];
    return [
      `${paint.bold(item.id)} ${item.title}  ${paint.cyan(item.standing)}\n${facts.map((fact) => `  ${fact}`).join('\n')}`,
      ...texts,
      ...back,
    ].join('\n\n');
  },
});
