/** Files by which a repository speaks to an agent program: with them an agent would obey the repository's instructions beside gt's. */
export const CONTEXT_FILES: readonly string[] = ['!/.claude/', '!/CLAUDE.md', '!/CLAUDE.local.md', '!/.mcp.json'];

/** The patterns of a worktree's sparse checkout: what speaks to Claude is left out of every one, and what speaks to its own agent's program. */
export const hiding = (own: readonly string[] = []): string[] => ['/*', ...new Set([...CONTEXT_FILES, ...own])];

/** Whether a path (from the root of the worktree, with /) is left out by the patterns of a sparse checkout as gt writes them; the last that fits counts. */
export function isHidden(path: string, patterns: readonly string[]): boolean {
  let hidden = false;
  for (const pattern of patterns) {
    const away = pattern.startsWith('!');
    const at = pattern.replace(/^!?\//, '').replaceAll(/\\(.)/g, '$1');
    if (at === '*') hidden = away;
    else if (at.endsWith('/') ? path.startsWith(at) || path === at.slice(0, -1) : path === at || path.startsWith(`${at}/`))
      hidden = away;
  }
  return hidden;
}
