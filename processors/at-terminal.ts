import { type Claim, type Outcome, ranOut, settled } from '#core/delivery';
import { parentOf } from '#core/ids';
import type { Delivery } from '#core/records';
import { moveDelivery } from '#ops/move-delivery';
import { failpoint } from '#world/failpoint';
import type { Ear } from '#world/news';
import type { Nudger } from '#world/pty/nudger';
import type { World } from '#world/world';
import type { Turn } from './answer.ts';

/**
 * Lets the host type a delivery that is claimed for the terminal, or joins the try of a worker that died, until there is an outcome: the host's, that of a
 * hook that was quicker, or that the claim has run out. A nudge that nobody wants any more is called back while nothing is typed.
 * @param mine the claim, when it was made in this activation: then nobody has asked the host before
 */
export async function atTerminal(doc: Delivery, mine: Claim | undefined, turn: Turn<'delivery'>, world: World): Promise<void> {
  const { desk, news } = world;
  const host = world.host() as unknown as Nudger;
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

/** The id under which the host knows this try. */
const tryId = (doc: Delivery): string => `${doc.id}.${doc.attempts}`;

const isSame = (now: Delivery | undefined, then: Delivery): boolean =>
  now?.state === 'claimed' && now.claim?.at === then.claim?.at && now.attempts === then.attempts;

async function asked(doc: Delivery, host: Nudger, again: boolean, world: World): Promise<Outcome> {
  const { desk } = world;
  const session = doc.claim?.session ?? '';
  const [run, texts] = await Promise.all([desk.books.read('run', parentOf(session)), desk.books.text(doc.id)]);
  if (!run) return { state: 'unknown', why: 'its run is gone' };
  const { screen, submit, keys, terminal } = world.agents.preset(run, world.rig(run.rig));
  const { mode, key, expiresAt } = doc;
  const request = {
    nudge: tryId(doc),
    id: session,
    text: texts['text'] ?? '',
    mode,
    expiresAt,
    ...(key !== undefined && { key }),
  };
  try {
    const { outcome, why } = await host.nudge({ ...request, screen, submit, keys, terminal });
    return { state: outcome, ...(why !== undefined && { why }) };
  } catch (fault) {
    if (!isGone(fault)) throw fault;
    // Refused at the first asking, so nothing was typed. Asked again, the try may have begun before the session ended.
    return { state: again ? 'unknown' : 'not-sent', why: 'its session ended' };
  }
}

/** The host does not know the session, or it has ended; known by its name: the class lives in the world, which this floor does not load. */
const isGone = (fault: unknown): boolean =>
  fault instanceof Error &&
  fault.name === 'HostRefused' &&
  ['SESSION_UNKNOWN', 'PTY_GONE'].includes(String(Reflect.get(fault, 'code')));

/** Resolves when something else than the host's answer decides: with an outcome to write, or with none where the books have one, or the claim has run out. */
async function elsewhere(
  doc: Delivery,
  host: Nudger,
  { turn, ear, signal }: { turn: Turn<'delivery'>; ear: Ear; signal: AbortSignal },
  { desk }: World,
): Promise<Outcome | undefined> {
  for (let asks = true; ; ) {
    const { doc: now } = await turn.again();
    if (!now || !isSame(now, doc)) return undefined;
    const late = ranOut(now, desk.clock.now());
    if (late || (now.unwanted && asks)) {
      asks = false;
      const said = await host.withdraw(tryId(doc)).catch(() => undefined);
      if (said === 'withdrawn') return { state: 'not-sent', why: 'called back' };
      if (late) return undefined;
    }
    await ear.next(doc.claim?.until ?? 0, signal);
  }
}
