import { command } from '#cli/command';
import { countOf } from '#cli/values';
import { type Replayed, replay } from '#cli/wire-recordings';
import { isRefusal } from '#core/refusals';

/** Longest pause of a replay (seconds). */
const IDLE_S = 2;

/** Plays a session's recording in the caller's terminal. */
export const sessionReplay = command({
  args: [
    { name: 'session', required: true, help: 'a session; or a work item, a run or an agent, of which the last one is meant' },
  ],
  options: [
    { name: 'speed', value: 'times', help: 'how many times as fast (default 1)' },
    { name: 'from', value: 'seconds', help: 'begin there' },
    { name: 'no-wait', help: 'without any pause' },
  ],
  about: `q or Ctrl+C leaves. Pauses are shortened to ${IDLE_S} s. What of a recording cannot be read is left out and said, and the exit code is 1.`,
  example: 'gt session replay gp-4kx.r2.s1 --speed 4',
  run: ({ args: { session }, opts, global, io }) => {
    const speed = countOf(opts.speed, '--speed', 1, 'number');
    if (isRefusal(speed)) return speed;
    const from = opts.from === undefined || opts.from === '0' ? 0 : countOf(opts.from, '--from', 0, 'number');
    if (isRefusal(from)) return from;
    return replay({ global, io }, session, { speed, from, idle: opts['no-wait'] ? 0 : IDLE_S });
  },
  text: (played: Replayed, { paint }) => {
    const { session, missing } = played;
    const end = played.left === 'ended' ? `${session} was played to its end.` : `Left the replay of ${session}.`;
    return missing === null ? end : `${end}\n${paint.yellow(`Not all of it could be read: ${missing}.`)}`;
  },
  exit: ({ missing, left }) => (missing === null && left !== 'lost' ? 0 : 1),
});
