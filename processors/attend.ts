import { type Holder, isAgent } from '#core/holder';
import { RENEW_MS } from '#core/limits';
import { outputEnd } from '#core/plain-text';
import type { Records } from '#core/records';
import type { Ear } from '#world/news';
import type { World } from '#world/world';
import { type Answer, done, type Turn } from './answer.ts';
import { Eyes } from './eyes.ts';

/** What whoever has sessions hears and sees of them: a polecat's run, a lasting agent. */
export type Senses = { readonly ear: Ear; readonly eyes: Eyes };

/**
 * Stays with one record until a step of it answers: each step decides from the record as it is now. Active for as long as its agent lives; it hears news of
 * the record and its session, and reads the record again with every renewal of its lock.
 */
export async function attend<N extends 'run' | 'agent'>(
  turn: Turn<N>,
  world: World,
  subjects: readonly string[],
  step: (doc: Records[N], senses: Senses) => Promise<Answer | undefined>,
): Promise<Answer> {
  const ear = world.news.listen([turn.id, ...subjects]);
  const eyes = new Eyes(world);
  try {
    for (let { doc } = turn; ; { doc } = await turn.again()) {
      if (!doc) return done('gone');
      turn.signal.throwIfAborted();
      const answer = await step(doc, { ear, eyes });
      if (answer) return answer;
    }
  } finally {
    ear.close();
  }
}

/** Looks at the session, then waits for news of it. */
export async function watch(
  holder: Holder,
  until: number,
  { ear, eyes }: Senses,
  { desk }: World,
  signal: AbortSignal,
): Promise<undefined> {
  await eyes.look(holder);
  const now = desk.clock.now();
  await ear.next(Math.min(until, now + RENEW_MS, Math.max(now + 1000, eyes.due)), signal);
}

/** Ends a session with the grace that the settings give, and waits for news of that. */
export async function endSession(
  holder: Holder,
  why: string,
  { ear }: Senses,
  world: World,
  signal: AbortSignal,
): Promise<undefined> {
  const id = holder.session?.id ?? '';
  world.desk.log.info('ending session', { session: id, why });
  const { operational } = isAgent(holder) && holder.rig === '' ? world.settings() : world.rig(holder.rig).settings;
  await world.host().kill(id, { graceMs: operational.kill_grace });
  await ear.next(world.desk.clock.now() + 1000, signal);
}

/** Ends every process that carries a token. @throws while one of them lives: nothing may begin beside it */
export async function killAll(world: World, token: string | { readonly prefix: string }, whose: string): Promise<void> {
  const { left } = await world.kill({ tokens: [token], graceMs: 0 });
  if (left.length > 0) throw new Error(`processes of ${whose} do not end: ${left.map((one) => one.pid).join(', ')}`);
}

/** Bytes of a session's last output that its holder's record keeps: what a person wants to see first. */
const LAST_WORDS = 2048;

/** The end of a session's output, as far as the host has it. */
export async function lastWordsOf(session: string, world: World): Promise<string> {
  const output = await world.host().output(session);
  return output ? outputEnd(output.bytes, LAST_WORDS) : '';
}
