/** One reason why something does not move: what it is, how that is known, and the command that changes it. */
export type Reason = {
  readonly code: string;
  readonly what: string;
  readonly evidence: string;
  readonly change: string | null;
};

/** Joins a reason from its parts. */
export const reason = (code: string, what: string, evidence: string, change: string | null = null): Reason => ({
  code,
  what,
  evidence,
  change,
});
