/** Screens of a host with time in the test's hands. */
import { Ring } from '#world/pty/ring';
import { Screen } from '#world/pty/screen/screen';
import { Screens } from '#world/pty/screen/screens';
import { emptyScreen } from '#world/pty/screen/state';

/** Turns are taken by `turn`, and a stopwatch that moves on by `step` ms whenever it is read. */
export function makeScreens(step = 0) {
  let now = 1_000_000;
  let spent = 0;
  let planned: (() => void) | undefined;
  const timers = new Map<object, { at: number; run: () => void }>();
  const screens = new Screens({
    now: () => now,
    spent: () => {
      spent += step;
      return spent;
    },
    later: (run) => {
      planned = run;
    },
    after: (ms, run) => {
      const key = {};
      timers.set(key, { at: now + ms, run });
      return () => timers.delete(key);
    },
  });
  const turn = () => {
    const run = planned;
    planned = undefined;
    run?.();
    return run !== undefined;
  };
  return {
    screens,
    turn,
    settle: () => {
      let turns = 0;
      while (turn()) turns++;
      return turns;
    },
    pass: (ms: number) => {
      now += ms;
      for (const [key, { at, run }] of [...timers]) if (at <= now && timers.delete(key)) run();
    },
  };
}

type Time = ReturnType<typeof makeScreens>;

/** A session's screen without the session: `print` is what its program does. */
export function open(time: Time, answers: ReadonlyMap<string, string> = new Map()) {
  const ring = new Ring(256 << 10);
  const replies: string[] = [];
  const holds: boolean[] = [];
  const screen = new Screen(emptyScreen({ cols: 80, rows: 24 }), {
    ring: () => ring,
    reply: (text) => replies.push(text),
    hold: (isFull) => holds.push(isFull),
    wants: (one) => time.screens.wants(one),
    now: time.screens.deps.now,
    after: time.screens.deps.after,
    answers,
  });
  const print = (output: string | Buffer) => {
    const bytes = Buffer.from(output as string);
    screen.makeRoom(bytes.length);
    ring.push(bytes);
    screen.heard(bytes);
  };
  const text = async () => {
    const shown = screen.peek({ lines: 30, colour: false });
    time.settle();
    return (await shown).text;
  };
  return { screen, ring, replies, holds, print, text };
}
