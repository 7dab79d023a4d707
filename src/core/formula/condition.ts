/** The condition of a step, judged when a formula is filled with values: `{{x}}`, `!{{x}}`, `{{x}} == value`, `{{x}} != value`. */

export type Condition = {
  readonly name: string;
  /** Absent: the value itself is judged. */
  readonly compare?: { readonly equal: boolean; readonly value: string };
  readonly negated: boolean;
};

export const CONDITION_FORMS = 'write `{{x}}`, `!{{x}}`, `{{x}} == value` or `{{x}} != value`';

/** Reads a condition; `always` when it is empty, undefined when it is none. */
export function parseCondition(written: string): Condition | 'always' | undefined {
  const text = written.trim();
  if (text === '') return 'always';
  const plain = /^(!?)\{\{([A-Za-z0-9_]+)\}\}$/.exec(text);
  if (plain) return { name: plain[2] ?? '', negated: plain[1] === '!' };
  const compared = /^\{\{([A-Za-z0-9_]+)\}\}\s*([=!]=)\s*(\S.*)$/.exec(text);
  if (!compared) return undefined;
  const [, name = '', op, value = ''] = compared;
  return { name, negated: false, compare: { equal: op === '==', value: unquoted(value) } };
}

/** Whether the condition holds with these values; a name without a value is empty. */
export function holds(condition: Condition | 'always', values: ReadonlyMap<string, string>): boolean {
  if (condition === 'always') return true;
  const value = values.get(condition.name) ?? '';
  if (condition.compare) return (value === condition.compare.value) === condition.compare.equal;
  return isTruthy(value) !== condition.negated;
}

/** Empty, `false`, `0`, `no` and `off` are false, in capitals too. */
function isTruthy(value: string): boolean {
  return !['', 'false', '0', 'no', 'off'].includes(value.toLowerCase());
}

/** The text without one pair of quotes around it. */
export function unquoted(text: string): string {
  return /^(["']).*\1$/s.test(text) && text.length > 1 ? text.slice(1, -1) : text;
}
