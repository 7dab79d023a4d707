import type { Palette } from '#cli/colour';
import type { Issue } from '#views/beads';

const ICONS: Readonly<Record<string, string>> = {
  open: '○',
  in_progress: '◐',
  hooked: '◐',
  blocked: '●',
  closed: '✓',
  deferred: '❄',
  pinned: '📌',
};

/** The mark of a status. */
export const icon = (status: string): string => ICONS[status] ?? '○';

/** An issue in one line. */
export function line({ id, title, status, priority, issue_type, assignee, labels }: Issue, paint: Palette): string {
  const tail = [
    `[P${priority}]`,
    `[${issue_type}]`,
    ...(assignee ? [`@${assignee}`] : []),
    ...(labels && labels.length > 0 ? [`[${labels.join(' ')}]`] : []),
  ];
  return `${icon(status)} ${paint.bold(id)} ${tail.join(' ')} - ${title}`;
}
