/** What can go wrong with git, as exceptions. A merge conflict, a moved target or a clean worktree are answers, not faults. */

/** git itself failed: it could not be started, was killed, ran out of time or ended with a code that is no answer. */
export class GitFault extends Error {
  override readonly name: string = 'GitFault';
  /** The arguments that git was called with. */
  readonly argv: readonly string[];
  /** Its exit code, or null when it did not end by itself. */
  readonly code: number | null;
  /** The last 4 kB of what it said on stderr, or why it was not git that failed. */
  readonly stderr: string;

  constructor(argv: readonly string[], code: number | null, stderr: string) {
    const verb = argv.find((word) => /^[a-z][a-z-]*$/.test(word)) ?? 'git';
    super(`git ${verb}: ${lastLine(stderr) || `ended with ${code}`}`);
    this.argv = argv;
    this.code = code;
    this.stderr = stderr;
  }
}

/** Why a repository could not be cloned: the three that a person can mend are told apart. */
export type CloneFaultKind = 'not-a-repository' | 'unreachable' | 'empty';

/** `cloneBare` found nothing that it could clone. Nothing was left behind. */
export class CloneFault extends Error {
  override readonly name = 'CloneFault';
  readonly kind: CloneFaultKind;
  readonly why: string;

  constructor(kind: CloneFaultKind, why: string) {
    super(`${kind}: ${why}`);
    this.kind = kind;
    this.why = why;
  }
}

/** The line that says most: git's last `fatal:` or `error:`, else its last line. */
export function lastLine(stderr: string): string {
  const lines = stderr.trim().split('\n');
  return lines.findLast((line) => /^(fatal|error):/.test(line)) ?? lines.at(-1) ?? '';
}
