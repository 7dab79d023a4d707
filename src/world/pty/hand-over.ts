/** The old host's part of a hand-over: until its successor is ready nothing has happened, and from then on it reads no terminal any more. */
import { linkSync, renameSync, rmSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { keptPath } from './access.ts';
import type { Answers, AnswersState } from './answers.ts';
import { replaceFile } from './exits.ts';
import { HostRefused } from './host.ts';
import type { SessionState } from './session-state.ts';
import type { Sessions } from './sessions.ts';
import { writeState } from './state-file.ts';
import type { Successor } from './successor.ts';
import { startSuccessor } from './successor.ts';
import type { WriteName } from './writer.ts';

/** How long a successor may take until it is ready, ms, unless the request says otherwise. */
const READY_MS = 10_000;

/** How long its features may take to say where they are, ms. */
const PARTS_MS = 5_000;

/** What a successor is told in the state file. `asker` is who asked for it, and is answered by it. */
export type HandedOver = {
  readonly asker: WriteName;
  readonly sessions: readonly SessionState[];
  readonly answers: AnswersState;
  readonly parts: Readonly<Record<string, unknown>>;
};

/** `begun`: requests are held back. `moved`: the successor answers at the well-known socket. `stayed`: it came to nothing, ask again here. */
export type Moving = 'begun' | 'moved' | 'stayed';

/** A hand-over as it is asked for: the successor's command line, to which `--take-over FILE` is added. */
export type HandOverOrder = { readonly program: readonly string[]; readonly waitMs?: number };

/** What a hand-over needs of its host. */
export type HandOverDeps = {
  readonly sessions: Sessions;
  readonly answers: Answers;
  /** The well-known name of the host's socket. */
  readonly socket: string;
  readonly stateFile: string;
  /** Where the supervisor finds the host's process, if there is one. */
  readonly pidFile: string | undefined;
  /** Tells all clients. */
  readonly tell: (phase: Moving) => void;
  /** Ends this process when what was told has been read. */
  readonly leave: () => void;
  readonly warn: (line: string) => void;
};

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not all could be told within ${ms} ms`)), ms);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Hand-overs of one host, one at a time. */
export class HandOver {
  readonly #deps: HandOverDeps;
  #isMoving = false;

  constructor(deps: HandOverDeps) {
    this.#deps = deps;
  }

  /** While it is true no request is heard: what is done now the successor would not know. */
  get isMoving(): boolean {
    return this.#isMoving;
  }

  /** Hands over. Never resolves: the asker is answered by the successor. Rejects with HAND_OVER_FAILED or HOST_STOPPING, then nothing has happened. */
  async begin({ program, waitMs = READY_MS }: HandOverOrder, asker: WriteName): Promise<never> {
    const { sessions, tell, stateFile, warn } = this.#deps;
    if (sessions.isStopping) throw new HostRefused('HOST_STOPPING', 'The host is ending: nothing is left to hand over.');
    this.#isMoving = true;
    let successor: Successor | undefined;
    try {
      tell('begun');
      await sessions.halt();
      this.#keepName();
      const masters = await this.#write(asker);
      successor = startSuccessor([...program, '--take-over', stateFile], masters, waitMs);
      await successor.ready;
      this.#namePid(successor);
    } catch (fault) {
      await successor?.kill();
      this.#cleanUp();
      this.#isMoving = false;
      sessions.go();
      tell('stayed');
      const why = fault instanceof Error ? fault.message : String(fault);
      warn(`nothing was handed over to ${program.join(' ')}: ${why}`);
      throw new HostRefused('HAND_OVER_FAILED', `Nothing was handed over: ${why}.`);
    }
    this.#keepName('gone'); // before the successor may hand over itself, which gives its own socket that name
    successor.release();
    tell('moved');
    this.#deps.leave();
    return new Promise(() => undefined);
  }

  /** Writes all that the successor must know; gives the terminals in the order of the sessions that have one. */
  async #write(asker: WriteName): Promise<number[]> {
    const { sessions, answers, stateFile } = this.#deps;
    const handed = sessions.handOver(); // from here on nothing is read
    const parts = await within(PARTS_MS, sessions.parts.states());
    await turn(); // what was done by now is answered by now: what the answers lack is done again
    const state: HandedOver = {
      asker,
      sessions: handed.map(({ state }) => state),
      answers: answers.state(),
      parts,
    };
    writeState(stateFile, state);
    return handed.flatMap(({ master }) => (master === undefined ? [] : [master]));
  }

  /** After a hand-over that came to nothing. A fault here must not leave the host deaf. */
  #cleanUp(): void {
    const { stateFile, warn } = this.#deps;
    try {
      rmSync(stateFile, { force: true });
      this.#keepName('back');
    } catch (fault) {
      warn(`hand-over: ${fault}`);
    }
  }

  /** Gives our socket its second name, takes the well-known one back by it, or lets it go. */
  #keepName(then?: 'back' | 'gone'): void {
    const { socket } = this.#deps;
    const kept = keptPath(socket);
    try {
      if (then === 'back') renameSync(kept, socket);
      rmSync(kept, { force: true }); // a rename onto the same file leaves both
      if (!then) linkSync(socket, kept);
    } catch (fault) {
      if (then !== 'back' || (fault as NodeJS.ErrnoException).code !== 'ENOENT') throw fault;
    }
  }

  #namePid({ pid, born }: Successor): void {
    const { pidFile } = this.#deps;
    if (pidFile) replaceFile(pidFile, JSON.stringify({ pid, born }));
  }
}
