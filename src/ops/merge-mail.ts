import type { Merge, Rework } from '#core/records';
import { reworkInWords } from '#core/work';
import type { Party, ProtocolMail } from './protocol-mail.ts';

/** What is told of a merge request: by whom, to whom. The evidence of one that comes back stands in the first prompt of the next run, and is told there. */

const about = ({ id, work, rig }: Merge) => ({ merge: id, work, rig });
const witness = ({ rig }: Merge): Party => ({ role: 'witness', rig });
const worker = ({ run }: Merge): Party => ({ worker: run });

/** It stands in the queue. */
export const mergeReady = (merge: Merge): ProtocolMail => ({
  facts: { type: 'MERGE_READY', ...about(merge), branch: merge.branch, head: merge.head, target: merge.target },
  from: `${merge.rig}/witness`,
  to: [{ role: 'refinery', rig: merge.rig }],
});

/** It has landed. */
export const mergedMail = (merge: Merge, commit: string): ProtocolMail => ({
  facts: { type: 'MERGED', ...about(merge), commit, target: merge.target },
  from: `${merge.rig}/refinery`,
  to: [witness(merge), worker(merge)],
});

/** It comes back: the checks failed, or it has to be brought up to the target. */
export const returnedMail = (merge: Merge, rework: Rework): ProtocolMail => ({
  facts: {
    type: rework.kind === 'checks' ? 'MERGE_FAILED' : 'REWORK_REQUEST',
    ...about(merge),
    why: reworkInWords(rework),
    head: merge.head,
  },
  from: `${merge.rig}/refinery`,
  to: [witness(merge), worker(merge)],
});
