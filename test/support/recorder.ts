/** Recorders with time and the disk in the test's hands, and recordings played. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import type { CastEvent, CastPart } from '#world/pty/recording/cast';
import { readRecording } from '#world/pty/recording/cast';
import type { RecorderDeps, RecorderState } from '#world/pty/recording/recorder';
import { Recorder } from '#world/pty/recording/recorder';
import { makeScreens, open } from './screen-time.ts';
import { Followed } from './screens.ts';

/** A recorded terminal without a session: `print` is what its program does. `clear` removes its files. */
export function makeRecorded(options: Partial<RecorderDeps> = {}) {
  const dir = options.dir ?? mkdtempSync(join(tmpdir(), 'gt-recording-'));
  const time = makeScreens();
  const { screen, print } = open(time);
  const warnings: string[] = [];
  const deps: RecorderDeps = {
    dir,
    session: 'gp-1.r1.s1',
    startedAt: 1_000_000,
    secrets: [],
    input: false,
    cols: 80,
    rows: 24,
    now: time.screens.deps.now,
    after: time.screens.deps.after,
    warn: (line) => warnings.push(line),
    snapshot: () => screen.snapshot(),
    ...options,
  };
  let recorder = new Recorder(deps);
  const whole = new Followed(80, 24);
  /** Lets screens and files come to rest. */
  const settle = async () => {
    for (let quiet = 0; quiet < 5; quiet++) {
      if (time.settle() > 0) quiet = 0;
      await turn();
    }
  };
  return {
    dir,
    time,
    warnings,
    settle,
    whole,
    recorder: () => recorder,
    /** The same terminal's recording in another host. */
    resume: (state: RecorderState) => {
      recorder = new Recorder({ ...deps, cols: whole.emulator.cols, rows: whole.emulator.rows }, state);
    },
    print: (output: string | Buffer) => {
      const bytes = Buffer.from(output as string);
      print(bytes);
      whole.feed(bytes);
      recorder.heard(bytes);
    },
    resize: (cols: number, rows: number) => {
      screen.resize(cols, rows);
      whole.resize(cols, rows);
      recorder.resized(cols, rows);
    },
    clear: () => {
      whole.dispose();
      time.screens.drop(screen);
      rmSync(dir, { recursive: true, force: true });
    },
  };
}

/** All of a recording. */
export async function readAll(dir: string): Promise<Array<Omit<CastPart, 'events'> & { events: CastEvent[] }>> {
  const parts = [];
  for await (const { events: read, ...part } of readRecording(dir)) {
    const events: CastEvent[] = [];
    for await (const event of read) events.push(event);
    parts.push({ ...part, events });
  }
  return parts;
}

/** What a fresh terminal shows that is fed a recording from its part `from` on; negative counts from the end. */
export async function play(dir: string, from = 0): Promise<string[]> {
  const parts = (await readAll(dir)).slice(from);
  const { width = 80, height = 24 } = parts[0]?.header ?? {};
  const played = new Followed(width, height);
  for (const part of parts)
    for (const { kind, text } of part.events)
      if (kind === 'o') played.feed(Buffer.from(text));
      else if (kind === 'r') played.resize(...(text.split('x').map(Number) as [number, number]));
  const lines = played.lines();
  played.dispose();
  return lines;
}
