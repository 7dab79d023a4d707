import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { closeStep } from '#chores/close-step';
import { command, type Io } from '#cli/command';
import { stepAnswerText } from '#cli/step-text';
import { withDesk } from '#cli/wire';
import { stepGround, tellEnd, whoCalls } from '#cli/wire-steps';
import { isRefusal, type Refusal, refuse } from '#core/refusals';

/** Closes the step in hand, and hands out the next. */
export const molStepDone = command({
  args: [{ name: 'step', help: 'the step (its id, or its id in the formula); without it the one in your hands' }],
  options: [
    { name: 'commit', value: 'sha', help: 'the commit that proves it; without any the one that was made since it was taken' },
    { name: 'file', value: 'path', help: 'a file that proves it; the digest of its content is kept' },
    { name: 'note', value: 'text', help: 'what was done and found' },
    { name: 'output', value: 'json', help: 'what it gives out, for the steps that follow' },
    { name: 'output-file', value: 'path', help: 'a file with that; - reads it from stdin' },
  ],
  about: 'A check of the step is run first. Asking again is answered as before.',
  example: 'gt mol step done --note "nothing to clean up"',
  run: async ({ args, opts, global, io }) => {
    const caller = whoCalls(io);
    if (isRefusal(caller)) return caller;
    const output = outputOf(opts.output, opts['output-file'], io);
    if (isRefusal(output)) return output;
    const { commit, file, note } = opts;
    return withDesk({ global, io }, { wait: caller ? 'agent' : 'person' }, async (town) => {
      const ended = await closeStep(
        await stepGround(town, io),
        { caller, step: args.step },
        { commit, file, note, ...(output === undefined ? {} : { output: output.value }) },
      );
      return isRefusal(ended) ? ended : tellEnd(town, io, caller, ended);
    });
  },
  text: stepAnswerText,
});

/** What a step gives out, as JSON. */
export function outputOf(text: string | undefined, file: string | undefined, io: Io): { value: unknown } | undefined | Refusal {
  const usage = (what: string) => refuse('USAGE', { what, hint: `For example: --output '{"files": 3}'.` });
  if (text !== undefined && file !== undefined) return usage('There are two outputs.');
  if (text === undefined && file === undefined) return undefined;
  try {
    return { value: JSON.parse(text ?? readFileSync(file === '-' ? 0 : resolve(io.cwd, file ?? ''), 'utf8')) as unknown };
  } catch (fault) {
    return usage(`The output is no JSON that can be read (${(fault as Error).message.slice(0, 100)}).`);
  }
}
