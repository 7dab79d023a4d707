import { beforeEach, expect, test } from 'vitest';
import { type AttachGround, attach, type Gone, type Next } from '#chores/attach/attach';
import type { OwnTerminal } from '#chores/attach/terminal';
import type { AttachListener } from '#world/pty/host';
import { VirtualTime } from '../support/virtual-time.ts';

/** Somebody's terminal over two sessions, with time in the test's hands. */
const SIZE = { cols: 80, rows: 24 };
let time: VirtualTime;
let screen: string;
let press: (text: string) => void;
let typed: string[];
let listeners: Map<string, AttachListener>;
let tellNext: (next: Next) => void;
let gone: Gone[];

beforeEach(() => {
  [time, screen, typed, gone, listeners] = [new VirtualTime(), '', [], [], new Map()];
});

const terminal: OwnTerminal = {
  size: () => SIZE,
  write: (bytes) => {
    screen += bytes.toString();
  },
  raw: () => undefined,
  onInput: (listener) => {
    press = (text) => listener(Buffer.from(text));
  },
  hold: () => undefined,
  onResize: () => undefined,
  guard: () => undefined,
  onGone: () => undefined,
  release: () => undefined,
};

const ground = (): AttachGround => ({
  terminal,
  title: 'mayor',
  readOnly: false,
  session: 's1',
  detachKey: { byte: 0x1c, code: 0x5c },
  after: time.after,
  part: () => ({ feed: () => undefined, frame: () => '', dispose: () => undefined }),
  next: (one) => {
    gone.push(one);
    return new Promise((resolve) => {
      tellNext = resolve;
    });
  },
  host: {
    attach: async (id, _options, listener) => {
      listeners.set(id, listener);
      listener.onPaint(Buffer.from(`screen of ${id}`), SIZE);
      return {
        seq: 0,
        size: SIZE,
        keys: (bytes) => {
          typed.push(`${id} ${bytes}`);
          return true;
        },
        resize: () => undefined,
        repaint: () => undefined,
        pause: () => undefined,
        resume: () => undefined,
        close: () => undefined,
      };
    },
  },
});

/** The first session ends, and the second is there. */
async function handedOff(meanwhile: () => void): Promise<void> {
  await time.settle();
  listeners.get('s1')?.onEnd({ exit: { code: 0, signal: null, at: 1 } });
  await time.settle();
  meanwhile();
  tellNext({ session: 's2' });
  await time.settle();
  expect(listeners.has('s2')).toBe(true);
}

test('who types on from one session into the next is heard there only after a rest: a dialog may stand there', async () => {
  const left = attach(ground());
  await handedOff(() => press('ye'));
  press('s\r');
  await time.pass(200);
  press('\r');
  expect(typed).toEqual([]);
  expect(screen.split('\x07')).toHaveLength(screen.split('\x1b]2;').length + 3);
  await time.pass(500);
  press('hello');
  expect(typed).toEqual(['s2 hello']);
  press('\x1c');
  await time.pass(500);
  expect(await left).toEqual({ session: 's2', left: 'detached' });
});

test('who types slowly on, and by chance not while nothing is there, is heard by the next one only after a rest too', async () => {
  const left = attach(ground());
  await time.settle();
  press('y');
  await time.pass(200);
  await handedOff(() => undefined);
  await time.pass(200);
  press('e');
  await time.pass(450);
  press('\r');
  expect(typed).toEqual(['s1 y']);
  await time.pass(500);
  press('hello');
  expect(typed).toEqual(['s1 y', 's2 hello']);
  press('\x1c');
  await time.pass(500);
  await left;
});

test('who has rested before the next one is there is heard at once, however lately the last one heard them', async () => {
  const left = attach(ground());
  await time.settle();
  press('y');
  await time.pass(300);
  await handedOff(() => undefined);
  await time.pass(300);
  press('a');
  expect(typed).toEqual(['s1 y', 's2 a']);
  press('\x1c');
  await time.pass(500);
  await left;
});

test('who leaves while nothing is there leaves at once, and while keys are not heard too', async () => {
  const left = attach(ground());
  await handedOff(() => press('x'));
  press('\x1c');
  await time.pass(500);
  expect(await left).toEqual({ session: 's2', left: 'detached' });
  expect(gone).toEqual([{ session: 's1', exit: { code: 0, signal: null, at: 1 } }]);
});

test('who did not type between two is heard at once', async () => {
  const left = attach(ground());
  await handedOff(() => undefined);
  press('a');
  expect(typed).toEqual(['s2 a']);
  press('\x1c');
  await time.pass(500);
  await left;
});
