import { type AgentState, agentState } from '#core/agent-state';
import { addressOf, type Holder, isAgent, lineOf } from '#core/holder';
import { plainText } from '#core/plain-text';
import { isRefusal, type Refusal, refuse } from '#core/refusals';
import type { Host } from '#world/pty/host';

/** What an agent's terminal shows. */
export type Peek = {
  readonly agent: string;
  readonly session: string;
  readonly work: string;
  /** Of the session, as the host says it; `over` when only its record is left. */
  readonly state: string;
  /** What its agent is at, how that is known, and what a person is to do about it. */
  readonly agentState: AgentState;
  readonly pid: number | null;
  readonly lastOutputAt: number | null;
  readonly text: string;
  /** What the program calls its terminal, where the host keeps its screen. */
  readonly title?: string;
};

/** `screen`: the screen data of its agent's preset; absent where that cannot be told. */
type Asked = { readonly lines: number; readonly colour: boolean; readonly screen?: object | undefined };

/** Some lines take many bytes of paint; this much of the output is looked at for each (bytes). */
const A_LINE = 2048;
/** More rows than this no screen keeps. */
const ROWS = 2000;

/**
 * What an agent's terminal shows: its screen, or of a host that keeps none for it the end of its output as plain text; of a session that is over, what was
 * kept of it. NO_OUTPUT when there is nothing.
 */
export async function peek(
  host: Pick<Host, 'get' | 'output' | 'peek' | 'look' | 'features'> | Refusal,
  holder: Holder,
  asked: Asked,
): Promise<Peek | Refusal> {
  const agent = isAgent(holder) ? addressOf(holder) : `${holder.rig}/${holder.name}`;
  const { screen, ...view } = asked;
  const { lines } = view;
  const { session } = holder;
  if (!session) return refuse('NO_OUTPUT', { agent });
  const about = { agent, session: session.id, work: lineOf(holder) };
  const info = isRefusal(host) ? undefined : await host.get(session.id);
  if (info && !isRefusal(host)) {
    const { state, pid, lastOutputAt } = info;
    const canLook = screen !== undefined && state === 'running' && host.features.has('nudge');
    const looked = canLook ? await host.look(session.id, screen).catch(() => undefined) : undefined; // it may just have ended
    const seen = { ...about, state, pid, lastOutputAt, agentState: agentState(holder, { host: info, seen: looked }) };
    const shown = host.features.has('screen')
      ? await host.peek(session.id, { ...view, lines: Math.min(lines, ROWS) })
      : undefined;
    if (shown) return { ...seen, text: shown.text, ...(shown.title !== '' && { title: shown.title }) };
    const output = await host.output(session.id, Math.max(0, info.seq - lines * A_LINE));
    return { ...seen, text: plainText(output?.bytes.toString('utf8') ?? '', lines) };
  }
  if (session.lastWords === undefined) return isRefusal(host) ? host : refuse('NO_OUTPUT', { agent });
  const text = plainText(session.lastWords, lines);
  return { ...about, state: 'over', agentState: agentState(holder, {}), pid: null, lastOutputAt: session.exit?.at ?? null, text };
}
