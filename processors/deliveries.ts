import { type Claim, nobodyYet, RAN_OUT, ranOut } from '#core/delivery';
import { type AgentFacts, nextForDelivery } from '#core/delivery-next';
import { isOver } from '#core/holder';
import { NUDGE_GRACE_MS } from '#core/limits';
import type { Preset } from '#core/preset';
import type { Delivery } from '#core/records';
import { holderOfLine } from '#ops/holder-of';
import { moveDelivery } from '#ops/move-delivery';
import { failpoint } from '#world/failpoint';
import type { World } from '#world/world';
import { done, type Processor, sleep } from './answer.ts';
import { atTerminal, refusalOf } from './at-terminal.ts';

/**
 * A nudge's life beside the hooks: waits for its turn and for an agent, claims the terminal, lets the PTY host type it, writes what became of it. A claim
 * carries the id under which the host knows the try, so a next worker asks for the same one, and nothing is typed twice.
 */
export const deliveries: Processor<'deliveries', World> = async (turn, world) => {
  const { desk } = world;
  let mine: Claim | undefined;
  for (let { doc } = turn; ; { doc } = await turn.again()) {
    if (!doc) return done('gone');
    turn.signal.throwIfAborted();
    const recipient = (await desk.books.read('recipient', doc.work)) ?? nobodyYet(doc.work);
    const facts = doc.state === 'pending' ? await agentFacts(doc, world) : NOBODY;
    const move = nextForDelivery(doc, recipient, facts, desk.clock.now());
    switch (move.do) {
      case 'end':
        return done(doc.state);
      case 'wait':
        return sleep(move.until, move.why);
      case 'give-up':
        await moveDelivery(desk, doc.id, (now) =>
          now.state === 'pending' ? { doc: now, state: move.as, why: move.why } : undefined,
        );
        break;
      case 'run-out':
        await runOut(doc.id, world);
        break;
      case 'claim':
        mine = (await claim(doc.id, facts, move.session, world))?.claim;
        failpoint('delivery-claimed');
        break;
      case 'ask-host':
        await atTerminal(doc, mine, turn, world);
        break;
      default:
        move satisfies never;
    }
  }
};

const NOBODY: AgentFacts = { over: false, takesByHook: false };

async function agentFacts(doc: Delivery, world: World): Promise<AgentFacts> {
  const { holder, over } = await holderOfLine(world.desk.books, doc.work);
  const session = holder?.session;
  if (!holder || isOver(holder) || !session || session.exit) return { ...NOBODY, over };
  const info = await world.host().get(session.id);
  if (info?.state !== 'running') return NOBODY;
  const preset = world.agents.preset(holder);
  const byHook = takesByHook(preset);
  const seen = byHook ? await world.host().look(session.id, preset.screen).catch(unseen) : undefined;
  const { lastOutputAt } = info;
  return {
    over: false,
    takesByHook: byHook,
    session: { id: session.id, saidHello: session.ackedAt !== undefined, lastOutputAt, looksIdle: seen?.state === 'idle' },
  };
}

/** A host that will not look tells nothing: the session may just have ended. */
function unseen(fault: unknown): undefined {
  if (refusalOf(fault) === undefined) throw fault;
}

/** Whether hooks bring deliveries to this program's model while it works. */
const takesByHook = ({ hooks }: Preset): boolean =>
  hooks !== undefined && hooks.stdout !== 'none' && (hooks.stop_blocks || hooks.events.after_tool !== undefined);

/** Claims the terminal, if the line still allows it: a hook may have been quicker. */
async function claim(id: string, facts: AgentFacts, session: string, { desk, epoch }: World): Promise<Delivery | undefined> {
  return moveDelivery(desk, id, (doc, recipient, now) => {
    if (nextForDelivery(doc, recipient, facts, now).do !== 'claim') return undefined;
    const until = doc.expiresAt + NUDGE_GRACE_MS;
    const made: Claim = { path: 'terminal', owner: `worker ${epoch}`, session, at: now, until };
    return { doc, state: 'claimed', claim: made };
  });
}

async function runOut(id: string, { desk }: World): Promise<void> {
  await moveDelivery(desk, id, (doc, _recipient, now) =>
    ranOut(doc, now) ? { doc, state: 'unknown', why: RAN_OUT } : undefined,
  );
}
