import { type HookInput, hookInput } from '#core/hook-words';
import { HOOK_INPUT_BYTES, HOOK_WAIT_MS } from '#core/limits';
import { isRefusal, type Refusal } from '#core/refusals';
import type { Io } from './command.ts';

/** Asked before something is taken that only this call can print. False: its time is over, it must not be taken. True: it has once more its time. */
export type Hold = () => boolean;

/**
 * A command that a hook of an agent program calls. Whatever goes wrong inside, the agent must not notice: then it says nothing and ends well, after two
 * seconds at most, or four when it held on to what it took. GT_DEBUG=1 tells why on stderr.
 */
export async function asHook<T>(
  { io }: { readonly io: Io },
  use: (input: HookInput, hold: Hold) => Promise<T | Refusal | undefined>,
): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  let isHeld = false;
  let isOver = false;
  const late = new Promise<undefined>((resolve) => {
    const over = () => {
      isOver = true;
      resolve(undefined);
    };
    timer = setTimeout(() => {
      if (isHeld) timer = setTimeout(over, HOOK_WAIT_MS);
      else over();
    }, HOOK_WAIT_MS);
  });
  const hold = () => {
    isHeld ||= !isOver;
    return !isOver;
  };
  try {
    const value = await Promise.race([readStdin(io).then((text) => use(hookInput(text), hold)), late]);
    if (!isRefusal(value)) return value;
    debug(io, value.refused);
  } catch (fault) {
    debug(io, fault instanceof Error ? (fault.stack ?? fault.message) : String(fault));
  } finally {
    clearTimeout(timer);
  }
  return undefined;
}

const debug = (io: Io, why: string) => {
  if (io.env['GT_DEBUG']) io.err(`gt: ${why}\n`);
};

/** What the program told on stdin: until its end, or until it is more than any hook needs. */
async function readStdin({ stdin }: Io): Promise<string> {
  if (!stdin) return '';
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of stdin) {
    chunks.push(Buffer.from(chunk));
    bytes += chunk.length;
    if (bytes > HOOK_INPUT_BYTES) return '';
  }
  return Buffer.concat(chunks).toString('utf8');
}
