/** The keys of a step that are gt's own: who does it, what gt runs there. Other projects do not have them; theirs of the same name are kept, not read. */

export const EXECUTORS = ['agent', 'polecat', 'command', 'mark'] as const;

/** Who does a step, when the formula says it; and what gt runs there. Commands run in the worktree, by `sh -c`. */
export type StepExec = {
  readonly executor?: (typeof EXECUTORS)[number];
  /** `command`: what the worker runs. */
  readonly run?: string;
  /** The command may be run again when nobody knows whether it ran to its end. */
  readonly repeatable?: boolean;
  /** A command that ends with 0 when the step is done already. */
  readonly done_if?: string;
  /** A Go duration, for `run`, `check` and `done_if` each. */
  readonly timeout?: string;
  /** A command that must end with 0 before the step may be closed as done. */
  readonly check?: string;
};

/** The step's own keys of gt, `run` with the executor that it implies; undefined when it has none. */
export function execOf({ executor, run, repeatable, done_if, timeout, check }: StepExec): StepExec | undefined {
  const who = executor ?? (run === undefined ? undefined : 'command');
  const exec: StepExec = {
    ...(who === undefined ? {} : { executor: who }),
    ...(run === undefined ? {} : { run }),
    ...(repeatable === undefined ? {} : { repeatable }),
    ...(done_if === undefined ? {} : { done_if }),
    ...(timeout === undefined || (run === undefined && check === undefined) ? {} : { timeout }),
    ...(check === undefined ? {} : { check }),
  };
  return Object.keys(exec).length > 0 ? exec : undefined;
}

/** The texts among them changed by `fill`; the others stay. */
export function mapExec<T extends StepExec>(exec: T, fill: (text: string) => string): T {
  const { run, done_if, timeout, check } = exec;
  return {
    ...exec,
    ...(run === undefined ? {} : { run: fill(run) }),
    ...(done_if === undefined ? {} : { done_if: fill(done_if) }),
    ...(timeout === undefined ? {} : { timeout: fill(timeout) }),
    ...(check === undefined ? {} : { check: fill(check) }),
  };
}

/** Changes a command everywhere but in `${…}`, which is the shell's. */
export function besideShell(fill: (text: string) => string): (command: string) => string {
  return (command) =>
    command.includes('${')
      ? command
          .split(/(\$\{[^}]*\})/)
          .map((part, index) => (index % 2 === 1 ? part : fill(part)))
          .join('')
      : fill(command);
}
