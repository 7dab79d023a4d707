import { KEY_BYTES } from '#core/key-bytes';
import type { Preset } from '#core/preset';
import type { ProvingGround, Seat } from '#world/proving/ground';
import { failed, type Look, ok, untried, weaker } from './report.ts';
import { exitText, type Trial, until } from './watch.ts';

type Exit = { readonly code: number | null; readonly signal: number | null };

/** How long a program may take to end by what it was told, and by TERM, ms. */
const END_MS = 15_000;
const GRACE_MS = 10_000;
/** How long a word may take to be seen in the input, ms; and between two keys, more than a program takes for one. */
const SEEN_MS = 5_000;
const KEY_MS = 400;
const SIGNAL_BASE = 128;
const KILL = 9;

/** Ends a program as a person would: by its word, else by its keys, else by TERM. */
export async function quit(trial: Trial, seat: Seat): Promise<Look> {
  const { ground } = trial;
  const { words, keys } = ground.preset.quit;
  await idle(trial, seat);
  const from = ground.now();
  if (words !== undefined) {
    await say(trial, seat, words);
    const ended = await exits(trial, seat);
    if (ended) return ok('exit', `\`${words}\`: ${exitText(ended.found)}`, ground.now() - from);
  }
  if (keys !== undefined) {
    await press(ground, seat, keys);
    const ended = await exits(trial, seat);
    const named = `${keys.join(' ')}: ${ended ? exitText(ended.found) : ''}`;
    if (ended && words === undefined) return ok('exit', named, ground.now() - from);
    if (ended) return weaker('exit', `\`${words}\` did not end it; ${named}`, { ms: ground.now() - from, key: 'quit.words' });
  }
  const exit = await ground.end(seat, GRACE_MS);
  if (!exit) return failed('exit', 'nothing ends it');
  if (words === undefined && keys === undefined)
    return untried('exit', `the preset has no word and no key; TERM: ${exitText(exit)}`);
  const missed = [...(words === undefined ? [] : [`\`${words}\``]), ...(keys === undefined ? [] : [keys.join(' ')])];
  return weaker('exit', `not by ${missed.join(' or ')}; TERM: ${exitText(exit)}`, { key: 'quit' });
}

/** Ends a program by TERM, as the town does. */
export async function term(trial: Trial, seat: Seat): Promise<Look> {
  const { ground } = trial;
  await idle(trial, seat);
  const before = await ground.look(seat);
  if (before.exit) return weaker('term', `it had ended by itself (${exitText(before.exit)})`);
  const from = ground.now();
  const exit = await ground.end(seat, GRACE_MS);
  const ms = ground.now() - from;
  if (!exit) return failed('term', 'it does not end, by TERM or KILL', { ms });
  if (exit.signal === KILL) return weaker('term', 'TERM does not end it: gt has to kill it', { ms, key: 'quit.term' });
  const { term: said } = ground.preset.quit;
  if (!said || agrees(said, exit)) return ok('term', `${exitText(exit)}${said ? '' : ' (the preset says nothing of it)'}`, ms);
  const wanted = 'code' in said ? `code ${said.code}` : `signal ${said.signal}`;
  return weaker('term', `${exitText(exit)}, where the preset says ${wanted}`, { ms, key: 'quit.term' });
}

/** A code of 128 and more is that signal, by the shell's convention: nobody who sees the end can tell them apart. */
function agrees(said: NonNullable<Preset['quit']['term']>, { code, signal }: Exit): boolean {
  const ended = signal === null ? code : SIGNAL_BASE + signal;
  return ended === ('code' in said ? said.code : SIGNAL_BASE + said.signal);
}

/** Waits until the turn is over, as far as its screen tells. */
async function idle(trial: Trial, seat: Seat): Promise<void> {
  const limit = Math.min(trial.waitMs, END_MS);
  await until(trial, async () => idleOrOver(await trial.ground.look(seat)), limit);
}

const idleOrOver = (sight: Awaited<ReturnType<ProvingGround['look']>>): true | undefined =>
  sight.exit || (sight.draft === '' && sight.state !== 'busy' && sight.state !== 'dialog') ? true : undefined;

function exits(trial: Trial, seat: Seat) {
  return until(trial, async () => (await trial.ground.look(seat)).exit, Math.min(trial.waitMs, END_MS));
}

/** Types a word as a person does, and sends it when it stands in the input. */
async function say(trial: Trial, seat: Seat, words: string): Promise<void> {
  const { ground } = trial;
  await ground.write(seat, words);
  await until(
    trial,
    async () => {
      const sight = await ground.look(seat);
      return sight.exit || sight.draft?.includes(words) ? true : undefined;
    },
    SEEN_MS,
  );
  await ground.pause(KEY_MS);
  await ground.write(seat, '\r').catch(() => undefined); // it may have ended meanwhile, which is seen next
}

async function press(ground: ProvingGround, seat: Seat, keys: readonly string[]): Promise<void> {
  for (const key of keys) {
    // one that ends the program leaves no terminal for the next
    await ground.write(seat, KEY_BYTES[key] ?? '').catch(() => undefined);
    await ground.pause(KEY_MS);
  }
}
