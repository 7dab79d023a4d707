import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { othersThere } from '#core/merge';
import type { Context } from './context.ts';
import { GitFault, lastLine } from './fault.ts';
import type { MirrorOutcome } from './git.ts';
import { localPath } from './origin.ts';
import { isAncestor, readRef, resolve } from './refs.ts';

export type MirrorInput = { readonly repo: string; readonly target: string; readonly timeoutMs: number };

/**
 * Brings the landed target to where the rig came from. Never throws for what the origin does or lacks: the landing holds, the rest is `left` with a why, and
 * the next landing tries again. The origin's own commits are never overwritten: it moves only forward, to a tip that contains its own.
 */
export async function mirror(context: Context, input: MirrorInput): Promise<MirrorOutcome> {
  const url = (await context.run(['config', 'remote.origin.url'], { repo: input.repo, ok: [0, 1] })).out.replace(/\n$/, '');
  if (url === '') return left('the rig has no origin');
  const tip = await readRef(context, input.repo, `refs/heads/${input.target}`);
  if (tip === undefined) return left(`the rig has no branch ${input.target}`);
  const path = localPath(url);
  try {
    const checkout = path === undefined ? undefined : await findCheckout(context, path, input.target);
    return checkout === undefined ? await push(context, input, url, tip) : await fastForward(context, input, checkout, tip);
  } catch (fault) {
    if (fault instanceof GitFault) return left(lastLine(fault.stderr).replace(/^(fatal|error): /, ''));
    throw fault;
  }
}

function left(why: string): MirrorOutcome {
  return { state: 'left', why };
}

async function push(
  context: Context,
  { repo, target, timeoutMs }: MirrorInput,
  url: string,
  tip: string,
): Promise<MirrorOutcome> {
  const { run } = context;
  const ref = `refs/heads/${target}`;
  const line = { repo, settings: 'network', timeoutMs } as const;
  const old = (await run(['ls-remote', '--', url, ref], line)).out.split('\t')[0] ?? '';
  if (old === tip) return { state: 'pushed' };
  if (old !== '' && !(await contains(context, repo, tip, old))) return left(othersThere(target));
  // The lease names what we just saw: whoever pushes in between wins, and we are left behind until the next landing.
  const pushed = await run(['push', '-q', '--atomic', `--force-with-lease=${ref}:${old}`, '--', url, `${tip}:${ref}`], {
    ...line,
    ok: [0, 1],
  });
  return pushed.code === 0 ? { state: 'pushed' } : left(`the push was refused: ${rejection(pushed.err)}`);
}

function rejection(err: string): string {
  const line = err.split('\n').find((text) => text.includes('[rejected]') || text.includes('[remote rejected]'));
  return line?.replace(/^.*\((.*)\)\s*$/, '$1').trim() ?? lastLine(err);
}

/** Whether `tip` has `old` in its history; a commit that the rig does not know is not in it. */
async function contains(context: Context, repo: string, tip: string, old: string): Promise<boolean> {
  return (await resolve(context, repo, old)) !== undefined && (await isAncestor(context, repo, old, tip));
}

type Checkout = { readonly dir: string; readonly head: string; readonly busy?: string };

/** The working folder of `origin` in which `target` is checked out (or being rebased), if there is one: git refuses a push to it. */
async function findCheckout({ run }: Context, origin: string, target: string): Promise<Checkout | undefined> {
  const personal = { dir: origin, settings: 'personal' } as const;
  const { out } = await run(['worktree', 'list', '--porcelain', '-z'], personal);
  for (const block of out.split('\0\0')) {
    const said = new Map(block.split('\0').map((line) => [line.split(' ')[0] ?? '', line.slice(line.indexOf(' ') + 1)]));
    const dir = said.get('worktree') ?? '';
    if (said.has('bare') || !existsSync(dir)) continue;
    const head = said.get('HEAD') ?? '';
    if (said.get('branch') === `refs/heads/${target}`) return { dir, head };
    if (said.has('detached') && (await rebasing(run, dir)) === `refs/heads/${target}`)
      return { dir, head, busy: 'it is being rebased there' };
  }
  return undefined;
}

async function rebasing(run: Context['run'], dir: string): Promise<string | undefined> {
  const gitDir = (await run(['rev-parse', '--absolute-git-dir'], { dir, settings: 'personal' })).out.trim();
  for (const kind of ['rebase-merge', 'rebase-apply']) {
    const name = await readFile(join(gitDir, kind, 'head-name'), 'utf8').catch(() => undefined);
    if (name !== undefined) return name.trim();
  }
  return undefined;
}

async function fastForward(
  context: Context,
  { repo, target, timeoutMs }: MirrorInput,
  checkout: Checkout,
  tip: string,
): Promise<MirrorOutcome> {
  const { run } = context;
  const { dir, head, busy } = checkout;
  const there = { dir, settings: 'personal', timeoutMs } as const;
  if (busy !== undefined) return left(busy);
  if (head === tip) return { state: 'fast-forwarded' };
  if (!(await contains(context, repo, tip, head))) return left(othersThere(target));
  const changed = (await run(['status', '--porcelain', '-z', '--untracked-files=no'], there)).out;
  if (changed !== '') return left(`${target} is checked out at ${dir} with changes that are not committed`);
  await run(['fetch', '-q', '--no-tags', '--no-write-fetch-head', '--', repo, `refs/heads/${target}`], there);
  const forward = await run(['merge', '-q', '--ff-only', '--no-stat', tip], { ...there, ok: [0, 1, 2, 128] });
  return forward.code === 0 ? { state: 'fast-forwarded' } : left(lastLine(forward.err).replace(/^(fatal|error): /, ''));
}
