import type { DefinedAgent } from '#core/agent-definitions';
import { fill } from '#core/places';
import { type Refusal, refuse } from '#core/refusals';

/** What a login needs of the world. */
export type LoginGround = {
  readonly isTerminal: boolean;
  /** The configuration directory that the town uses for the agent: its own, or the one that a person named. */
  readonly config: string;
  readonly root: string;
  /** Writes what keeps the program from asking other questions. */
  provision(): Promise<unknown>;
  /** Runs a program in the caller's terminal until it ends. @returns its exit code, 128 and more for a signal */
  run(argv: readonly string[], env: Readonly<Record<string, string>>): Promise<number>;
};

export type LoggedIn = { readonly agent: string; readonly config: string; readonly code: number };

/**
 * A person logs in once for the whole town: the program is started in their own terminal with the configuration directory that its agents have. gt sees
 * neither key nor token, and copies none: the program keeps what it is given where it always does, in that directory.
 */
export async function agentLogin({ name, preset }: DefinedAgent, ground: LoginGround): Promise<LoggedIn | Refusal> {
  const { config, root } = ground;
  if (Object.keys(preset.config.variables).length === 0)
    return refuse('USAGE', {
      what: `\`${name}\` has no configuration directory of the town's own: it has the login that you have.`,
      hint: `Log in as you always do: \`${preset.command}\`.`,
    });
  if (!ground.isTerminal)
    return refuse('USAGE', { what: 'A login needs a terminal.', hint: `Call it from one: \`gt config agent login ${name}\`.` });
  await ground.provision();
  const env = Object.entries({ ...preset.config.variables, ...preset.env }).map(([key, value]) => [
    key,
    fill(value, { config, root }),
  ]);
  const code = await ground.run([preset.command, ...preset.login], Object.fromEntries(env));
  return { agent: name, config, code };
}
