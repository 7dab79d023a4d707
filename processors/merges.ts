import { HOLD_MS } from '#core/limits';
import { candidateRef, pinRef, queued } from '#core/merge';
import { mergeReady } from '#ops/merge-mail';
import { alsoTold } from '#ops/protocol-mail';
import { failpoint } from '#world/failpoint';
import type { World } from '#world/world';
import { done, type Processor, sleep } from './answer.ts';
import { bringHome } from './home.ts';
import { showMayor } from './mayor-clones.ts';

/** A merge request's life beside the train: pins its head, stands in the queue, and brings the landing to where the rig came from. */
export const merges: Processor<'merges', World> = async (turn, world) => {
  const { desk, git } = world;
  for (let { doc } = turn; ; { doc } = await turn.again()) {
    if (!doc) return done('gone');
    const { repo } = world.rig(doc.rig);
    const { id } = doc;
    switch (doc.state) {
      case 'submitted': {
        await git.pin(repo, pinRef(id), doc.head);
        failpoint('pin');
        await desk.change(async (reading) => {
          const now = await reading.get('merge', id);
          return now?.state === 'submitted'
            ? alsoTold(desk, reading, { ...queued(now), answer: undefined }, [mergeReady(now)])
            : { put: [], answer: undefined };
        });
        break;
      }
      case 'queued':
      case 'checking':
      case 'landing': {
        const place = await desk.books.rank(`merges.queued:${doc.rig}`, id);
        const where = place === undefined ? '' : `, ${place + 1}. in line`;
        return sleep(
          desk.clock.now() + HOLD_MS,
          { queued: `waits for the train${where}`, checking: 'its checks run', landing: 'is being landed' }[doc.state],
        );
      }
      case 'merged': {
        await git.unpin(repo, candidateRef(id));
        if (doc.mirror) return done('merged');
        await turn.show('bringing the landing to where the rig came from');
        await bringHome(doc.rig, doc.id, world);
        await showMayor([doc.rig], world);
        break;
      }
      case 'returned':
      case 'superseded':
      case 'cancelled':
        await git.unpin(repo, candidateRef(id));
        return done(doc.state);
      default:
        doc.state satisfies never;
    }
  }
};
