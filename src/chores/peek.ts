import { plainText } from '#core/plain-text';
import type { Run } from '#core/records';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { Host } from '#world/pty/host';

/** What an agent's terminal shows. */
export type Peek = {
  readonly agent: string;
  readonly session: string;
  readonly work: string;
  readonly state: string;
  readonly pid: number | null;
  readonly lastOutputAt: number | null;
  readonly text: string;
};

/** Some lines take many bytes of paint; this much of the output is looked at for each (bytes). */
const A_LINE = 2048;

/** The end of an agent's output as plain text; of a session that is over, what was kept of it. NO_OUTPUT when there is nothing. */
export async function peek(host: Pick<Host, 'get' | 'output'> | Refusal, run: Run, lines: number): Promise<Peek | Refusal> {
  const agent = `${run.rig}/${run.name}`;
  const { session } = run;
  if (!session) return refuse('NO_OUTPUT', { agent });
  const about = { agent, session: session.id, work: run.work };
  const info = isRefusal(host) ? undefined : await host.get(session.id);
  if (info && !isRefusal(host)) {
    const output = await host.output(session.id, Math.max(0, info.seq - lines * A_LINE));
    const text = plainText(output?.bytes.toString('utf8') ?? '', lines);
    return { ...about, state: info.state, pid: info.pid, lastOutputAt: info.lastOutputAt, text };
  }
  if (session.lastWords === undefined) return isRefusal(host) ? host : refuse('NO_OUTPUT', { agent });
  const text = plainText(session.lastWords, lines);
  return { ...about, state: 'over', pid: null, lastOutputAt: session.exit?.at ?? null, text };
}
