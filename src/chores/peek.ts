import { plainText } from '#core/plain-text';
import type { Run } from '#core/records';
import { type Refusal, refuse } from '#core/refusals';
import type { Host } from '#world/pty/host';

/** What an agent's terminal shows. */
export type Peek = {
  readonly agent: string;
  readonly session: string;
  readonly work: string;
  readonly state: string;
  readonly pid: number;
  readonly lastOutputAt: number;
  readonly text: string;
};

/** Some lines take many bytes of paint; this much of the output is looked at for each (bytes). */
const A_LINE = 2048;

/** The end of an agent's output as plain text. NO_OUTPUT when it has no session, or the host has forgotten it. */
export async function peek(host: Pick<Host, 'get' | 'output'>, run: Run, lines: number): Promise<Peek | Refusal> {
  const agent = `${run.rig}/${run.name}`;
  const id = run.session?.id;
  const info = id === undefined ? undefined : await host.get(id);
  if (id === undefined || !info) return refuse('NO_OUTPUT', { agent });
  const output = await host.output(id, Math.max(0, info.seq - lines * A_LINE));
  return {
    agent,
    session: id,
    work: run.work,
    state: info.state,
    pid: info.pid,
    lastOutputAt: info.lastOutputAt,
    text: plainText(output?.bytes.toString('utf8') ?? '', lines),
  };
}
