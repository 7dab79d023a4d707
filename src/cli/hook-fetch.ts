import { asksForNote, isAskedToEnd } from '#core/cycle';
import { contextOut, type HookInput, hookForm, mayFetch, refusedStop } from '#core/hook-words';
import { isRefusal, type Refusal } from '#core/refusals';
import { relativeTime } from '#core/relative-time';
import { ack, type Caller } from '#ops/ack';
import { askForNote } from '#ops/ask-for-note';
import { delivered, type Fetched, hookCalled } from '#ops/hook-called';
import { callerOf } from './caller.ts';
import type { Call, Io } from './command.ts';
import { asHook, type Hold } from './hook-call.ts';
import { type OpenTown, withDesk } from './wire.ts';

/**
 * A hook fetches what waits for its session: as context, or at the end of a turn. It prints by itself, since it has to write down that it has before it
 * ends.
 */
export const fetchByHook = (call: Pick<Call, 'global' | 'io'>, at: 'context' | 'stop'): Promise<undefined> =>
  asHook<undefined>(call, (input, hold) => fetched(call, at, input, hold));

async function fetched(
  call: Pick<Call, 'global' | 'io'>,
  at: 'context' | 'stop',
  input: HookInput,
  hold: Hold,
): Promise<undefined | Refusal> {
  const { io } = call;
  const caller = callerOf(io);
  if (isRefusal(caller)) return caller;
  if (at === 'context' && !mayFetch(input, io.env['GT_ROLE'])) return undefined;
  const mayBlock = at === 'context' || (io.env['GT_STOP_BLOCKS'] === '1' && input.goesOn !== true);
  return withDesk(call, { wait: 'hook', lean: true }, async ({ desk, failpoint }) => {
    // A prompt, a tool and the end of a turn are an agent's word that it lives; a start is not: a dialog may follow it.
    const isWord = at === 'stop' || input.prompt !== undefined || input.tool !== undefined;
    const holder = isWord ? await ack(desk, caller, { conversation: input.conversation }) : undefined;
    if (isRefusal(holder)) return holder;
    if (at === 'stop' && mayBlock && holder && asksForNote(holder)) {
      const ask = await askForNote(desk, caller, hold);
      if (ask !== undefined) {
        io.out(`${refusedStop(ask)}\n`);
        return undefined;
      }
    }
    const found = await hookCalled(desk, caller, { at, input, mayPrint: mayBlock, hold });
    const rests = at === 'stop' && !isRefusal(found) && found.deliveries.length === 0;
    // Its processor waits for this moment.
    if (rests && holder && (holder.session?.due || isAskedToEnd(holder))) await ack(desk, caller, { noted: { kind: 'rested' } });
    if (isRefusal(found) || found.deliveries.length === 0) return isRefusal(found) ? found : undefined;
    failpoint('hook-claimed');
    const words = wordsOf(found, io.now());
    io.out(`${at === 'stop' ? refusedStop(words) : contextOf(words, io.env['GT_HOOK_FORM'], input)}\n`);
    failpoint('hook-printed');
    if (at === 'context') await delivered(desk, found);
    return undefined;
  });
}

/**
 * Tells one who works by hand what waits: in a plain shell no hook fetches it. It is printed here, before it is noted as taken: a call that is killed between
 * says it again.
 */
export async function tellByHand({ desk }: Pick<OpenTown, 'desk'>, caller: Caller, io: Io): Promise<Refusal | undefined> {
  const found = await hookCalled(desk, caller, { at: 'context', input: {}, mayPrint: true });
  if (isRefusal(found)) return found;
  if (found.deliveries.length === 0) return undefined;
  io.out(`${wordsOf(found, io.now())}\n\n`);
  await delivered(desk, found);
  return undefined;
}

/** After a tool no program takes plain text for context: there its JSON is meant, whatever holds for prompts. */
function contextOf(words: string, said: string | undefined, { event, tool }: HookInput): string {
  const form = hookForm(said);
  return contextOut(words, form === 'text' && tool !== undefined && said !== 'none' ? 'json' : form, event);
}

const wordsOf = ({ deliveries }: Fetched, now: number): string =>
  deliveries
    .map(({ id, from, createdAt, text, isMail }) =>
      isMail ? text : `[GAS TOWN] A nudge from ${from} (${id}, ${relativeTime(createdAt, now)}):\n${text}`,
    )
    .join('\n\n');
