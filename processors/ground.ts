import type { Member } from '#core/ids';
import type { Desk } from '#world/desk';
import type { JobQueues } from '#world/queue/add';
import type { ioredisLink } from '#world/store/ioredis-link';
import type { Link } from '#world/store/link';

/** What the wrapper rests on. `world(member)` gives what a processor is handed for one job; `escalate` opens a question for a person, `settle` closes it. */
export type Ground<W> = {
  /** The worker's one connection. */
  readonly redis: Parameters<typeof ioredisLink>[0];
  readonly link: Link;
  readonly jobs: JobQueues;
  readonly epoch: number;
  /** Says who runs a job: host, pid, start. */
  readonly name: string;
  readonly desk: Desk;
  readonly world: (member: Member) => W;
  readonly escalate: (subject: string, cause: string, why: string) => Promise<void>;
  readonly settle: (subject: string) => Promise<void>;
  /** A newer worker has taken over: this one must end. */
  readonly onStale: () => void;
  readonly concurrency?: number;
  /** Pause after the first fault of a job, doubled with each further one. */
  readonly backoffMs?: number;
};
