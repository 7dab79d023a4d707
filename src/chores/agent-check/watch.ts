import type { Asked } from '#world/model-server/server';
import type { GtCall, ProvingGround, Seat, Sight } from '#world/proving/ground';

/** The ground of a trial, and how long each look may take (ms). */
export type Trial = { readonly ground: ProvingGround; readonly waitMs: number };

/** Between two looks, ms: no event tells that a screen has changed. */
const GAP_MS = 50;
/** How long a dialog must stand before it is one, ms: programs draw their screens piece by piece. */
const STANDS_MS = 700;

/** Looks again and again until there is something. @returns it with the time it took (ms); undefined when the time was over */
export async function until<T>(
  { ground, waitMs }: Trial,
  find: () => T | undefined | Promise<T | undefined>,
  limitMs: number = waitMs,
): Promise<{ readonly found: T; readonly ms: number } | undefined> {
  const from = ground.now();
  for (;;) {
    const found = await find();
    if (found !== undefined) return { found, ms: ground.now() - from };
    if (ground.now() - from >= limitMs) return undefined;
    await ground.pause(GAP_MS);
  }
}

/** What stops a look before its time: the program has ended, or it asks something. */
export type Stop = { readonly why: string; readonly dialog?: string };

/** Tells of a session that has ended, and of a dialog or a login that stands for a while. */
export function stops({ ground }: Trial): (sight: Sight) => Stop | undefined {
  let since: number | undefined;
  return (sight) => {
    if (sight.exit) return { why: `the program ended (${exitText(sight.exit)})` };
    const { dialog, login, why } = sight;
    if (!dialog && login === undefined) {
      since = undefined;
      return undefined;
    }
    since ??= ground.now();
    if (ground.now() - since < STANDS_MS) return undefined;
    if (!dialog) return { why: `it wants a login: ${login}`, dialog: 'login' };
    if (dialog.name === 'unknown') return { why, dialog: dialog.name };
    return { why: `its dialog \`${dialog.name}\` (${dialog.kind}) stands open`, dialog: dialog.name };
  };
}

/** How a program ended, in words. */
export const exitText = ({ code, signal }: { readonly code: number | null; readonly signal: number | null }): string =>
  signal === null ? `code ${code}` : `signal ${signal}`;

/** The last rows that a program shows, in one line. */
export async function lastWords({ ground }: Trial, seat: Seat): Promise<string> {
  const sight = await ground.look(seat);
  if (sight.exit) return '';
  const rows = sight.screen
    .split('\n')
    .map((row) => row.trim())
    .filter((row) => row !== '');
  return rows.length === 0 ? '; its screen is empty' : `; its screen ends with: ${rows.slice(-3).join(' / ').slice(0, 200)}`;
}

/** How often the user's side of one request holds a text; 0 when the model was never asked with it. */
export function timesAsked(asked: readonly Asked[], text: string): number {
  const counts = asked.map(({ conversation }) => {
    const said = (conversation?.turns ?? []).filter(({ who }) => who !== 'model').map((turn) => turn.text);
    return said.join('\n').split(text).length - 1;
  });
  return Math.max(0, ...counts);
}

/** The calls of one session, those of a hook alone where `words` say which. */
export const callsOf = ({ ground }: Trial, { token }: Seat, words: RegExp): GtCall[] =>
  ground.calls().filter((call) => call.token === token && words.test(call.words));
