/**
 * The name of a polecat's branch, from the rig's template. Pure: the rules of `git check-ref-format` are ported, so that a template is refused when it
 * is set.
 */

/** What a template may name in braces. */
export const BRANCH_VARIABLES = ['user', 'year', 'month', 'name', 'issue', 'description', 'timestamp'] as const;

/** The templates used when the rig has none: with a work item, and without. */
const DEFAULT_BRANCH = {
  withIssue: 'polecat/{name}/{issue}@{timestamp}',
  withoutIssue: 'polecat/{name}-{timestamp}',
} as const;

const MAX_DESCRIPTION = 50;
/** A ref is a file below `refs/heads/`, and its lock needs five bytes more: names stay well under the 255 bytes of a path component. */
const MAX_BRANCH = 200;

export type BranchFacts = {
  /** `git config user.name`. */
  readonly user: string;
  /** The polecat's name. */
  readonly name: string;
  /** The whole id of the work item (`gp-4kx`); absent when there is none. */
  readonly issue?: string;
  /** The title of the work item. */
  readonly title?: string;
  /** Moment of the branch, ms since 1970: year and month are those of UTC. */
  readonly at: number;
};

/** Why a template or the name made of it will not do. */
export type BranchFault = { readonly fault: 'unknown-variable' | 'empty' | 'invalid'; readonly why: string };

/** Fills a template; an absent or blank one means the default. Tells a fault when it names an unknown variable, or when the result is no branch name. */
export function branchName(template: string | undefined, facts: BranchFacts): { branch: string } | BranchFault {
  const blank = template === undefined || template.trim() === '';
  const pattern = blank ? (facts.issue === undefined ? DEFAULT_BRANCH.withoutIssue : DEFAULT_BRANCH.withIssue) : template.trim();
  const values = valuesOf(facts);
  const unknown = [...pattern.matchAll(/\{([^{}]*)\}/g)].map((match) => match[1] ?? '').find((name) => !values.has(name));
  if (unknown !== undefined)
    return { fault: 'unknown-variable', why: `{${unknown}} is none of ${BRANCH_VARIABLES.map((name) => `{${name}}`).join(' ')}` };
  const branch = pattern.replace(/\{([^{}]*)\}/g, (_, name: string) => values.get(name) ?? '');
  if (branch === '') return { fault: 'empty', why: `${pattern} gives an empty name` };
  const why = branchNameFault(branch);
  return why === undefined ? { branch } : { fault: 'invalid', why: `${pattern} gives "${branch}", which ${why}` };
}

/** Judges a template when it is set, by filling it with ordinary facts. Undefined when it is good. */
export function templateFault(template: string): BranchFault | undefined {
  const tried = branchName(template, { user: 'adam', name: 'alpha', issue: 'gt-123', title: 'Fix auth bug', at: 0 });
  return 'fault' in tried ? tried : undefined;
}

/** `wanted`, or with `-2`, `-3` … the first that is not `taken` (by another item, or an earlier generation of this one). */
export function freeBranch(wanted: string, taken: (branch: string) => boolean): string {
  let branch = wanted;
  for (let number = 2; taken(branch); number++) branch = `${wanted}-${number}`;
  return branch;
}

/** Lower case `[a-z0-9-]`, at most 50 characters, no hyphen at either end; empty when nothing of the text remains. */
export function slug(text: string): string {
  const plain = text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  const hyphened = plain.replace(/[^a-z0-9]+/g, '-').replace(/^-+/, '');
  return hyphened.slice(0, MAX_DESCRIPTION).replace(/-+$/, '');
}

function valuesOf({ user, name, issue, title, at }: BranchFacts): Map<string, string> {
  const date = new Date(at);
  const number = issue === undefined ? '' : issue.slice(issue.lastIndexOf('-') + 1);
  return new Map<string, string>([
    ['user', slug(user) || 'gt'],
    ['year', String(date.getUTCFullYear() % 100).padStart(2, '0')],
    ['month', String(date.getUTCMonth() + 1).padStart(2, '0')],
    ['name', name],
    ['issue', number],
    // A title without a Latin letter or digit leaves nothing: work on it must not fail for that.
    ['description', slug(title ?? '') || number || name],
    ['timestamp', at.toString(36)],
  ]);
}

/** Why git would not take this as a branch name, or undefined: the rules of git-check-ref-format(1) with `--branch`, and a length that fits a file system. */
export function branchNameFault(branch: string): string | undefined {
  if (branch === '') return 'is empty';
  if (new TextEncoder().encode(branch).length > MAX_BRANCH) return `is longer than ${MAX_BRANCH} bytes`;
  if (branch === 'HEAD' || branch === '@') return 'has a meaning of its own in git';
  if (branch.startsWith('-')) return 'begins with a hyphen';
  if (/[\x00-\x20\x7f~^:?*[\\]/.test(branch)) return 'holds a space, a control character or one of ~ ^ : ? * [ \\';
  if (branch.includes('..')) return 'holds two dots in a row';
  if (branch.includes('@{')) return 'holds @{';
  if (branch.endsWith('.')) return 'ends with a dot';
  const parts = branch.split('/');
  if (parts.includes('')) return 'has an empty part between slashes';
  if (parts.some((part) => part.startsWith('.'))) return 'has a part that begins with a dot';
  if (parts.some((part) => part.endsWith('.lock'))) return 'has a part that ends with .lock';
  return undefined;
}
