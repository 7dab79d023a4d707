import { unquoted } from './condition.ts';

/** Conditions that are judged while a molecule runs: the end of a loop with `until`, and gates of `compose`. */

type Op = '==' | '!=' | '>' | '>=' | '<' | '<=';
type Value = { readonly op: Op; readonly value: string };

export type RunCondition =
  | { readonly of: 'file'; readonly path: string }
  | ({ readonly of: 'env'; readonly name: string } & Value)
  | {
      readonly of: 'each';
      readonly among: 'children' | 'descendants' | 'steps';
      readonly ref: string;
      readonly how: 'all' | 'any' | 'count';
      readonly inner: RunCondition;
      /** Of `count` only. */
      readonly compare?: Value;
    }
  | ({ readonly of: 'tally'; readonly status: string } & Value)
  | ({ readonly of: 'step'; readonly ref: string; readonly field: readonly string[] } & Value);

/** A step while it runs. */
type Running = { readonly id: string; readonly status: string; readonly output: unknown };

/** What conditions may ask. `self` is the step that has the condition. */
export type RunFacts = {
  readonly self: Running;
  readonly fileExists: (path: string) => boolean;
  readonly env: (name: string) => string | undefined;
  readonly step: (ref: string) => Running | undefined;
  readonly children: (ref: string) => readonly Running[];
  readonly descendants: (ref: string) => readonly Running[];
  readonly steps: readonly Running[];
};

const COMPARE = /^(.*?)\s*(==|!=|>=|<=|>|<)(?![=!<>])\s*(\S.*)$/s;

/** Reads a condition; undefined when it is none. */
export function parseRunCondition(written: string, depth = 0): RunCondition | undefined {
  const text = written.trim();
  if (depth > 16) return undefined;
  const file = /^file\.exists\(\s*(?:'([^']+)'|"([^"]+)")\s*\)$/.exec(text);
  if (file) return { of: 'file', path: file[1] ?? file[2] ?? '' };
  const each = /^(children|descendants|steps)\(\s*([\w.-]*)\s*\)\.(all|any|count)\(/.exec(text);
  if (each) return parseEach(text, each, depth);
  const [, left = '', op, right = ''] = COMPARE.exec(text) ?? [];
  if (op === undefined) return undefined;
  const value: Value = { op: op as Op, value: unquoted(right.trim()) };
  const env = /^env\.([A-Za-z_]\w*)$/.exec(left);
  if (env) return { of: 'env', name: env[1] ?? '', ...value };
  const tally = /^steps\.(pending|in_progress|complete|failed)$/.exec(left);
  if (tally) return /^-?\d+$/.test(value.value) ? { of: 'tally', status: tally[1] ?? '', ...value } : undefined;
  const path = /^(?:([\w-]+(?:\.[\w-]+)*?)\.)?(status|output(?:\.[\w-]+)*)$/.exec(left);
  return path ? { of: 'step', ref: path[1] ?? 'step', field: (path[2] ?? '').split('.'), ...value } : undefined;
}

/** `children(x).count(inner) > 2`: the parenthesis that ends `inner` is the one that closes the first. */
function parseEach(text: string, head: RegExpExecArray, depth: number): RunCondition | undefined {
  let open = 1;
  let end = head[0].length;
  for (; end < text.length && open > 0; end++) open += text[end] === '(' ? 1 : text[end] === ')' ? -1 : 0;
  if (open > 0) return undefined;
  const inner = parseRunCondition(text.slice(head[0].length, end - 1), depth + 1);
  if (!inner) return undefined;
  const [, among, ref = '', how] = head as unknown as [string, 'children', string, 'all' | 'any' | 'count'];
  const rest = text.slice(end).trim();
  const base = { of: 'each', among, ref: ref || 'step', how, inner } as const;
  if (how !== 'count') return rest === '' ? base : undefined;
  const [, left, op, right = ''] = COMPARE.exec(rest) ?? [];
  return left === '' && /^\d+$/.test(right.trim()) ? { ...base, compare: { op: op as Op, value: right.trim() } } : undefined;
}

/** Why a text is no such condition, or undefined when it is one. */
export function runConditionFault(written: string): string | undefined {
  return parseRunCondition(written)
    ? undefined
    : `condition is not understood: ${written}: write e.g. \`step.status == 'complete'\`, \`x.output.ok == true\`, \`file.exists('path')\``;
}

/** Whether the condition holds now. A step that is not there makes it false; all of nothing is false too. */
export function holdsNow(condition: RunCondition, facts: RunFacts): boolean {
  switch (condition.of) {
    case 'file':
      return facts.fileExists(condition.path);
    case 'env':
      return compare(facts.env(condition.name) ?? '', condition);
    case 'tally':
      return compare(String(facts.steps.filter(({ status }) => status === condition.status).length), condition);
    case 'step': {
      const step = condition.ref === 'step' ? facts.self : facts.step(condition.ref);
      return step !== undefined && compare(fieldOf(step, condition.field), condition);
    }
    case 'each': {
      const ref = condition.ref === 'step' ? facts.self.id : condition.ref;
      const all = condition.among === 'steps' ? facts.steps : facts[condition.among](ref);
      const held = all.filter((self) => holdsNow(condition.inner, { ...facts, self })).length;
      if (condition.compare) return compare(String(held), condition.compare);
      return condition.how === 'all' ? all.length > 0 && held === all.length : held > 0;
    }
  }
}

function fieldOf(step: Running, field: readonly string[]): string {
  let at: unknown = step;
  for (const part of field)
    at = typeof at === 'object' && at !== null && Object.hasOwn(at, part) ? (at as Record<string, unknown>)[part] : undefined;
  if (at === undefined || at === null) return '';
  return typeof at === 'object' ? JSON.stringify(at) : String(at);
}

/** Equal by text; in order by number when both are numbers, else by text. */
function compare(left: string, { op, value }: Value): boolean {
  if (op === '==') return left === value;
  if (op === '!=') return left !== value;
  const numbers = left.trim() !== '' && value.trim() !== '' && !Number.isNaN(Number(left)) && !Number.isNaN(Number(value));
  const [a, b] = numbers ? [Number(left), Number(value)] : [left, value];
  return op === '>' ? a > b : op === '>=' ? a >= b : op === '<' ? a < b : a <= b;
}
