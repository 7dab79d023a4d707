import type { Fields } from './agents.ts';
import { isRefusal, type Refusal, refuse } from './refusals.ts';
import { commandLine } from './shell-words.ts';

/** What a person sets for an agent on the command line. */
export type AgentEntry = { readonly name: string; readonly line: string; readonly like?: string | undefined };

const NAME = /^[A-Za-z][\w.-]*$/;

/**
 * The entry of an agent with another command; whatever else it says stays. A new agent whose program is that of a built-in one is like that one, or it would
 * be started without the words by which it asks nobody. @param programs built-in names by the programs that they start
 */
export function agentEntry(
  { name, line, like }: AgentEntry,
  existing: Fields | undefined,
  programs: Readonly<Record<string, string>>,
): Fields | Refusal {
  if (!NAME.test(name))
    return refuse('USAGE', { what: `\`${name}\` is no name for an agent.`, hint: 'Use letters, digits, - and _.' });
  const read = commandLine(line);
  if (isRefusal(read)) return read;
  const { command, args, env } = read;
  const program = command.split('/').at(-1) ?? command;
  const guessed = existing === undefined && Object.hasOwn(programs, program) ? programs[program] : undefined;
  const base = like ?? guessed;
  const vars = { ...(existing?.['env'] as Record<string, string> | undefined), ...env };
  return {
    ...existing,
    command,
    args,
    ...(Object.keys(vars).length > 0 ? { env: vars } : {}),
    ...(base !== undefined && base !== name ? { like: base } : {}),
  };
}
