import { type Claim, type Outcome, ranOut, settled } from '#core/delivery';
import { parentOf } from '#core/ids';
import type { Preset } from '#core/preset';
import type { Delivery } from '#core/records';
import { holderOf } from '#ops/holder-of';
import { moveDelivery } from '#ops/move-delivery';
import { failpoint } from '#world/failpoint';
import type { Ear } from '#world/news';
import type { Host } from '#world/pty/host';
import type { World } from '#world/world';
import type { Turn } from './answer.ts';

/**
 * Lets the host type a delivery that is claimed for the terminal, or joins the try of a worker that died, until there is an outcome: the host's, that of a
 * hook that was quicker, or that the claim has run out. A nudge that nobody wants any more is called back while nothing is typed.
 * @param mine the claim, when it was made in this activation: then nobody has asked the host before
 */
export async function atTerminal(doc: Delivery, mine: Claim | undefined, turn: Turn<'delivery'>, world: World): Promise<void> {
  const { desk, news } = world;
  const host = world.host();
  const ear = news.listen([doc.id]);
  const over = new AbortController();
  const signal = AbortSignal.any([turn.signal, over.signal]);
  try {
    await turn.show(`the host has it for ${doc.claim?.session}`);
    const again = mine?.at !== doc.claim?.at;
    const outcome = await Promise.race([asked(doc, host, again, world), elsewhere(doc, host, { turn, ear, signal }, world)]);
    failpoint('delivery-answered');
    if (outcome) await moveDelivery(desk, doc.id, (now, _, at) => (isSame(now, doc) ? settled(now, outcome, at) : undefined));
  } finally {
    over.abort();
    ear.close();
  }
}

/** The id under which the host knows it, one for each session: asked for again there, it goes on where it stood, and what was typed is not typed again. */
const idAtHost = (doc: Delivery): string => `${doc.id}@${doc.claim?.session}`;

const isSame = (now: Delivery | undefined, then: Delivery): boolean =>
  now?.state === 'claimed' && now.claim?.at === then.claim?.at && now.attempts === then.attempts;

async function asked(doc: Delivery, host: Host, again: boolean, world: World): Promise<Outcome> {
  const { desk } = world;
  const session = doc.claim?.session ?? '';
  const [holder, texts] = await Promise.all([holderOf(desk.books, parentOf(session)), desk.books.text(doc.id)]);
  if (!holder) return { state: 'unknown', why: 'its run is gone' };
  const { screen, submit, keys, terminal } = world.agents.preset(holder);
  const { mode, key, expiresAt } = doc;
  const request = {
    nudge: idAtHost(doc),
    id: session,
    text: texts['text'] ?? '',
    mode,
    expiresAt,
    ...(key !== undefined && doc.first === undefined && { key }), // nothing takes its place at the terminal either
  };
  try {
    const { outcome, why } = await host.nudge({ ...request, screen, submit, keys, terminal });
    // what is typed is echoed where nobody reads it, too
    if (outcome === 'taken' && !tells(screen))
      return { state: 'unknown', why: 'typed, but its program shows no sign of reading' };
    return { state: outcome, ...(why !== undefined && { why }) };
  } catch (fault) {
    const code = refusalOf(fault);
    // The session has ended, and the host, which keeps what it began on disk, began nothing.
    if (code === 'PTY_GONE') return { state: 'not-sent', why: 'its session ended' };
    if (code === 'SESSION_UNKNOWN') {
      // A host that came after the claim may follow one that had begun: its client asks again by itself.
      const isAnother = (await host.info()).startedAt > (doc.claim?.at ?? 0);
      if (!again && !isAnother) return { state: 'not-sent', why: 'its session ended' };
      return { state: 'unknown', why: 'its session ended, and the host has forgotten it' };
    }
    if (code === 'NUDGES_FULL') return { state: 'not-sent', why: 'too many wait at its terminal' };
    throw fault;
  }
}

/** Whether a program's screen says anything of what it does with what is typed, as far as its preset knows. */
const tells = ({ ready, busy, draft }: Preset['screen']): boolean => ready.length + busy.length > 0 || draft.mark !== undefined;

/** Why the host would not; known by its name: the class lives in the world, which this floor does not load. */
export const refusalOf = (fault: unknown): unknown =>
  fault instanceof Error && fault.name === 'HostRefused' ? Reflect.get(fault, 'code') : undefined;

/** Resolves when something else than the host's answer decides: with an outcome to write, or with none where the books have one, or the claim has run out. */
async function elsewhere(
  doc: Delivery,
  host: Host,
  { turn, ear, signal }: { turn: Turn<'delivery'>; ear: Ear; signal: AbortSignal },
  { desk }: World,
): Promise<Outcome | undefined> {
  for (let asks = true; ; ) {
    const { doc: now } = await turn.again();
    if (!now || !isSame(now, doc)) {
      if (now?.state === 'taken') await host.ackNudge(idAtHost(doc)).catch(() => undefined); // it presses no key more
      return undefined;
    }
    const late = ranOut(now, desk.clock.now());
    if (late || (now.unwanted && asks)) {
      asks = false;
      const said = await host.withdraw(idAtHost(doc)).catch(() => undefined);
      if (said?.withdrawn) return { state: 'not-sent', why: 'called back' };
      if (late) return undefined;
    }
    await ear.next(doc.claim?.until ?? 0, signal);
  }
}
