import { callerOf } from '#cli/caller';
import { command } from '#cli/command';
import { asHook } from '#cli/hook-call';
import { withDesk } from '#cli/wire';
import type { HookInput } from '#core/hook-words';
import { isRefusal } from '#core/refusals';
import { ack } from '#ops/ack';

/** A moment of a session that its program tells by a hook; it is noted on the session's record, with an event. */
const note = (kindOf: (input: HookInput) => string, whatOf: (input: HookInput) => string | undefined, example: string) =>
  command({
    about: 'Called by a hook of the agent program, with its JSON on stdin: prints nothing, never fails.',
    example,
    run: (call) =>
      asHook(call, async (input) => {
        const { global, io } = call;
        const caller = callerOf(io);
        if (isRefusal(caller)) return caller;
        const noted = { kind: kindOf(input), what: whatOf(input) };
        const heard = await withDesk({ global, io }, { wait: 'hook', lean: true }, ({ desk }) =>
          ack(desk, caller, { conversation: input.conversation, noted }),
        );
        return isRefusal(heard) ? heard : undefined;
      }),
  });

/** Failures that pass when a limit does, and not by trying again. */
const LIMITS: readonly string[] = ['rate_limit', 'billing_error', 'overloaded'];

/** Failures by which a program may mean that its context is full; and how it says so then: of a failed turn its last words are its own, not the model's. */
const REFUSED: readonly string[] = ['', 'invalid_request', 'unknown'];
const FULL =
  /^(?:API Error: .*)?(?:prompt is too long|context limit reached|input length and `max_tokens` exceed context limit)/i;
const isFull = ({ error = '', says = '', inner }: HookInput): boolean =>
  inner === undefined && REFUSED.includes(error) && FULL.test(says);

export const failed = note(
  (input) => (isFull(input) ? 'full' : LIMITS.includes(input.error ?? '') ? 'limited' : 'failed'),
  (input) => (isFull(input) ? input.says : input.error),
  'gt signal failed <hook.json',
);
export const ended = note(
  () => 'leaving',
  ({ reason }) => reason,
  'gt signal end <hook.json',
);
export const permission = note(
  () => 'asked',
  ({ tool }) => tool,
  'gt signal permission <hook.json',
);
export const compact = note(
  () => 'compacted',
  ({ source }) => source,
  'gt signal compact <hook.json',
);
