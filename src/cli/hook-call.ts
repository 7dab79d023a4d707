import { contextForm, HOOK_FORM, hookMoment, mayRefuseStop, refusedStop } from '#core/hook-form';
import { HOOK_WAIT_MS } from '#core/limits';
import { isRefusal } from '#core/refusals';
import { relativeTime } from '#core/relative-time';
import { ack } from '#ops/ack';
import { delivered, type Fetched, hookCalled } from '#ops/hook-called';
import { callerOf } from './caller.ts';
import type { Call } from './command.ts';
import { withDesk } from './wire.ts';

/**
 * What an agent's hooks call. A hook must never keep its agent: whatever goes wrong, and after `HOOK_WAIT_MS` at the latest, it ends with 0 and prints
 * nothing. It prints by itself, since what was printed has to be written down before it ends.
 */
export async function callHook(call: Pick<Call, 'global' | 'io'>, at: 'context' | 'stop'): Promise<undefined> {
  const { io } = call;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, HOOK_WAIT_MS);
  });
  try {
    await Promise.race([hooked(call, at), late]);
  } catch (fault) {
    if (io.env['GT_DEBUG']) io.err(`gt: hook: ${fault instanceof Error ? (fault.stack ?? fault.message) : String(fault)}\n`);
  } finally {
    clearTimeout(timer);
  }
  return undefined;
}

async function hooked(call: Pick<Call, 'global' | 'io'>, at: 'context' | 'stop'): Promise<void> {
  const { io } = call;
  const caller = callerOf(io);
  if (isRefusal(caller)) return; // a person's own session: nobody nudges it
  const moment = hookMoment(await io.stdin());
  const form = io.env[HOOK_FORM];
  const mayPrint = at === 'context' || (mayRefuseStop(form) && moment.goesOn !== true);
  await withDesk(call, { wait: 'person', lean: true }, async ({ desk, failpoint }) => {
    // A prompt, a tool and the end of a turn are an agent's word that it lives; a start is not: a dialog may follow it.
    if (at === 'stop' || moment.kind === 'prompt' || moment.kind === 'tool') await ack(desk, caller);
    const fetched = await hookCalled(desk, caller, { at, moment, mayPrint });
    if (isRefusal(fetched) || fetched.deliveries.length === 0) return undefined;
    failpoint('hook-claimed');
    const words = wordsOf(fetched, io.now());
    io.out(`${at === 'stop' ? refusedStop(words) : contextForm(form, moment, words)}\n`);
    failpoint('hook-printed');
    if (at === 'context') await delivered(desk, fetched);
    return undefined;
  });
}

const wordsOf = ({ deliveries }: Fetched, now: number): string =>
  deliveries
    .map(({ id, from, createdAt, text }) => `[GAS TOWN] A nudge from ${from} (${id}, ${relativeTime(createdAt, now)}):\n${text}`)
    .join('\n\n');
