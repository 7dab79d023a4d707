--[==[
Writes one change of the books, all of it or nothing. Knows versions, not verbs: what a change means is decided in core.

KEYS[1]  prefix of the books; every other key is derived from it (one slot by the town's hash tag, so not for a cluster without tags)
ARGV[1]  the change as JSON:
  commit   id of this commit; the same id again gets the first answer (kept for `memory` ms) and writes nothing
  now      ms     memory  ms
  schema   number that the books must have (books without one take it)
  epoch    the worker's epoch, or 0 for an op: anyone's commit must come from the worker of now
  self     member of the committing job, never marked by its own commit; or ""
  read     [[noun, id, version]]                   versions that were read; 0 = absent
  put      [[noun, id]]                            documents follow as ARGV[2..], in this order
  drop     [[noun, id]]                            records that go, with their text and their edges
  on, off  [[index, score, member]], [[index, member]]
  settle   [id]        ends: taken out of the unmet sets of its successors; an emptied set marks the successor's job
  unsettle [id]        open again: put back into them
  needs    [[id, job, [on]]]                       new edges
  text     [[id, {field: text}]]
  marks    [member]    jobs that the change concerns
  events   [[field, value, ...]]                   fields of each event;  kept: about this many
Returns JSON: {"marked": [member], "event": id of the last event}
          or  {"clash": "noun:id"}  {"stale": epoch in force}  {"schema": number in force}; then nothing was written.
It never reads a document, never touches a key of BullMQ, and wakes nobody: the caller wakes what was marked.
]==]
local p, c = KEYS[1], cjson.decode(ARGV[1])
local done = redis.call('GET', p .. 'commit:' .. c.commit)
if done then return done end

local schema = redis.call('GET', p .. 'schema')
if not schema then redis.call('SET', p .. 'schema', c.schema) elseif tonumber(schema) ~= c.schema then return cjson.encode({ schema = tonumber(schema) }) end
if c.epoch ~= 0 then
  local epoch = tonumber(redis.call('GET', p .. 'epoch') or 0)
  if epoch ~= c.epoch then return cjson.encode({ stale = epoch }) end
end
for _, r in ipairs(c.read) do
  if tonumber(redis.call('HGET', p .. r[1] .. ':' .. r[2], 'v') or 0) ~= r[3] then return cjson.encode({ clash = r[1] .. ':' .. r[2] }) end
end

local marked = {}
local function mark(job)
  if job ~= c.self then
    redis.call('ZADD', p .. 'unseen', 'NX', c.now, job)
    marked[#marked + 1] = job
  end
end

for i, w in ipairs(c.put) do
  local key = p .. w[1] .. ':' .. w[2]
  redis.call('HSET', key, 'doc', ARGV[i + 1])
  redis.call('HINCRBY', key, 'v', 1)
end
for _, w in ipairs(c.drop) do redis.call('DEL', p .. w[1] .. ':' .. w[2], p .. 'text:' .. w[2]) end
for _, x in ipairs(c.off) do redis.call('ZREM', p .. 'i:' .. x[1], x[2]) end
for _, x in ipairs(c.on) do redis.call('ZADD', p .. 'i:' .. x[1], x[2], x[3]) end
for _, n in ipairs(c.needs) do
  for _, on in ipairs(n[3]) do
    redis.call('SADD', p .. 'unmet:' .. n[1], on)
    redis.call('HSET', p .. 'succ:' .. on, n[1], n[2])
  end
end
for _, id in ipairs(c.settle) do
  local waiting = redis.call('HGETALL', p .. 'succ:' .. id)
  for i = 1, #waiting, 2 do
    local unmet = p .. 'unmet:' .. waiting[i]
    if redis.call('SREM', unmet, id) == 1 and redis.call('SCARD', unmet) == 0 then mark(waiting[i + 1]) end
  end
end
for _, id in ipairs(c.unsettle) do
  local waiting = redis.call('HGETALL', p .. 'succ:' .. id)
  for i = 1, #waiting, 2 do
    redis.call('SADD', p .. 'unmet:' .. waiting[i], id)
    mark(waiting[i + 1])
  end
end
for _, t in ipairs(c.text) do
  for field, value in pairs(t[2]) do redis.call('HSET', p .. 'text:' .. t[1], field, value) end
end
for _, job in ipairs(c.marks) do mark(job) end
-- After the settling: what waited for a record that goes has been told.
for _, w in ipairs(c.drop) do
  for _, on in ipairs(redis.call('SMEMBERS', p .. 'unmet:' .. w[2])) do redis.call('HDEL', p .. 'succ:' .. on, w[2]) end
  redis.call('DEL', p .. 'unmet:' .. w[2], p .. 'succ:' .. w[2])
end
local last = false
for _, e in ipairs(c.events) do last = redis.call('XADD', p .. 'events', 'MAXLEN', '~', c.kept, '*', unpack(e)) end

-- cjson writes an empty table as an object
local answer = '{"marked":' .. (#marked == 0 and '[]' or cjson.encode(marked)) .. (last and ',"event":"' .. last .. '"' or '') .. '}'
redis.call('SET', p .. 'commit:' .. c.commit, answer, 'PX', c.memory)
return answer
