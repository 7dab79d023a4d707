--[==[
Wakes sleeping jobs of one queue: each id that is in `delayed` or in `waiting-children` goes to `wait`, and the worker is told once.

KEYS[1]  BullMQ's prefix of the queue's keys, "<prefix>:<queue>:"
ARGV     job ids
Returns one number per id: 1 woken · 0 active or waiting already · -1 no such job · -2 ended (completed or failed)
Knows BullMQ's keys (wait, delayed, waiting-children, completed, failed, meta, marker, events; the job hash's `delay`), hence bullmq is pinned and
the contract test runs this against the installed version. Not for jobs with priorities: they would lie in another set.
]==]
local p, codes, woken = KEYS[1], {}, false
for i, id in ipairs(ARGV) do
  local from
  if redis.call('ZREM', p .. 'delayed', id) == 1 then
    from = 'delayed'
    redis.call('HSET', p .. id, 'delay', 0)
  elseif redis.call('ZREM', p .. 'waiting-children', id) == 1 then
    from = 'waiting-children'
  end
  if from then
    woken = true
    codes[i] = 1
    redis.call('LPUSH', p .. 'wait', id)
    redis.call('XADD', p .. 'events', 'MAXLEN', '~', 500, '*', 'event', 'waiting', 'jobId', id, 'prev', from)
  elseif redis.call('EXISTS', p .. id) == 0 then
    codes[i] = -1
  elseif redis.call('ZSCORE', p .. 'completed', id) or redis.call('ZSCORE', p .. 'failed', id) then
    codes[i] = -2
  else
    codes[i] = 0
  end
end
if woken and redis.call('HEXISTS', p .. 'meta', 'paused') == 0 then redis.call('ZADD', p .. 'marker', 0, '0') end
return codes
