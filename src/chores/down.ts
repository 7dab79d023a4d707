import { type Refusal, refuse } from '#core/refusals';

/** How a process of the town ended. */
type Ended = { readonly name: string; readonly pid: number; readonly how: 'gone' | 'ended' | 'killed' | 'left' };

type Survivor = { readonly pid: number; readonly command: string };

type Stopped = {
  readonly ended: readonly Ended[];
  readonly swept: readonly Survivor[];
  readonly left: readonly Survivor[];
};

/** What `down` needs of the world, for one town. */
export type DownGround = {
  /** Lets the supervisor take the town down and end itself; undefined when none answers, or when it dies over it. */
  askSupervisor(graceMs: number): Promise<Stopped | undefined>;
  /** Takes the town down from this process, as the supervisor would; a supervisor that does not answer is killed first. */
  stopHere(graceMs: number): Promise<Stopped>;
  /** Processes that carry this town's token, or that a pid file of the town names. */
  remaining(): Promise<readonly Survivor[]>;
};

export type Down = {
  /** Nothing ran. */
  readonly wasDown: boolean;
  readonly ended: readonly Ended[];
  /** Processes that had outlived their session or worker. */
  readonly swept: readonly Survivor[];
};

/**
 * Takes the town down: agents have `graceMs` to end, Redis writes its file, no pid or socket file stays, the books are kept. Works with the supervisor alive,
 * hung or dead. DOWN_LEFT names the processes of the town that run still, after everything was tried.
 */
export async function down(ground: DownGround, { graceMs = 10_000 }: { graceMs?: number } = {}): Promise<Down | Refusal> {
  const asked = await ground.askSupervisor(graceMs);
  const stopped = asked ?? (await ground.stopHere(graceMs));
  const left = new Map([...stopped.left, ...(await ground.remaining())].map((survivor) => [survivor.pid, survivor]));
  if (left.size > 0)
    return refuse('DOWN_LEFT', { left: [...left.values()].map(({ pid, command }) => `${pid} ${command}`.trim()).join(', ') });
  return { wasDown: !asked && stopped.ended.length + stopped.swept.length === 0, ended: stopped.ended, swept: stopped.swept };
}
