import { command } from '#cli/command';
import { withDesk } from '#cli/wire';
import { type Recorded, recordedOf, sessionMeant } from '#cli/wire-recordings';
import { isRefusal } from '#core/refusals';
import { duration, relativeTime } from '#core/relative-time';
import type { SessionLine } from '#views/sessions';

/** One session with all that is kept of it. */
export const sessionShow = command({
  args: [
    { name: 'session', required: true, help: 'a session; or a work item, a run or an agent, of which the last one is meant' },
  ],
  example: 'gt session show gp-4kx.r2.s1',
  run: ({ args: { session }, global, io }) =>
    withDesk({ global, io }, { wait: 'person' }, async (town) => {
      const found = await sessionMeant(town, session);
      return isRefusal(found) ? found : { ...found, recording: await recordedOf(town, found.id) };
    }),
  text: (shown: SessionLine & { recording: Recorded | null }, { paint, now }) => {
    const { id, address, agent, work, role, live, how, beganAt, endedAt, code, signal, recording } = shown;
    const exit = signal !== null ? `signal ${signal}` : code !== null ? `exit code ${code}` : 'its exit is not known';
    const state = live ? paint.green('live') : `${how ?? 'over'} (${exit})`;
    const head = `${paint.bold(id)} ${state}`;
    const when = `began ${relativeTime(beganAt, now)}, ${live ? 'for' : 'lasted'} ${duration((endedAt ?? now) - beganAt)}`;
    const facts: Array<[string, string | null]> = [
      ['agent', `${address} (${role}), by ${agent}`],
      ['work', work],
      ['when', when],
      ['beacon', shown.beacon],
      [
        'conversation',
        shown.conversation && `${shown.conversation}${shown.mode && shown.mode !== 'fresh' ? ` (${shown.mode})` : ''}`,
      ],
      ['directory', shown.dir],
      ['commits', commits(shown)],
      [
        'recording',
        recording
          ? `${recording.dir} (${recording.parts} ${recording.parts === 1 ? 'part' : 'parts'}, ${Math.ceil(recording.bytes / 1024)} kB)`
          : 'none',
      ],
    ];
    const rows = facts.flatMap(([name, value]) => (value ? [`  ${paint.dim(name.padEnd(13))}${value}`] : []));
    return [head, ...rows, ...(recording ? [paint.dim(`gt session replay ${id}`)] : [])].join('\n');
  },
});

function commits({ headBefore, headAfter }: SessionLine): string | null {
  const [from, to] = [headBefore?.slice(0, 10), headAfter?.slice(0, 10)];
  if (!from || !to) return null;
  return to === from ? `none of its own (${from})` : `${from}..${to}`;
}
