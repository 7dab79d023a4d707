import { command } from '#cli/command';
import { stepAnswerText } from '#cli/step-text';
import { withDesk } from '#cli/wire';
import { headOf, tellEnd, whoCalls } from '#cli/wire-steps';
import { isRefusal, refuse } from '#core/refusals';
import { closeStep, failedStep } from '#ops/end-step';
import { retryStep } from '#ops/retry-step';
import { outputOf } from './mol-step-done.ts';

const STEP = { name: 'step', help: 'the step (its id, or its id in the formula); without it the one in your hands' } as const;
const REASON = { name: 'reason', value: 'text', help: 'why' } as const;

const noReason = (verb: string) =>
  refuse('USAGE', { what: 'There is no reason.', hint: `Say why: \`gt mol step ${verb} --reason "the API is gone"\`.` });

/** A step cannot be done. */
export const molStepFail = command({
  args: [STEP],
  options: [
    REASON,
    { name: 'class', value: 'kind', help: 'whether it may go away by itself', choices: ['transient', 'hard'] },
    { name: 'output', value: 'json', help: 'what it gives out all the same' },
    { name: 'output-file', value: 'path', help: 'a file with that; - reads it from stdin' },
  ],
  about: 'It waits for a person, unless its formula says another; what needs it waits too.',
  example: 'gt mol step fail --reason "the tests of the target fail too"',
  run: async ({ args, opts, global, io }) => {
    const caller = whoCalls(io);
    if (isRefusal(caller)) return caller;
    const output = outputOf(opts.output, opts['output-file'], io);
    if (isRefusal(output)) return output;
    const reason = opts.reason?.trim();
    if (!reason) return noReason('fail');
    return withDesk({ global, io }, { wait: caller ? 'agent' : 'person' }, async (town) => {
      const kind = opts.class === undefined ? {} : { class: opts.class as 'transient' | 'hard' };
      const failure = { reason, ...kind, ...(output ? { output: output.value } : {}), ...(await headOf(town, caller, io)) };
      const ended = await failedStep(town.desk, { caller, step: args.step }, failure);
      return isRefusal(ended) ? ended : tellEnd(town, io, caller, ended);
    });
  },
  text: stepAnswerText,
});

/** A step is left out. An agent may leave out the one in its hands, a person any that is open. */
export const molStepSkip = command({
  args: [STEP],
  options: [REASON],
  about: 'What needs it goes on. Agents skip the step in their hands; people any.',
  example: 'gt mol step skip gp-mol-4kx.deploy --reason "there is no staging"',
  run: async ({ args, opts, global, io }) => {
    const caller = whoCalls(io);
    if (isRefusal(caller)) return caller;
    const reason = opts.reason?.trim();
    if (!reason) return noReason('skip');
    return withDesk({ global, io }, { wait: caller ? 'agent' : 'person' }, async (town) => {
      const closing = { outcome: 'skipped' as const, reason, ...(await headOf(town, caller, io)) };
      const ended = await closeStep(town.desk, { caller, step: args.step }, closing);
      return isRefusal(ended) ? ended : tellEnd(town, io, caller, ended);
    });
  },
  text: stepAnswerText,
});

/** A failed step is tried again. */
export const molStepRetry = command({
  args: [{ ...STEP, required: true }],
  about: 'For people: an agent that cannot do a step has said so. Whoever does it takes it anew.',
  example: 'gt mol step retry gp-mol-4kx.deploy',
  run: async ({ args, global, io }) => {
    const caller = whoCalls(io);
    if (isRefusal(caller)) return caller;
    return withDesk({ global, io }, { wait: caller ? 'agent' : 'person' }, async (town) => {
      const step = await retryStep(town.desk, { caller, step: args.step });
      if (isRefusal(step)) return step;
      const root = await town.desk.steps.root(step.mol);
      if (!root) return refuse('MOLECULE_UNKNOWN', { id: step.mol, hint: '`gt mol list` shows them.' });
      return tellEnd(town, io, caller, { step, root, again: false, leave: false });
    });
  },
  text: stepAnswerText,
});
