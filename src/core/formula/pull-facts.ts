import { z } from 'zod';

/** What GitHub's command line answered, as an end of a program. */
type Answer = { readonly code: number | null; readonly out: string; readonly err: string; readonly cut?: string };

const pull = z.object({
  title: z.string(),
  files: z.array(z.object({ path: z.string(), additions: z.number().default(0), deletions: z.number().default(0) })).default([]),
});

/** Title and changed files of a pull request, from `gh pr view N --json title,files`; or why they are not known. */
export function readPull({
  code,
  out,
  err,
  cut,
}: Answer): { readonly pr_title: string; readonly changed_files: z.infer<typeof pull>['files'] } | { readonly lacks: string } {
  if (cut === 'absent') return { lacks: "GitHub's command line `gh` is not on PATH" };
  if (cut !== undefined) return { lacks: `\`gh\` did not answer (${cut})` };
  if (code !== 0) return { lacks: `\`gh\` says: ${(err.trim().split('\n')[0] ?? '').slice(0, 200) || `exit ${code}`}` };
  try {
    const { title, files } = pull.parse(JSON.parse(out));
    return { pr_title: title, changed_files: files };
  } catch {
    return { lacks: '`gh` said what nobody understands' };
  }
}
