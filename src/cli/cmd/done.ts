import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { done as handedIn } from '#chores/done';
import { checkDone, type DoneCheck } from '#chores/done-check';
import { callerOf } from '#cli/caller';
import type { Palette } from '#cli/colour';
import { command } from '#cli/command';
import { withDesk } from '#cli/wire';
import { stepGround } from '#cli/wire-steps';
import { isAgentId } from '#core/holder';
import { isRefusal, refuse } from '#core/refusals';
import type { HandedIn } from '#ops/hand-in';

/** Hands in what this session has made. */
export const done = command({
  args: [{ name: 'id', help: 'the work item; only the one on your hook' }],
  options: [
    { name: 'no-code', help: 'the outcome is a report, not a commit' },
    { name: 'dry-run', help: 'only look whether it could be handed in, and change nothing' },
    { name: 'report', value: 'file', help: 'the file with the report; - reads it from stdin' },
  ],
  about: 'Everything must be committed on the branch of the run. Asking again is answered as the first time; then leave.',
  example: 'gt done',
  run: async ({ args: { id }, opts, global, io }) => {
    const caller = callerOf(io);
    if (isRefusal(caller)) return caller;
    if (isAgentId(caller.run)) return refuse('HOOK_WITHOUT_ITEM');
    if (id !== undefined && !caller.run.startsWith(`${id}.`))
      return refuse('USAGE', { what: `${id} is not on your hook.`, hint: 'Hand in what `gt hook` shows: `gt done`.' });
    if (opts['dry-run'])
      return withDesk({ global, io }, { wait: 'agent' }, async (town) => checkDone(await stepGround(town, io), caller));
    if (opts['no-code'] !== (opts.report !== undefined))
      return refuse('USAGE', {
        what: '--no-code and --report go together.',
        hint: 'For example: `gt done --no-code --report report.md`.',
      });
    let report: string | undefined;
    if (opts.report !== undefined)
      try {
        report = readFileSync(opts.report === '-' ? 0 : resolve(io.cwd, opts.report), 'utf8');
      } catch (fault) {
        const why = (fault as NodeJS.ErrnoException).code;
        return refuse('USAGE', {
          what: `${opts.report} cannot be read (${why}).`,
          hint: 'Write the report to a file, and name it.',
        });
      }
    const author = io.env['GIT_AUTHOR_NAME'] || io.env['BD_ACTOR'] || 'gt';
    return withDesk({ global, io }, { wait: 'agent' }, async (town) =>
      handedIn({ ...(await stepGround(town, io)), failpoint: town.failpoint }, caller, {
        author,
        ...(report === undefined ? {} : { report }),
      }),
    );
  },
  text: (value: DoneCheck | HandedIn, { paint }) => {
    if ('lines' in value) return checklist(value, paint);
    const { work, merge, head, again } = value;
    const was = again ? 'was handed in already' : 'is handed in';
    const how = merge ? ` as ${merge} (${head?.slice(0, 10)})` : ' without code';
    return `${work} ${was}${how}. Nothing is left to do here: leave.`;
  },
  exit: (value: DoneCheck | HandedIn) => ('lines' in value && !value.ready ? 1 : 0),
});

function checklist({ work, ready, lines, refusal }: DoneCheck, paint: Palette): string {
  const marks = { yes: paint.green('yes'), no: paint.red('no '), look: paint.yellow('?  ') };
  const rows = lines.map(({ is, what, todo }) => `${marks[is]} ${what}${todo === null ? '' : `\n      ${todo}`}`);
  const end = ready ? `\`gt done\` would hand ${work} in.` : `\`gt done\` would refuse: ${refusal?.says} ${refusal?.try}`;
  return [...rows, end].join('\n');
}
