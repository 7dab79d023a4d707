/** Puts a recorder on a session of the host. */

import { secretsOf } from '#core/redact/secrets';
import type { SpawnRequest } from '#world/pty/host';
import type { Session } from '#world/pty/session';
import { limitsOf } from './limits.ts';
import type { RecorderDeps, RecorderState } from './recorder.ts';
import { Recorder } from './recorder.ts';

/** What the host gives to each recorder. `secrets` are the host's own. */
export type RecordingHost = Pick<RecorderDeps, 'now' | 'after' | 'warn'> & { readonly secrets?: readonly string[] | undefined };

/** Records a session from its first byte, if its request says so; must be called in the turn of its fork. */
export function record(session: Session, { record: wanted, env }: SpawnRequest, host: RecordingHost): void {
  if (!wanted) return;
  const { dir, input = false, maxBytes } = wanted;
  const limits = maxBytes === undefined ? {} : limitsOf(maxBytes);
  const secrets = [...secretsOf(env), ...(host.secrets ?? [])];
  follow(session, new Recorder({ ...depsOf(session, host), dir, input, secrets, limits }));
}

/** Goes on with a recording that an earlier host began; `state` is what its recorder told by `rest`. Must be called before the session is heard. */
export function recordOn(session: Session, state: RecorderState, host: RecordingHost): void {
  const { dir, input, secrets, limits } = state;
  follow(session, new Recorder({ ...depsOf(session, host), dir, input, secrets, limits }, state));
}

function depsOf(session: Session, { now, after, warn }: RecordingHost) {
  const { id, startedAt } = session.start;
  const snapshot = () => session.screen.snapshot();
  return { session: id, startedAt, ...session.size, now, after, warn, snapshot };
}

function follow(session: Session, recorder: Recorder): void {
  session.recorder = recorder;
  session.onOutput((bytes) => recorder.heard(bytes));
  void session.drained.then(() => recorder.end());
}
