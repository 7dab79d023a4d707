import { once } from 'node:events';
import { existsSync, statSync } from 'node:fs';
import { open, readdir, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Left } from '#chores/attach/attach';
import { orList } from '#core/nearest';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import { type SessionLine, type SessionWish, sessionList, sessionShow, sessionsFor, sessionsNear } from '#views/sessions';
import type { Hit } from '#world/recordings/find';
import type { Losses } from '#world/recordings/losses';
import type { Recording } from '#world/recordings/read';
import type { Call } from './command.ts';
import { nobodyWished } from './session-wish.ts';
import { type OpenTown, type Town, townOf, withDesk } from './wire.ts';
import { ownTerminal } from './wire-terminal.ts';

/** Recordings of sessions, for the command line. */

type From = Pick<Call, 'global' | 'io'>;
const SESSION_ID = /^[A-Za-z]\w*-[\w-]+(?:\.\w+)*\.s\d+$/;
/** Text that is handed to a pipe before it is waited for (characters). */
const PIPE_FULL = 1 << 20;
const CONTROL_Q = { byte: 0x71, code: 0x71 };

/** The session that a person means: by its id, or the last one of a work item, a run, or an agent. */
export async function sessionMeant({ desk: { books } }: Pick<OpenTown, 'desk'>, about: string): Promise<SessionLine | Refusal> {
  const exact = await sessionShow(books, about);
  if (exact) return exact;
  const ofItem = SESSION_ID.test(about) ? [] : await sessionList(books, { item: about, most: 50 });
  const ofRun = /\.r\d+$/.test(about) ? ofItem.filter(({ holder }) => holder === about) : ofItem;
  const [found] = ofRun.length > 0 ? ofRun : SESSION_ID.test(about) ? [] : await sessionList(books, { agent: about, most: 1 });
  if (found) return found;
  const near = await sessionsNear(books, about);
  const hint =
    near.length > 0 ? `Did you mean ${orList(near)}? \`gt session list --all\` shows all.` : '`gt session list` shows all.';
  return refuse('SESSION_UNKNOWN', { id: about, hint });
}

/** What lies on disk of a session's recording. */
export type Recorded = { readonly dir: string; readonly parts: number; readonly bytes: number };

/** Null when there is none. */
export async function recordedOf({ layout }: Town, session: string): Promise<Recorded | null> {
  const dir = layout.recording(session);
  const names = (await readdir(dir).catch((): string[] => [])).filter((name) => name.endsWith('.cast'));
  const sizes = await Promise.all(
    names.map((name) =>
      stat(join(dir, name)).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return names.length === 0 ? null : { dir, parts: names.length, bytes: sizes.reduce((sum, size) => sum + size, 0) };
}

type Opened = { readonly session: string; readonly town: Town; readonly recording: Recording; readonly losses: Losses };

/** Opens the recording that is meant. That of a session named by its id needs no running town. */
async function opened(from: From, about: string): Promise<Opened | Refusal> {
  const town = townOf(from);
  if (isRefusal(town)) return town;
  const named = SESSION_ID.test(about) && existsSync(town.layout.recording(about));
  const meant = named ? { id: about } : await withDesk(from, { wait: 'person' }, (open) => sessionMeant(open, about));
  if (isRefusal(meant)) return meant;
  const [{ openRecording }, { Losses }] = await Promise.all([
    import('#world/recordings/read'),
    import('#world/recordings/losses'),
  ]);
  const losses = new Losses();
  const recording = await openRecording(town.layout.recording(meant.id), losses);
  if (!recording) return refuse('NO_RECORDING', { session: meant.id, why: 'there is no part of one.' });
  return { session: meant.id, town, recording, losses };
}

/** How a replay ended, and what of the recording is missing. */
export type Replayed = Left & { readonly session: string; readonly missing: string | null };
export type Pace = { readonly speed: number; readonly from: number; readonly idle: number };

/** Plays a recording on the caller's terminal, until its end or until q or Ctrl+C. */
export async function replay(from: From, about: string, pace: Pace): Promise<Replayed | Refusal> {
  const terminal = ownTerminal();
  if (!terminal)
    return refuse('USAGE', {
      what: 'A replay needs a terminal.',
      hint: `Without one: \`gt session export ${about} --format txt\`.`,
    });
  const found = await opened(from, about);
  if (isRefusal(found)) return found;
  const { session, recording, losses } = found;
  const [{ attach }, { Crop }, { Player }] = await Promise.all([
    import('#chores/attach/attach'),
    import('#world/pty/screen/crop'),
    import('#world/recordings/player'),
  ]);
  const left = await attach({
    host: new Player(recording, pace),
    terminal,
    session,
    title: `replay of ${session} (q leaves)`,
    readOnly: true,
    detachKey: CONTROL_Q,
    part: (size, picture) => new Crop(size, picture),
    after: (ms, todo) => {
      const timer = setTimeout(todo, ms);
      return () => clearTimeout(timer);
    },
  });
  return { ...left, session, missing: losses.said ?? null };
}

/** What was exported: its size in characters, and what of the recording is missing. */
export type Exported = {
  readonly session: string;
  readonly format: 'cast' | 'txt';
  readonly file: string | null;
  readonly size: number;
  readonly missing: string | null;
};

/** Writes a recording to a file that must not be there yet, or to standard output. */
export async function exported(
  from: From,
  { about, format, file }: { about: string; format: 'cast' | 'txt'; file: string | undefined },
): Promise<Exported | Refusal> {
  const found = await opened(from, about);
  if (isRefusal(found)) return found;
  const { session, recording, losses } = found;
  const { asCast, asText } = await import('#world/recordings/joined');
  const pieces = format === 'cast' ? asCast(recording) : asText(recording);
  const path = file === undefined ? undefined : resolve(from.io.cwd, file);
  if (path !== undefined && statSync(path, { throwIfNoEntry: false }))
    return refuse('USAGE', { what: `${file} is there already.`, hint: 'Name a file that is not.' });
  const size = await (path === undefined ? toOutput(pieces, from) : toFile(pieces, path));
  return { session, format, file: path ?? null, size, missing: losses.said ?? null };
}

async function toOutput(pieces: AsyncIterable<string>, { io }: From): Promise<number> {
  let [size, waiting] = [0, 0];
  for await (const piece of pieces) {
    if (io.interrupted.aborted) break;
    io.out(piece);
    size += piece.length;
    waiting += piece.length;
    if (waiting < PIPE_FULL) continue;
    waiting = 0;
    if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
  }
  return size;
}

async function toFile(pieces: AsyncIterable<string>, path: string): Promise<number> {
  const file = await open(path, 'wx', 0o600);
  let size = 0;
  try {
    let batch = '';
    const write = async () => {
      await file.appendFile(batch);
      size += batch.length;
      batch = '';
    };
    for await (const piece of pieces) {
      batch += piece;
      if (batch.length >= PIPE_FULL) await write();
    }
    await write();
  } finally {
    await file.close();
  }
  return size;
}

/** What was found, and in how many recordings was looked. */
export type Searched = {
  readonly hits: ReadonlyArray<Hit & Pick<SessionLine, 'address' | 'work' | 'beganAt'> & { readonly session: string }>;
  readonly sessions: number;
  readonly unrecorded: number;
  /** There may be more. */
  readonly isCut: boolean;
  readonly missing: readonly string[];
};

/** Longest row that is told (characters), and so many hits of one session. */
const ROW = 300;

/** Looks for a text in recordings, the newest first, one row of one recording at a time. */
export async function searched(
  from: From,
  { text, most, ...wish }: { text: string; most: number } & Omit<SessionWish, 'most'>,
): Promise<Searched | Refusal> {
  const [{ findIn }, { openRecording }, { Losses }] = await Promise.all([
    import('#world/recordings/find'),
    import('#world/recordings/read'),
    import('#world/recordings/losses'),
  ]);
  return withDesk(from, { wait: 'person' }, async (town) => {
    const { desk, layout } = town;
    const hits: Array<Searched['hits'][number]> = [];
    const missing: string[] = [];
    let [sessions, unrecorded] = [0, 0];
    const told = () => ({ hits, sessions, unrecorded, missing });
    for await (const { id, address, work, beganAt } of sessionsFor(desk.books, { ...wish, most: Number.POSITIVE_INFINITY })) {
      const losses = new Losses();
      const recording = await openRecording(layout.recording(id), losses);
      if (!recording) unrecorded++;
      else sessions++;
      for await (const { at, row } of recording ? findIn(recording, text) : []) {
        hits.push({ session: id, at, row: row.slice(0, ROW), address, work, beganAt });
        if (hits.length >= most || from.io.interrupted.aborted) return { ...told(), isCut: true };
      }
      if (recording && losses.said !== undefined) missing.push(`${id}: ${losses.said}`);
      if (from.io.interrupted.aborted) return { ...told(), isCut: true };
    }
    const unknown = sessions + unrecorded > 0 ? undefined : await nobodyWished(town, from.io, wish);
    return unknown ?? { ...told(), isCut: false };
  });
}
