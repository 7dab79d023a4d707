/** The successor's part of a hand-over: it has everything ready before it says so, and begins when the old host has closed the pipe. */
import { closeSync, readdirSync, readlinkSync, rmSync } from 'node:fs';
import { Socket } from 'node:net';
import type { Answers } from './answers.ts';
import { errorOf } from './answers.ts';
import type { HandedOver } from './hand-over.ts';
import type { HostInfo } from './host.ts';
import type { Sessions } from './sessions.ts';
import { readState } from './state-file.ts';
import { CONTROL_FD, FIRST_MASTER_FD, READY } from './successor.ts';

/** The host that goes on. */
type Host = { readonly sessions: Sessions; readonly answers: Answers; readonly info: () => HostInfo };

/** What was handed over; `masters` are the inherited terminals of those sessions that have one, in their order. */
export type Taken = {
  readonly handed: HandedOver;
  readonly masters: readonly number[];
  /** Says that all is ready, and resolves when the old host has let go of the terminals: by its word, or by its death. */
  readonly wait: () => Promise<void>;
};

/** Reads what the old host wrote. Throws when the file cannot be read: nothing may be taken over then. */
export function takeOver(file: string): Taken {
  const handed = readState(file) as HandedOver;
  const count = handed.sessions.filter(({ terminal }) => terminal).length;
  closeStray(FIRST_MASTER_FD + count);
  const wait = () =>
    new Promise<void>((resolve) => {
      const pipe = new Socket({ fd: CONTROL_FD, readable: true, writable: true });
      pipe.on('error', () => undefined); // `close` follows
      pipe.on('close', () => {
        rmSync(file, { force: true });
        resolve();
      });
      pipe.resume();
      pipe.write(READY);
    });
  return { handed, masters: Array.from({ length: count }, (_, index) => FIRST_MASTER_FD + index), wait };
}

/** Goes on where the old host was: asked again, what it had begun is answered when it is done, and what it had answered is not done again. */
export function resume({ asker, answers: given, parts }: HandedOver, host: Host): void {
  const { sessions, answers, info } = host;
  answers.load(given);
  for (const session of sessions.all())
    for (const { name, done } of session.inherited)
      void answers.once(name.client, name.n, () => done.then(() => ({ ok: null }), errorOf));
  void answers.once(asker.client, asker.n, async () => ({ ok: info() }));
  sessions.parts.resume(parts);
  sessions.go();
}

/**
 * Closes terminals from descriptor `from` on: a process that is started inherits the terminals of the old host also under the numbers that they had there,
 * and a terminal that anybody holds is never hung up.
 */
function closeStray(from: number): void {
  for (const name of readdirSync('/proc/self/fd')) {
    const fd = Number(name);
    if (fd < from) continue;
    try {
      if (/^\/dev\/(pts\/)?ptmx$/.test(readlinkSync(`/proc/self/fd/${name}`))) closeSync(fd);
    } catch {} // the directory that is being read
  }
}
