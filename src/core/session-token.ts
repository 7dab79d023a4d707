import { isAgentId } from './holder.ts';
import { parentOf } from './ids.ts';

/**
 * The token of a session: `<town>.<session id>.<secret>`, in its environment as GT_SESSION. It finds the session's processes, and it is what the books
 * hear. It is made from the town's secret, so that books cut back to an earlier instant give the same session the same token again.
 */
export type TokenParts = {
  readonly town: string;
  readonly session: string;
  /** Whose session it is: a run, or a lasting agent. */
  readonly run: string;
  /** The recipient whose line is its. */
  readonly line: string;
};

/** Takes a token apart; undefined when it has not the form of one. */
export function parseToken(token: string): TokenParts | undefined {
  const match = /^([a-z0-9]+)\.([A-Za-z]\w*-[\w-]+(?:\.\d+)*(?:\.r\d+)?\.s\d+)\.([0-9a-f]{16,})$/.exec(token);
  if (!match?.[1] || !match[2]) return undefined;
  const run = parentOf(match[2]);
  if (!/\.r\d+$/.test(run) && !isAgentId(run)) return undefined;
  return { town: match[1], session: match[2], run, line: isAgentId(run) ? run : parentOf(run) };
}
