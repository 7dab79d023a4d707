import { othersThere } from '#core/merge';
import { relativeTime } from '#core/relative-time';
import type { Rig } from '#world/world';
import type { Queue, Request } from './mq-list.ts';
import { type Reason, reason } from './reason.ts';

/** Why a merge request does not land yet; without one, why a rig's train stands. */
export function whyTrain(queue: Queue, id: string | undefined, now: number): Reason[] {
  const { rig, requests } = queue;
  const request = id === undefined ? requests[0] : requests.find((one) => one.id === id);
  const reasons: Reason[] = queue.owed ? [whyOwed(queue, queue.owed, now)] : [];
  if (!request) return reasons;
  if (!queue.enabled)
    reasons.push(
      reason(
        'refinery-off',
        `The refinery of ${rig} is off.`,
        'merge_queue.enabled is false',
        `gt rig settings set ${rig} merge_queue.enabled true${request.state === 'submitted' ? '' : `, or gt land --direct ${request.work}`}`,
      ),
    );
  if (queue.blocked) reasons.push(whyBlocked(queue, queue.blocked, now));
  if (request.state === 'submitted')
    reasons.push(
      reason(
        'pinning',
        `${request.id} was handed in ${relativeTime(request.submittedAt, now)}.`,
        'its head is about to be pinned',
      ),
    );
  else if (request.state === 'landing') reasons.push(reason('landing', `${request.id} is landing.`, `on ${request.target}`));
  else if (request.state === 'checking') reasons.push(whyChecking(request, now));
  else reasons.push(whyQueued(request, requests));
  return reasons;
}

/** Why what has landed is not in the repository that the rig came from. Commits of others there are not overwritten: a person has to join the two. */
export function whyLeft({ unpushed, unpushedWhy, target }: Queue, { file, repo }: Rig): Reason[] {
  if (unpushed === 0) return [];
  const join = `on ${target} of ${file.git_url}: git pull --no-rebase '${repo}' ${target} && git push '${repo}' HEAD:${target}`;
  const mend = unpushedWhy === othersThere(target) ? join : 'mend that: it is tried again every minute';
  return [
    reason('not-pushed', `${unpushed} landed, and ${file.git_url} has not got it.`, unpushedWhy ?? 'nobody knows why', mend),
  ];
}

const whyOwed = ({ target }: Queue, { merge, tip, since, by, reason: said }: NonNullable<Queue['owed']>, now: number): Reason =>
  reason(
    'untested',
    `${merge} was landed on ${target} without its checks: they run on ${target} first, and nothing else lands before they have passed.`,
    `${by} said "${said.slice(0, 100)}" ${relativeTime(since, now)}, ${tip.slice(0, 10)}`,
  );

function whyBlocked({ rig, target }: Queue, blocked: NonNullable<Queue['blocked']>, now: number): Reason {
  const mend =
    blocked.why === 'base_red'
      ? `mend ${target}: the train goes on when it moves`
      : `mend merge_queue.check in the settings of ${rig}`;
  return reason(
    'train-blocked',
    `The train of ${rig} has stopped.`,
    `${blocked.note}, since ${relativeTime(blocked.since, now)}`,
    mend,
  );
}

function whyChecking(request: Request, now: number): Reason {
  if (!request.check) return reason('checking', `${request.id} is about to be checked.`, 'its candidate is built');
  const since = relativeTime(request.check.since, now);
  return reason('checking', `The checks of ${request.id} run.`, `${request.check.id}, asked for ${since}`);
}

function whyQueued(request: Request, requests: readonly Request[]): Reason {
  const place = request.place ?? 1;
  const ahead = requests.find((one) => one.place === place - 1);
  const behind = ahead ? `behind ${ahead.id} (${ahead.work}, ${ahead.state})` : 'it is next';
  return reason('queued', `${request.id} is ${place}. in the queue.`, behind, ahead ? `gt why ${ahead.work}` : null);
}
